/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Accounts for every record of a log: it is there, or it was counted as evicted. */
#pragma once

#include "part.h"

/* A class's part of a store. */
struct account {
	uint64_t blocks, records;
	uint64_t bytes; /* of the records */
	uint64_t evicted;
};

/**
 * account_check() - sort a part's blocks and records, and check that none is missing.
 *
 * The blocks of a class say how many records the class had before them: so what lies between two blocks is
 * known, and must be what the store's header counts as evicted. All numbers up to the header's next one are
 * those of records found and of records evicted.
 */
void account_check(struct part *p);

/** account_class() - get what a part holds of a class, which is below RW_STORE_CLASSES. */
struct account account_class(const struct part *p, uint32_t class);

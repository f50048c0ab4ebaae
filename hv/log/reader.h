/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reading the store's records in the order of their numbers, from the blocks of all classes. */
#pragma once

#include "log/store.h"

/** struct log_reader - a position in the order of numbers; valid until the store changes. */
struct log_reader {
	const struct log_store *store;
	struct {
		const struct rw_block_hdr *block; /* NULL: the class has no further record */
		uint32_t at;                      /* of the class's next record, in bytes from the block */
	} class[RW_CLASS_COUNT];
};

/**
 * log_reader_start() - begins at the first record whose number is @seq or higher.
 *
 * Looks at the header of each block. Context: under the store's lock, after log_store_seal().
 */
void log_reader_start(struct log_reader *r, const struct log_store *s, uint64_t seq);

/** log_reader_peek() - Return: the next record, without moving on; NULL: there is none. */
const struct rw_rec_hdr *log_reader_peek(const struct log_reader *r);

/** log_reader_skip() - moves past the record that log_reader_peek() returned. */
void log_reader_skip(struct log_reader *r);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The part of the hypercalls' test guest that reads the store. */
#pragma once

#include "guest.h"

/* Makes a hypercall, from wherever. */
typedef INT64 call_fn(UINT64 nr, UINT64 a1, UINT64 a2);

/* FALSE if there is no memory. */
BOOLEAN read_init(void);

/*
 * Reads the store with good and bad requests. @page: for the request; @hv, @hv_end: the hypervisor's memory;
 * @locked: a page that the guest may not write, or 0.
 */
void read_tests(call_fn *call, void *page, UINT64 hv, UINT64 hv_end, UINT64 locked);

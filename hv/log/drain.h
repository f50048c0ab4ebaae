/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Dumping: store and counters as frames (abi/frame.h), line by line through printk_raw(). */
#pragma once

#include "abi/stats.h"
#include "log/store.h"

/** struct log_dump - the dump that a frame belongs to. */
struct log_dump {
	const uint8_t *boot_id; /* 16 bytes */
	uint32_t number;        /* of the dump, from 1 */
};

/**
 * log_drain_dump() - prints the whole store, which is sealed, as dump @number.
 *
 * Blocks whose header a stop left unfinished are omitted.
 *
 * Context: under the caller's lock on the store, or after a stop; uses 600 bytes of stack, as does the next.
 */
void log_drain_dump(const struct log_store *s, uint32_t number);

/** log_drain_stats() - prints one CPU's counters, the @position-th of @dump: for each, from 0 upwards. */
void log_drain_stats(const struct log_dump *dump, const struct rw_cpu_stats *stats, uint32_t position);

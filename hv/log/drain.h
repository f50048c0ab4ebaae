/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The way out: store and counters as frames (abi/frame.h) for the serial line. */
#ifndef HV_LOG_DRAIN_H
#define HV_LOG_DRAIN_H

#include "stats.h"
#include "store.h"

/* Takes @n characters, not NUL-terminated; always a whole line with its CR LF. */
typedef void (*log_put_fn)(void *ctx, const char *s, size_t n);

/**
 * log_drain_dump() - put the whole store out: a begin frame, data frames, an end frame.
 * @s:    store; not changed
 * @dump: number of the dump, from 1
 * @put:  where the lines go
 * @ctx:  for @put
 *
 * Also for a stop in the middle of an append: blocks whose header is not whole are left out.
 *
 * Context: caller's lock on the store, or after a stop; 600 bytes of stack and @put's.
 */
void log_drain_dump(const struct log_store *s, uint32_t dump, log_put_fn put, void *ctx);

/**
 * log_drain_stats() - put the counters of one CPU out. Call it for each CPU, ascending.
 * @stats:    counters
 * @position: which CPU in this dump, from 0 without a hole
 * @dump:     number of the dump, from 1
 * @put:      where the lines go
 * @ctx:      for @put
 *
 * Context: any; 600 bytes of stack and @put's.
 */
void log_drain_stats(const struct rw_cpu_stats *stats, uint32_t position, uint32_t dump, log_put_fn put,
		     void *ctx);

#endif

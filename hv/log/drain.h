/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The way out: store and counters as frames (abi/frame.h), line by line through printk_raw(). */
#pragma once

#include "abi/stats.h"
#include "store.h"

/**
 * log_drain_dump() - the whole store, as dump number @dump, from 1; blocks whose header a stop left
 * unfinished are left out. Context: caller's lock on the store, or after a stop; 600 bytes of stack, as the
 * next.
 */
void log_drain_dump(const struct log_store *s, uint32_t dump);

/**
 * log_drain_stats() - counters of one CPU, the @position-th of the dump: call it for each, from 0 upwards.
 */
void log_drain_stats(const struct rw_cpu_stats *stats, uint32_t position, uint32_t dump);

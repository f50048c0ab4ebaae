/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Intake: moves the records from the rings in guest memory into the store. Nothing in a ring is trusted: each
 * value is copied once and then checked, and the ring's pages, size and consumer index are private here.
 */
#pragma once

#include "core/input_error.h"
#include "abi/hypercall.h"
#include "abi/record.h"
#include "abi/ring.h"
#include "abi/stats.h"
#include "store.h"

#include <stdbool.h>

#define LOG_CLOCK_HZ_MAX (1ull << 34) /* above it, (hz - 1) * 10^9 does not fit into 64 bits */

/* Converts TSC ticks to the log's time. */
struct log_clock {
	uint64_t tsc_start; /* TSC at time 0 */
	uint64_t tsc_hz;    /* 1 to LOG_CLOCK_HZ_MAX: checked once by whoever sets it */
};

/**
 * log_clock_ticks() - ticks from tsc_start to @tsc; 0 for a TSC before it. Only their distance counts: where
 * the guest has set its TSC back, both may lie on two sides of 2^64. Context: any.
 */
static inline uint64_t log_clock_ticks(const struct log_clock *clock, uint64_t tsc)
{
	uint64_t ticks = tsc - clock->tsc_start;

	return ticks >> 63 ? 0 : ticks;
}

/** log_clock_ns() - nanoseconds from tsc_start to @tsc, rounded down; 0 for a TSC before it. Context: any. */
static inline uint64_t log_clock_ns(const struct log_clock *clock, uint64_t tsc)
{
	uint64_t ticks = log_clock_ticks(clock, tsc);

	return ticks / clock->tsc_hz * 1000000000u + ticks % clock->tsc_hz * 1000000000u / clock->tsc_hz;
}

#define LOG_LOST_MAX (1ull << 32) /* largest rise of the guest's lost counter that is believed in one step */

/* Private state of one CPU's ring: all zero before log_ring_init(). */
struct log_ring {
	bool in_use;
	uint16_t cpu;
	uint32_t size;            /* bytes of data, a power of two */
	uint64_t consumer;        /* bytes taken, free-running, a multiple of RW_REC_ALIGN */
	uint64_t lost;            /* the guest's counter as last seen */
	uint64_t start_ns;        /* log's time of log_ring_init() */
	uint64_t seen_ns;         /* log's time of the latest look; initially of log_ring_init() */
	uint64_t lost_total;      /* records believed lost */
	uint64_t malformed_total; /* refusals */
	uint64_t hdr_gpa;
	uint64_t data_gpa[RW_RING_MAX_PAGES];
};

/**
 * log_ring_init() - takes a CPU's ring into use, empty.
 * @desc: private copy, untrusted, except that the CPU is the intended one.
 * @now_ns: log's time; no record is older.
 * @err: set on error, index: number of the data page, or 0.
 * Return: 0; -RW_EXISTS: has a ring; -RW_EINVAL: pages, alignment, a page named twice, CPU; -RW_EFAULT: not
 * guest RAM.
 */
int log_ring_init(struct log_ring *ring, const struct rw_ring_desc *desc, uint64_t now_ns,
		  struct input_error *err);

/** log_intake_look() - copies the ring's header. Return: 0; -RW_ENOTREADY: no ring; -RW_EFAULT. */
int log_intake_look(const struct log_ring *ring, struct rw_ring_hdr *hdr);

/**
 * log_intake_drain() - moves the guest's pending records into the store: at most one pass over the ring's
 * data.
 * @hdr: private copy from log_intake_look(), untrusted.
 * @tsc: read after that look, so that no record that the header counts is newer.
 * @stats: counts are added.
 * A record that fails validation (enum rw_malformed) is counted and skipped, and so is all that follows it if
 * its end is not known. A stamp is believed if it lies between log_ring_init() and @tsc, whatever the stamps
 * before it: an interrupt's record may precede that of an older, interrupted event. Any other stamp is
 * replaced by @tsc and flagged. An impossible producer index moves the ring to it. Finally a
 * RW_DROP_MALFORMED and a RW_DROP_RING_FULL record report such losses, if any, and the consumer index is
 * published. Context: under the store's lock.
 * Return: number of records stored; -RW_EFAULT: memory failed, pending records are skipped.
 */
int log_intake_drain(struct log_store *store, const struct log_clock *clock, struct log_ring *ring,
		     const struct rw_ring_hdr *hdr, uint64_t tsc, struct rw_cpu_stats *stats);

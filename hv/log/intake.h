/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Intake: takes the records out of the rings in guest memory, checks them, and puts them into the store.
 *
 * Nothing in a ring is trusted: each value is copied once and then checked, and the ring's pages, size and
 * consumer index are private here. The guest may change its memory at any time meanwhile.
 */
#ifndef HV_LOG_INTAKE_H
#define HV_LOG_INTAKE_H

#include <stdbool.h>

#include "clock.h"
#include "core/input_error.h"
#include "hypercall.h"
#include "record.h"
#include "ring.h"
#include "stats.h"
#include "store.h"

/* Rise of the guest's lost counter that is believed in one step. */
#define LOG_LOST_MAX (1ull << 32)

/* Guest memory; no call crosses a page. Return: 0, or a negative RW_E* where there is no guest RAM. */
struct log_ring_ops {
	int (*read)(uint64_t gpa, void *dst, size_t n);
	int (*write)(uint64_t gpa, const void *src, size_t n);
};

/* Private state of one CPU's ring: all zero before log_ring_init(). */
struct log_ring {
	bool in_use;
	uint16_t cpu;
	uint32_t size;            /* bytes of data, a power of two */
	uint64_t consumer;        /* bytes taken, free-running, a multiple of RW_REC_ALIGN */
	uint64_t lost;            /* the guest's counter as last seen */
	uint64_t last_tsc;        /* stamp of the last record taken; first the time of log_ring_init() */
	uint64_t lost_total;      /* records believed lost */
	uint64_t malformed_total; /* contents refused */
	uint64_t hdr_gpa;
	uint64_t data_gpa[RW_RING_MAX_PAGES];
};

/* What a drain works with; the same for all rings. */
struct log_intake {
	struct log_store *store;
	const struct log_ring_ops *ops;
	const struct log_clock *clock;
	void *staging; /* RW_REC_MAX bytes, 8-byte aligned, private: under the store's lock, or per CPU */
};

/**
 * log_ring_init() - take a CPU's ring into use.
 * @ring: state to set
 * @ops:  access to guest memory
 * @desc: private copy of the guest's argument, untrusted
 * @tsc:  TSC now: no record of this ring is older
 * @err:  set on error; index: number of the data page, or 0
 *
 * The ring starts with indices and lost counter at 0; the consumer index is written to the header page.
 *
 * Context: before the lock; the caller has checked that desc->cpu is the CPU meant. Return: 0; -RW_EXISTS:
 * has a ring; -RW_EINVAL: page count, alignment, a page named twice, CPU; -RW_EFAULT: a page is no guest RAM.
 * On error @ring is as before.
 */
int log_ring_init(struct log_ring *ring, const struct log_ring_ops *ops, const struct rw_ring_desc *desc,
		  uint64_t tsc, struct input_error *err);

/**
 * log_intake_drain() - move the guest's pending records into the store.
 * @in:     store, guest memory, clock, room for a record
 * @ring:   a ring; its memory is the guest's and may change under us
 * @tsc:    TSC now: no record is newer
 * @budget: most records to take in this call; the work never exceeds one pass over the ring's data
 * @stats:  counters of the ring's CPU: records and bytes (of the agent's records stored here), lost and
 *          malformed are added to
 *
 * Each record is copied once into hypervisor memory and validated there (enum rw_malformed). One that fails
 * is counted and skipped, with all that follows it where its end is not known. A stamp that lies in the
 * future or before the ring's last one is replaced by @tsc and flagged. An impossible producer index moves
 * the ring to it. After the records at most one RW_DROP_MALFORMED and one RW_DROP_RING_FULL record are stored
 * that tell of what this call found. Then the consumer index is published.
 *
 * Context: owner of the store's lock, normally on the owning CPU. Return: number of the agent's records
 * stored; -RW_ENOTREADY: no ring; -RW_EFAULT: the ring's memory could not be read or written any more, what
 * was pending is skipped.
 */
int log_intake_drain(const struct log_intake *in, struct log_ring *ring, uint64_t tsc, uint32_t budget,
		     struct rw_cpu_stats *stats);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The ring through which the agent hands over records: one per CPU, in guest memory, so untrusted.
 *
 * A ring is a header page and a power of two of data pages, any pages of guest RAM. Records lie back to
 * back in the data, 8-byte aligned, and may wrap. Indices are free-running byte counts. What bounds the
 * ring (its pages, its size, the consumer index) is private to the hypervisor; the copies here only
 * inform the agent.
 */
#pragma once

#include "abi/types.h"

#define RW_RING_MIN_PAGES 4u /* data pages; a record of the largest size fits */
#define RW_RING_MAX_PAGES 64u

struct rw_ring_hdr {
	uint64_t producer; /* written by the agent, after the record itself */
	uint64_t consumer; /* written by the hypervisor: bytes taken */
	uint64_t lost;     /* written by the agent: records that found no room, free-running */
	uint64_t reserved[5];
};
RW_ASSERT_SIZE(struct rw_ring_hdr, 64);

/* Argument of RW_HC_RING. */
struct rw_ring_desc {
	uint32_t cpu;        /* the hypervisor's index of the CPU, as RW_HC_CPU_INDEX returns on it */
	uint32_t data_pages; /* power of two, RW_RING_MIN_PAGES to RW_RING_MAX_PAGES */
	uint64_t hdr_gpa;    /* page-aligned */
	uint64_t data_gpa[RW_RING_MAX_PAGES]; /* page-aligned, data_pages of them */
};
RW_ASSERT_SIZE(struct rw_ring_desc, 16 + 8 * RW_RING_MAX_PAGES);

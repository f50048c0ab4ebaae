/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Shared by the tests of hv/log/intake.c: a ring in a mock of guest memory, and good records for it. */
#pragma once

#include "abi/bootinfo.h"
#include "log/intake.h"
#include "tests/unit/hv/log/check.h"

#define PAGES      80u /* size of the mock's guest memory */
#define BASE       0x100000000ull
#define HDR_PAGE   2u
#define START_TSC  1000000ull
#define STORE_SIZE (RW_STORE_HDR_SIZE + 64 * RW_BLOCK_SMALL)

extern uint32_t bad_page; /* this page of guest memory does not answer; PAGES: all do */
extern bool no_writes;    /* no page answers to writes */
extern uint64_t bytes_read;
extern uint64_t guest_racer; /* not 0: seed of a guest that changes bytes just read */
extern const struct log_clock tsc_clock;

/* The start of each test: one ring, an empty store, a clock at START_TSC. */
struct bench {
	struct log_store store;
	struct log_ring ring;
	struct rw_ring_desc desc;
	struct rw_cpu_stats stats;
	uint8_t *mem;
	uint64_t tsc;
	uint64_t producer; /* the agent's own copy */
};

struct bench *bench_new(uint32_t pages);
void bench_end(struct bench *b);
struct rw_ring_hdr *ring_hdr(void);
void desc_fill(struct rw_ring_desc *desc, uint32_t pages);

/* Looks and drains. Return: as log_intake_look() and log_intake_drain(). */
int drain_only(struct bench *b);

/* The same, and checks the store's image. */
int drain(struct bench *b, struct image *image);

/* Writes to the ring's data as the agent does. */
void ring_write(const struct bench *b, uint64_t pos, const void *src, size_t n);

/* Builds a good record, a rename, with paths of these lengths, in @buf of RW_REC_MAX bytes. */
struct rw_rec_hdr *make(void *buf, uint64_t tsc, uint16_t path, uint16_t path2);

void push(struct bench *b, const struct rw_rec_hdr *rec);

/* Checks the last drop record of this reason. @reason: enum rw_malformed; 0: none. */
void check_drop(const struct image *image, uint32_t code, uint64_t count, uint64_t reason, uint64_t total);

/*
 * One bad record of @len bytes between two good ones: it is refused for @reason. The second good one is found
 * only if the bad one's end is known.
 */
void check_bad(const void *bad, size_t len, uint64_t reason, bool skips_rest);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Shared by the tests of hv/log: a reader of store images that knows only abi/, and random numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/record.h"
#include "abi/store.h"

/* The result of a walk over an image. */
struct image {
	struct rw_store_hdr hdr;
	uint64_t records;
	uint64_t bytes;               /* of records */
	uint64_t evicted;             /* of all classes */
	uint64_t first_seq, last_seq; /* lowest and highest number found; 0 if none */
	uint64_t types[RW_TYPES];
	uint64_t held[RW_CLASS_COUNT];      /* records by class */
	uint64_t drops[RW_DROP_COUNT];      /* drop records by code */
	uint64_t drop_count[RW_DROP_COUNT]; /* sum of their counts */
	uint64_t unsealed;                  /* records that no header counts yet */
	uint64_t stale;                     /* records counted as evicted whose block is still there */
	const struct rw_rec_hdr *last;      /* newest record */
	const struct rw_rec_hdr *last_drop[RW_DROP_COUNT];
};

/*
 * Walks @size bytes of an image and fails the test if it does not follow abi/store.h. With @crashed it checks
 * only what holds at any moment: whole records, each lost one counted, next_seq not too high.
 */
void image_check(const void *data, size_t size, bool crashed, struct image *image);

/* The record with this number, which a checked image has, or NULL. */
const struct rw_rec_hdr *image_record(const void *data, const struct image *image, uint64_t seq);

/* The value of a numeric field, which @rec must have. */
uint64_t record_number(const struct rw_rec_hdr *rec, uint16_t id);

/* By a table made bit by bit, independent of the code under test. */
uint32_t plain_crc32c(const void *p, size_t n);

/* xorshift64*: the same numbers in each run. */
uint64_t random64(uint64_t *state);

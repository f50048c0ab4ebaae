/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/log/reader.c: every record that the store holds, once, in the order of numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/events.h"
#include "log/reader.h"
#include "tests/unit/hv/log/check.h"

#define SIZE LOG_STORE_MIN

static struct log_store store;
static void *mem;
static uint64_t seed = 1;

static int start(void **state)
{
	static const struct rw_store_hdr id = { .tsc_hz = 1 };

	(void)state;
	mem = aligned_alloc(RW_PAGE_SIZE, (SIZE + RW_PAGE_SIZE - 1) & ~(size_t)(RW_PAGE_SIZE - 1));
	return !mem || log_store_init(&store, mem, SIZE, &id);
}

static int stop(void **state)
{
	(void)state;
	free(mem);
	return 0;
}

/* Appends @n records of random types and sizes: nine of ten are of @type. */
static void append(unsigned int n, uint8_t type)
{
	static uint64_t buf[RW_REC_MAX / 8];
	struct rw_rec_hdr *rec = (void *)buf;

	while (n--) {
		uint8_t other = (uint8_t)random64(&seed);

		memset(rec, 0, sizeof(*rec));
		if (random64(&seed) % 10 || !event_desc(other) || other == RW_REC_DROP)
			other = type;
		rec->type = other;
		rec->size = (uint16_t)(sizeof(*rec) + random64(&seed) % 200 / 8 * 8);
		if (random64(&seed) % 100 == 0)
			rec->size = RW_REC_MAX;
		assert_int_equal(log_store_append(&store, rec), 0);
	}
	log_store_seal(&store);
}

/* Reads from @seq on, and compares with a walk over the image. */
static void check_from(uint64_t seq)
{
	struct log_reader r;
	struct image image;

	image_check(mem, SIZE, false, &image);
	log_reader_start(&r, &store, seq);
	for (uint64_t n = seq ? seq : 1; n < store.next_seq; n++) {
		const struct rw_rec_hdr *wanted = image_record(mem, &image, n);

		if (!wanted)
			continue;
		assert_ptr_equal(log_reader_peek(&r), wanted);
		assert_ptr_equal(log_reader_peek(&r), wanted);
		log_reader_skip(&r);
	}
	assert_null(log_reader_peek(&r));
	log_reader_skip(&r);
	assert_null(log_reader_peek(&r));
}

static void empty_store_has_nothing(void **state)
{
	(void)state;
	check_from(0);
	check_from(1);
	check_from(UINT64_MAX);
}

static void all_records_in_order(void **state)
{
	(void)state;
	append(500, RW_REC_FILE_OPEN);
	assert_int_equal(store.hdr->first_seq, 1);
	check_from(0);
	for (uint64_t seq = 1; seq <= store.next_seq; seq += 7)
		check_from(seq);
}

static void evicted_ones_are_skipped(void **state)
{
	(void)state;
	append(4000, RW_REC_FILE_OPEN);
	append(4000, RW_REC_VIOLATION);
	append(4000, RW_REC_FORK);
	check_from(0);
	for (uint64_t seq = store.next_seq - 3000; seq < store.next_seq; seq += 331)
		check_from(seq);
	check_from(store.next_seq);
	check_from(store.next_seq + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(empty_store_has_nothing, start, stop),
		cmocka_unit_test_setup_teardown(all_records_in_order, start, stop),
		cmocka_unit_test_setup_teardown(evicted_ones_are_skipped, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

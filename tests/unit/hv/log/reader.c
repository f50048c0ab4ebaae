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

/* Reads the next @most records, and compares with a walk over the image. */
static void check_next(struct log_reader *r, uint64_t most)
{
	struct image image;

	image_check(mem, SIZE, false, &image);
	for (uint64_t n = r->seq ? r->seq : 1; n < store.next_seq && most; n++) {
		const struct rw_rec_hdr *wanted = image_record(mem, &image, n);

		if (!wanted)
			continue;
		assert_ptr_equal(log_reader_next(r, &store), wanted);
		assert_ptr_equal(log_reader_next(r, &store), wanted);
		log_reader_pass(r, wanted);
		assert_int_equal(r->seq, n + 1);
		most--;
	}
	if (most) {
		assert_null(log_reader_next(r, &store));
		assert_int_equal(r->seq, store.next_seq);
	}
}

static void check_from(uint64_t seq)
{
	struct log_reader r;

	log_reader_seek(&r, &store, seq);
	check_next(&r, UINT64_MAX);
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

/* A number far ahead does not make the reader miss what comes. */
static void numbers_ahead_are_no_promise(void **state)
{
	struct log_reader r;

	(void)state;
	append(10, RW_REC_FORK);
	log_reader_seek(&r, &store, UINT64_MAX);
	assert_int_equal(r.seq, store.next_seq);
	append(10, RW_REC_FORK);
	check_next(&r, UINT64_MAX);
}

/* A reader that is all zero begins with the first record, however late it is used. */
static void zero_is_the_begin(void **state)
{
	struct log_reader early = { 0 }, late = { 0 };

	(void)state;
	check_next(&early, UINT64_MAX);
	append(6000, RW_REC_FILE_OPEN);
	check_next(&early, UINT64_MAX);
	check_next(&late, UINT64_MAX);
}

/*
 * A reader continues while records are appended and evicted, also those that it stands at: as if it searched
 * anew. Each round has another class that grows, so that each loses blocks.
 */
static void a_reader_continues(void **state)
{
	static const uint8_t grows[] = { RW_REC_FILE_OPEN, RW_REC_FORK, RW_REC_VIOLATION, RW_REC_MODULE_LOAD,
					 RW_REC_SOCKET };
	struct log_reader r = { 0 };

	(void)state;
	for (unsigned int round = 0; round < 60; round++) {
		append(1 + random64(&seed) % 900, grows[round / 4 % sizeof(grows)]);
		check_next(&r, random64(&seed) % 600);
		if (round % 10 == 9)
			check_next(&r, UINT64_MAX);
	}
	assert_true(store.hdr->evicted[RW_CLASS_FILE] > 1000);
	assert_true(store.hdr->evicted[RW_CLASS_GUARD] > 1000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_store_has_nothing),  TEST(all_records_in_order),
		TEST(evicted_ones_are_skipped), TEST(numbers_ahead_are_no_promise),
		TEST(zero_is_the_begin),        TEST(a_reader_continues),
	};

	return cmocka_run_group_tests_name("hv/log/reader", tests, NULL, NULL);
}

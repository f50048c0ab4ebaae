/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Test of the order in which hv/log/store.c writes: after a crash at any moment, the written bytes are a
 * valid log. store.c is built here with its copy functions renamed, so that the test can check after each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hv/log/check.h"
#include "log/store.h"

#define SIZE LOG_STORE_MIN

void *watched_memcpy(void *dst, const void *src, size_t n);
void *watched_memset(void *dst, int c, size_t n);

static uint8_t *mem;
static bool watching;
/* Checks; those that found records counted by no header; most records held; with a block half evicted. */
static uint64_t looks, unsealed, held, stale;

static void look(const void *dst)
{
	struct image image;

	if (!watching || (const uint8_t *)dst < mem || (const uint8_t *)dst >= mem + SIZE)
		return;
	image_check(mem, SIZE, true, &image);
	looks++;
	unsealed += image.unsealed > 1;
	if (image.records > held)
		held = image.records;
	stale += image.stale != 0;
}

void *watched_memcpy(void *dst, const void *src, size_t n)
{
	/* A half-copied record must not be seen either. */
	memcpy(dst, src, n / 2);
	if (n > sizeof(struct rw_store_hdr))
		look(dst);
	memcpy(dst, src, n);
	look(dst);
	return dst;
}

void *watched_memset(void *dst, int c, size_t n)
{
	if (n > sizeof(struct rw_store_hdr)) {
		memset(dst, c, n / 2);
		look(dst);
	}
	memset(dst, c, n);
	look(dst);
	return dst;
}

static void every_moment_is_a_log(void **state)
{
	static const struct rw_store_hdr id = { .tsc_hz = 1 };
	static const uint8_t types[] = { RW_REC_EXEC, RW_REC_FORK, RW_REC_VIOLATION, RW_REC_FILE_OPEN };
	uint64_t buf[RW_REC_MAX / 8] = { 0 };
	struct rw_rec_hdr *rec = (void *)buf;
	struct log_store s;
	uint64_t seed = 11;

	(void)state;
	mem = aligned_alloc(RW_PAGE_SIZE, (SIZE + RW_PAGE_SIZE - 1) & ~(size_t)(RW_PAGE_SIZE - 1));
	assert_non_null(mem);
	assert_int_equal(log_store_init(&s, mem, SIZE, &id), 0);
	for (uint64_t i = 0; i < 300; i++) {
		watching = i >= 180;
		rec->type = types[i < 150 ? i % 4 : (i / 7) % 4];
		rec->size = (uint16_t)(RW_REC_MAX - random64(&seed) % 1400 * 8);
		rec->time_ns = 1000 - i;
		assert_int_equal(log_store_append(&s, rec), 0);
		if (i % 5 == 0)
			log_store_seal(&s);
	}
	log_store_set_end(&s, RW_END_RESET);
	watching = false;
	assert_true(s.next_index > 3 * s.hdr->block_count);
	assert_true(looks > 4 * 120);
	assert_true(unsealed >= 100);
	assert_true(held > 40);
	assert_true(stale >= 20);
	free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_moment_is_a_log),
	};

	return cmocka_run_group_tests_name("hvlog_crash", tests, NULL, NULL);
}

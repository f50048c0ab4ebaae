/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/patch_burst.c: few patches keep their records, many become one, none is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/record.h"
#include "log/journal.h"
#include "protect/patch_burst.h"

#define MS   1000000ull
#define TEXT 0x1000000ull

static struct percpu cpu;
static uint64_t now;
static uint64_t stored[512]; /* the last record */
static unsigned int records;
static uint64_t counted; /* by all records */

uint64_t journal_now(const struct percpu *of)
{
	assert_ptr_equal(of, &cpu);
	return now;
}

static uint64_t number(uint16_t id)
{
	struct rec_field f;
	uint64_t v = 0;

	assert_true(rec_find(stored, id, &f));
	memcpy(&v, f.value, f.len);
	return v;
}

void journal_append(struct percpu *of, struct rw_rec_hdr *rec)
{
	struct rec_fault fault = { NULL, 0 };

	assert_ptr_equal(of, &cpu);
	assert_true(rec->size <= sizeof(stored));
	assert_int_equal(rec->type, RW_REC_PATCHES);
	if (rec_check_fields(rec, rec->size, true, &fault))
		fail_msg("field %u: %s", fault.id, fault.what);
	memcpy(stored, rec, rec->size);
	records++;
	counted += number(RW_F_COUNT);
}

static int reset(void **state)
{
	(void)state;
	patch_burst_flush(&cpu);
	now += 100000 * MS;
	records = 0;
	counted = 0;
	return 0;
}

static bool patch_of(uint64_t gpa, uint8_t bytes, const char *symbol)
{
	struct evidence e = { .type = RW_REC_PATCH,
			      .target = RW_TARGET_KERNEL_TEXT,
			      .gpa = gpa,
			      .value_len = bytes,
			      .task_known = true,
			      .task = { .pid = 81, .comm = "tracer" } };

	strcpy(e.symbol, symbol);
	return patch_burst_take(&cpu, &e);
}

/* Uses up the patches that get records of their own. */
static void singles(void)
{
	for (unsigned int i = 0; i < PATCH_SINGLES; i++)
		assert_false(patch_of(TEXT + 16 * i, 5, "single"));
}

static const struct rw_area *areas(unsigned int *n)
{
	struct rec_field f;
	static struct rw_area area[PATCH_AREAS];

	assert_true(rec_find(stored, RW_F_AREAS, &f));
	assert_true(f.len <= sizeof(area));
	memcpy(area, f.value, f.len);
	*n = f.len / sizeof(area[0]);
	return area;
}

static void text_is(uint16_t id, const char *text)
{
	struct rec_field f;

	assert_true(rec_find(stored, id, &f));
	assert_int_equal(f.len, strlen(text));
	assert_memory_equal(f.value, text, f.len);
}

static void test_few(void **state)
{
	(void)state;
	singles();
	now += 2 * PATCH_BURST_GAP_NS;
	patch_burst_tick(&cpu);
	/* The next burst begins anew. */
	singles();
	patch_burst_flush(&cpu);
	assert_int_equal(records, 0);
}

static void test_many(void **state)
{
	const struct rw_area *area;
	unsigned int n;
	uint64_t first;

	(void)state;
	singles();
	now += MS;
	first = now;
	assert_true(patch_of(TEXT + 0x2000, 1, "beta"));
	now += MS;
	assert_true(patch_of(TEXT + 0x1000, 1, "alpha"));
	assert_true(patch_of(TEXT + 0x1001, 4, "alpha"));
	assert_true(patch_of(TEXT + 0x1000, 1, "alpha"));
	now += MS;
	assert_true(patch_of(TEXT + 0x3000, 5, "gamma"));
	patch_burst_tick(&cpu);
	assert_int_equal(records, 0);
	now += PATCH_BURST_GAP_NS + 1;
	patch_burst_tick(&cpu);
	assert_int_equal(records, 1);
	assert_int_equal(number(RW_F_COUNT), 5);
	assert_int_equal(number(RW_F_FIRST_NS), first);
	assert_int_equal(number(RW_F_LAST_NS), first + 2 * MS);
	text_is(RW_F_SYMBOL, "alpha");
	text_is(RW_F_LAST_SYMBOL, "gamma");
	area = areas(&n);
	assert_int_equal(n, 3);
	assert_true(area[0].gpa == TEXT + 0x1000 && area[0].bytes == 5);
	assert_true(area[1].gpa == TEXT + 0x2000 && area[1].bytes == 1);
	assert_true(area[2].gpa == TEXT + 0x3000 && area[2].bytes == 5);
	patch_burst_tick(&cpu);
	patch_burst_flush(&cpu);
	assert_int_equal(records, 1);
}

/* What could switch the agent off, and what no tracer writes, has its bytes recorded. */
static void test_guarded(void **state)
{
	(void)state;
	singles();
	assert_true(patch_of(TEXT, 5, "vfs_read"));
	assert_false(patch_of(TEXT, 5, "security_file_open"));
	assert_false(patch_of(TEXT, 4, "__SCT__lsm_static_call_file_open_3"));
	assert_false(patch_of(TEXT, 6, "vfs_read"));
	assert_true(patch_of(TEXT, 5, "securityfs_create_file"));
	patch_burst_flush(&cpu);
	assert_int_equal(counted, 2);
}

/* However many and wherever: the areas cover each patch, in order, and do not overlap. */
static void test_areas(void **state)
{
	static uint64_t at[20000];
	const struct rw_area *area;
	unsigned int n;
	uint64_t random = 1;

	(void)state;
	singles();
	for (unsigned int i = 0; i < 20000; i++) {
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		at[i] = TEXT + (random >> 40) % 0x800000;
		assert_true(patch_of(at[i], (uint8_t)(1 + i % 5), "f"));
		if (i % 100 == 99)
			now += MS;
	}
	patch_burst_flush(&cpu);
	assert_int_equal(records, 1);
	assert_int_equal(counted, 20000);
	area = areas(&n);
	assert_int_equal(n, PATCH_AREAS);
	for (unsigned int i = 1; i < n; i++)
		assert_true(area[i - 1].gpa + area[i - 1].bytes < area[i].gpa);
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int k = 0;

		while (k < n && area[k].gpa + area[k].bytes <= at[i])
			k++;
		assert_true(k < n && area[k].gpa <= at[i]);
	}
}

/* A burst that does not end is recorded from time to time, and gives no second lot of single records. */
static void test_without_end(void **state)
{
	(void)state;
	singles();
	for (unsigned int i = 0; i < 25000; i++) {
		assert_true(patch_of(TEXT + 16 * i, 5, "f"));
		now += MS;
	}
	assert_int_equal(records, 2);
	patch_burst_flush(&cpu);
	assert_int_equal(records, 3);
	assert_int_equal(counted, 25000);
}

/* Another CPU's clock may lag. */
static void test_clocks(void **state)
{
	(void)state;
	singles();
	assert_true(patch_of(TEXT, 1, "f"));
	now -= MS;
	assert_true(patch_of(TEXT, 1, "f"));
	patch_burst_tick(&cpu);
	assert_int_equal(records, 0);
	patch_burst_flush(&cpu);
	assert_int_equal(counted, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_few, reset),         cmocka_unit_test_setup(test_many, reset),
		cmocka_unit_test_setup(test_guarded, reset),     cmocka_unit_test_setup(test_areas, reset),
		cmocka_unit_test_setup(test_without_end, reset), cmocka_unit_test_setup(test_clocks, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

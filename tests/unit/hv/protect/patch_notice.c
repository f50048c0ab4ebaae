/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/patch_notice.c: every patch is reported, and many patches need few lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/format.h"
#include "log/journal.h"
#include "log/printk.h"
#include "protect/patch_notice.h"

#define MS 1000000ull

static struct percpu cpu;
static uint64_t now;
static char line[8][256];
static unsigned int lines;

uint64_t journal_now(const struct percpu *of)
{
	assert_ptr_equal(of, &cpu);
	return now;
}

void printk(const char *format, ...)
{
	va_list args;

	assert_true(lines < sizeof(line) / sizeof(line[0]));
	va_start(args, format);
	format_va(line[lines++], sizeof(line[0]), format, args);
	va_end(args);
}

static int reset(void **state)
{
	(void)state;
	patch_notice_flush();
	lines = 0;
	now += 10000 * MS;
	return 0;
}

static void patch(const char *symbol, const char *who)
{
	patch_notice(&cpu, "kernel_text", symbol, 5, who, 81);
}

static void test_one(void **state)
{
	(void)state;
	patch("security_file_open", "sh");
	assert_int_equal(lines, 1);
	assert_string_equal(line[0], "patch of kernel_text security_file_open+5 by sh[81]");
	now += 2 * PATCH_GAP_NS;
	patch_notice_tick(&cpu);
	patch_notice_flush();
	assert_int_equal(lines, 1);
}

static void test_burst(void **state)
{
	(void)state;
	patch("security_file_open", "sh");
	for (unsigned int i = 0; i < 12; i++) {
		now += MS / 4;
		patch("others", "insmod");
	}
	patch_notice_tick(&cpu);
	assert_int_equal(lines, 1);
	now += PATCH_GAP_NS + 1;
	patch_notice_tick(&cpu);
	assert_int_equal(lines, 2);
	assert_string_equal(
		line[1],
		"patch of kernel_text security_file_open+5: 12 more in 3 ms, the last by insmod[81]");
	patch_notice_tick(&cpu);
	assert_int_equal(lines, 2);
}

/* The next burst reports the one before, if nothing else has. */
static void test_two_bursts(void **state)
{
	(void)state;
	patch("first", "sh");
	patch("first", "sh");
	now += PATCH_GAP_NS + 1;
	patch("second", "sh");
	assert_int_equal(lines, 3);
	assert_string_equal(line[1], "patch of kernel_text first+5: 1 more in 0 ms, the last by sh[81]");
	assert_string_equal(line[2], "patch of kernel_text second+5 by sh[81]");
}

/* A burst that does not end is reported every second. */
static void test_without_end(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3000; i++) {
		patch("loop", "sh");
		now += MS;
	}
	assert_int_equal(lines, 5);
	assert_string_equal(line[1], "patch of kernel_text loop+5: 1000 more in 1000 ms, the last by sh[81]");
	patch_notice_flush();
	assert_int_equal(lines, 6);
	patch_notice_flush();
	assert_int_equal(lines, 6);
}

/* Another CPU's clock may lag. */
static void test_clocks(void **state)
{
	(void)state;
	patch("first", "sh");
	now -= MS;
	patch("first", "sh");
	patch_notice_tick(&cpu);
	assert_int_equal(lines, 1);
	patch_notice_flush();
	assert_string_equal(line[1], "patch of kernel_text first+5: 1 more in 0 ms, the last by sh[81]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one, reset),
		cmocka_unit_test_setup(test_burst, reset),
		cmocka_unit_test_setup(test_two_bursts, reset),
		cmocka_unit_test_setup(test_without_end, reset),
		cmocka_unit_test_setup(test_clocks, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

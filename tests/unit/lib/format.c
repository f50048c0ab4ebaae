/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of lib/format.c: its output equals the C library's, and is truncated to each size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/format.h"

static void check_va(const char *format, va_list args)
{
	char expected[256], got[256];
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(expected, sizeof(expected), format, again);
	va_end(again);
	assert_in_range(length, 0, sizeof(expected) - 1);
	for (size_t size = 0; size <= (size_t)length + 2; size++) {
		/* On the heap, at its exact size: the sanitizer sees a write past its end. */
		char *dst = malloc(size ? size : 1);
		size_t n, kept = size == 0 ? 0 : size - 1 < (size_t)length ? size - 1 : (size_t)length;

		assert_non_null(dst);
		dst[0] = '#';
		va_copy(again, args);
		n = format_va(dst, size, format, again);
		va_end(again);
		assert_int_equal(n, kept);
		if (size) {
			assert_int_equal(dst[n], 0);
			assert_memory_equal(dst, expected, n);
		} else {
			assert_int_equal(dst[0], '#');
		}
		free(dst);
	}
	/* The caller can still use its arguments. */
	va_copy(again, args);
	format_va(got, sizeof(got), format, again);
	va_end(again);
	assert_string_equal(got, expected);
}

static void check(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void check(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	check_va(format, args);
	va_end(args);
}

static void test_text(void **state)
{
	(void)state;
	check("%s", "");
	check("plain 100%%");
	check("<%s|%c|%s>", "left", 'x', "right");
	check("%s%s%s", "a", "", "b");
}

static void test_numbers(void **state)
{
	static const uint64_t values[] = {
		0,         1,          9,          10,         15,          16,        255,
		4096,      0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, INT64_MAX, (uint64_t)INT64_MIN,
		UINT64_MAX
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		check("%u %x", (unsigned int)values[i], (unsigned int)values[i]);
		check("%lu %lx", values[i], values[i]);
		check("%8x|%08x|%2x|%02x", (unsigned int)values[i], (unsigned int)values[i],
		      (unsigned int)values[i], (unsigned int)values[i]);
		check("%016lx|%20lu|%1lu|%024lx", values[i], values[i], values[i], values[i]);
	}
	check("%s %lx, rip %016lx: %u of %lu", "gpa", 0xfee00000ul, 0xffffffff81000000ul, 7u,
	      12345678901234567ul);
}

static void test_null_string(void **state)
{
	char text[32];
	const char *volatile none = NULL;

	(void)state;
	assert_int_equal(format_text(text, sizeof(text), "[%s]", none), 8);
	assert_string_equal(text, "[(null)]");
}

/* A format that ends in the middle of a conversion: nothing is read past its end. */
static void test_broken_format(void **state)
{
	static const char *const broken[] = { "a%", "a%0", "a%08", "a%l", "a%08l" };
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		char *copy = strdup(broken[i]);
		size_t n;

		assert_non_null(copy);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
		n = format_text(text, sizeof(text), copy);
#pragma GCC diagnostic pop
		assert_int_equal(n, 1);
		assert_string_equal(text, "a");
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_null_string),
		cmocka_unit_test(test_broken_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of lib/crc32c.c, with the instruction and with the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/crc32c.h"

/* Bit by bit, independent of the code under test. */
static uint32_t plain(const uint8_t *p, size_t n)
{
	uint32_t crc = 0xffffffffu;

	while (n--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
	}
	return ~crc;
}

/* The same numbers in each run. */
static uint8_t next_byte(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint8_t)(*seed >> 24);
}

/* RFC 3720, "CRC Examples", and the standard check value. */
static void known_values(void **state)
{
	uint8_t bytes[32];

	(void)state;
	assert_int_equal(crc32c(0, "", 0), 0);
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283u);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(crc32c(0, bytes, sizeof(bytes)), 0x8a9136aau);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(crc32c(0, bytes, sizeof(bytes)), 0x62a8ab43u);
	for (uint8_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	assert_int_equal(crc32c(0, bytes, sizeof(bytes)), 0x46dd794eu);
}

static void as_bit_by_bit(void **state)
{
	uint8_t data[600];
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = next_byte(&seed);
	for (unsigned int i = 0; i < 256; i++) {
		uint8_t byte = (uint8_t)i;

		assert_int_equal(crc32c(0, &byte, 1), plain(&byte, 1));
	}
	for (size_t n = 0; n < 512; n++) {
		size_t at = next_byte(&seed) % 64; /* any alignment */

		assert_int_equal(crc32c(0, data + at, n), plain(data + at, n));
	}
}

static void in_pieces(void **state)
{
	static const char text[] = "the same in pieces as at once";

	(void)state;
	for (size_t cut = 0; cut <= sizeof(text); cut++)
		assert_int_equal(crc32c(crc32c(0, text, cut), text + cut, sizeof(text) - cut),
				 crc32c(0, text, sizeof(text)));
}

static int use_table(void **state)
{
	(void)state;
	crc32c_use_insn(false);
	return 0;
}

static int use_insn(void **state)
{
	(void)state;
	crc32c_use_insn(true);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(as_bit_by_bit),
		cmocka_unit_test(in_pieces),
	};
	int failed = cmocka_run_group_tests_name("lib/crc32c by table", tests, use_table, NULL);

	if (__builtin_cpu_supports("sse4.2"))
		failed += cmocka_run_group_tests_name("lib/crc32c by instruction", tests, use_insn, NULL);
	return failed;
}

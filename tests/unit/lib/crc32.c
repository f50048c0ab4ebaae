/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of lib/crc32.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hv/log/check.h"
#include "lib/crc32.h"

static void known_values(void **state)
{
	uint8_t ff[32];

	(void)state;
	memset(ff, 0xff, sizeof(ff));
	assert_int_equal(crc32_update(0, "", 0), 0);
	assert_int_equal(crc32_update(0, "a", 1), 0xe8b7be43u);
	assert_int_equal(crc32_update(0, "123456789", 9), 0xcbf43926u);
	assert_int_equal(crc32_update(0, ff, sizeof(ff)), 0xff6cab0bu);
}

static void as_bit_by_bit(void **state)
{
	uint8_t data[600];
	uint64_t seed = 1;
	size_t i, n, at;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)random64(&seed);
	for (i = 0; i < 256; i++) {
		uint8_t byte = (uint8_t)i;

		assert_int_equal(crc32_update(0, &byte, 1), plain_crc32(&byte, 1));
	}
	for (n = 0; n < 512; n++) {
		at = random64(&seed) % 64;
		assert_int_equal(crc32_update(0, data + at, n), plain_crc32(data + at, n));
	}
}

static void in_pieces(void **state)
{
	static const char text[] = "the same in pieces as at once";
	size_t cut;

	(void)state;
	for (cut = 0; cut <= sizeof(text); cut++)
		assert_int_equal(crc32_update(crc32_update(0, text, cut), text + cut, sizeof(text) - cut),
				 crc32_update(0, text, sizeof(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(as_bit_by_bit),
		cmocka_unit_test(in_pieces),
	};

	return cmocka_run_group_tests_name("lib/crc32", tests, NULL, NULL);
}

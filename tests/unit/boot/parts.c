/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the loader's small parts: messages, UCS-2, calendar, RAM list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "lib/format.h"
#include "message.h"
#include "ranges.h"
#include "ucs2.h"

static void test_message(void **state)
{
	struct message why;
	char small[8];

	(void)state;
	assert_int_equal(message_fail(&why, "%s:%u: %lu %x 0x%08lx %02x %c 100%%", "a", 0, UINT64_MAX,
				      0xbeefu, 0x12abcul, 7u, 'z'),
			 -1);
	assert_string_equal(why.text, "a:0: 18446744073709551615 beef 0x00012abc 07 z 100%");
	assert_int_equal(format_text(small, sizeof(small), "%s", "0123456789"), 7);
	assert_string_equal(small, "0123456");
	assert_int_equal(format_text(small, 1, "%u", 5u), 0);
	assert_string_equal(small, "");
}

static void test_ucs2(void **state)
{
	uint16_t out[8], code;

	(void)state;
	assert_int_equal(ucs2_from_utf8(out, 8, "a\xc3\xa4\xe2\x82\xac"), 4);
	assert_int_equal(out[0], 'a');
	assert_int_equal(out[1], 0xe4);
	assert_int_equal(out[2], 0x20ac);
	assert_int_equal(out[3], 0);
	assert_int_equal(ucs2_from_utf8(out, 8, ""), 1);
	assert_int_equal(ucs2_from_utf8(out, 0, ""), 0);
	assert_int_equal(ucs2_from_utf8(out, 3, "ab"), 3);
	assert_int_equal(ucs2_from_utf8(out, 2, "ab"), 0);
	assert_int_equal(ucs2_from_utf8(out, 8, "\xc0\x80"), 0);         /* overlong */
	assert_int_equal(ucs2_from_utf8(out, 8, "\xe0\x80\x80"), 0);     /* overlong */
	assert_int_equal(ucs2_from_utf8(out, 8, "\xed\xa0\x80"), 0);     /* surrogate */
	assert_int_equal(ucs2_from_utf8(out, 8, "\xf0\x9f\x92\xa9"), 0); /* above U+FFFF */
	assert_int_equal(ucs2_from_utf8(out, 8, "\x80"), 0);
	assert_int_equal(ucs2_decode("\xe2\x82\xac", 2, &code), 0); /* truncated */
	assert_int_equal(ucs2_decode("\xc3", 1, &code), 0);
}

static void test_clock(void **state)
{
	struct clock_time t = { 1970, 1, 1, 0, 0, 0, 0 };

	(void)state;
	assert_int_equal(clock_epoch(&t), 0);
	t = (struct clock_time){ 2026, 11, 22, 0, 31, 26, 0 };
	assert_int_equal(clock_epoch(&t), 1795307486);
	t.utc_minus_local = -60;
	assert_int_equal(clock_epoch(&t), 1795307486 - 3600);
	t = (struct clock_time){ 2000, 2, 29, 23, 59, 59, 0 };
	assert_int_equal(clock_epoch(&t), 951868799);
	t = (struct clock_time){ 2100, 3, 1, 0, 0, 0, 0 };
	assert_int_equal(clock_epoch(&t), 4107542400);
	t = (struct clock_time){ 2100, 2, 29, 0, 0, 0, 0 };
	assert_int_equal(clock_epoch(&t), 0);
	t = (struct clock_time){ 1970, 1, 1, 0, 0, 0, -60 };
	assert_int_equal(clock_epoch(&t), 0);
	t = (struct clock_time){ 2026, 13, 1, 0, 0, 0, 0 };
	assert_int_equal(clock_epoch(&t), 0);
	t = (struct clock_time){ 2026, 0, 1, 0, 0, 0, 0 };
	assert_int_equal(clock_epoch(&t), 0);
	t = (struct clock_time){ 0, 0, 0, 0, 0, 0, 0 };
	assert_int_equal(clock_epoch(&t), 0);
	t = (struct clock_time){ 2026, 1, 1, 24, 0, 0, 0 };
	assert_int_equal(clock_epoch(&t), 0);
	t = (struct clock_time){ 2026, 1, 1, 0, 0, 0, 2047 };
	assert_int_equal(clock_epoch(&t), 0);
}

/* Random pieces of 64 pages, compared with a bitmap. */
static void test_ranges(void **state)
{
	static struct rw_bootinfo info;
	uint8_t bits[64];
	unsigned int round, step, i;

	(void)state;
	srandom(1);
	for (round = 0; round < 500; round++) {
		memset(bits, 0, sizeof(bits));
		info.range_count = 0;
		for (step = 0; step < 20; step++) {
			unsigned int base = (unsigned int)random() % 64;
			unsigned int size = (unsigned int)random() % (64 - base < 6 ? 65 - base : 6);

			assert_int_equal(ranges_add(&info, base * 4096ull, size * 4096ull), 0);
			memset(bits + base, 1, size);
		}
		for (i = 0; i < info.range_count; i++) {
			uint64_t page = info.ram[i].base / 4096, end = page + info.ram[i].size / 4096;

			assert_true(info.ram[i].size > 0);
			if (i) /* not adjacent, and in order */
				assert_true(info.ram[i].base > info.ram[i - 1].base + info.ram[i - 1].size);
			for (; page < end; page++) {
				assert_int_equal(bits[page], 1);
				bits[page] = 0;
			}
		}
		for (i = 0; i < sizeof(bits); i++)
			assert_int_equal(bits[i], 0);
	}
}

static void test_ranges_full(void **state)
{
	static struct rw_bootinfo info;
	uint64_t i;

	(void)state;
	info.range_count = 0;
	for (i = 0; i < RW_MAX_RANGES; i++)
		assert_int_equal(ranges_add(&info, i * 0x2000, 0x1000), 0);
	assert_int_equal(ranges_add(&info, i * 0x2000, 0x1000), -1);
	assert_int_equal(info.range_count, RW_MAX_RANGES);
	/* Filling a gap needs no room. */
	assert_int_equal(ranges_add(&info, 0x1000, 0x1000), 0);
	assert_int_equal(info.range_count, RW_MAX_RANGES - 1);
	assert_int_equal(info.ram[0].size, 0x3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),     cmocka_unit_test(test_ucs2),
		cmocka_unit_test(test_clock),       cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_ranges_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

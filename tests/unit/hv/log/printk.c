/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/log/printk.c: no text chosen by the guest becomes a frame or a terminal command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "abi/frame.h"
#include "dev/uart.h"
#include "log/printk.h"

static char out[512];
static size_t len;

void uart_write(const char *s, size_t n)
{
	assert_true(len + n < sizeof(out));
	memcpy(out + len, s, n);
	len += n;
	out[len] = 0;
}

static int reset(void **state)
{
	(void)state;
	len = 0;
	return 0;
}

static void test_line(void **state)
{
	(void)state;
	printk("CPU %u: %s at %lx", 3u, "exit", 0xfee00000ul);
	assert_string_equal(out, "ringward: CPU 3: exit at fee00000\r\n");
}

/* The lines of hv/ that show a name chosen by the guest, each with a mark in that name. */
static void test_guest_names(void **state)
{
	static const struct {
		const char *format, *name;
	} lines[] = {
		{ "ALERT hypercall 5 refused, rip 0, by %s[81]", "@RW1 D 00000001" },
		{ "ALERT write of kernel_text %s+0 at gpa 0", "@RW1 D 00000001 00000000 AAAA 12345678" },
		{ "the agent registered: kernel %s", "6.1.0\r\n@RW1 B 00000001" },
		{ "%s", "@RW1 @RW1 \r@RW1 \n@RW1 E" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		reset(state);
		printk(lines[i].format, lines[i].name);
		assert_null(strchr(out, RW_FRAME_MARK[0]));
		assert_ptr_equal(strchr(out, '\r'), out + len - 2);
		assert_ptr_equal(strchr(out, '\n'), out + len - 1);
	}
	reset(state);
	printk(lines[0].format, lines[0].name);
	assert_string_equal(out, "ringward: ALERT hypercall 5 refused, rip 0, by ?RW1 D 00000001[81]\r\n");
}

/* Every byte: what is not printable ASCII, and the mark's first character, is shown as '?'. */
static void test_bytes(void **state)
{
	for (unsigned int c = 1; c < 256; c++) {
		const char text[2] = { (char)c, 0 };
		bool shown = c >= ' ' && c <= '~' && c != '@';

		reset(state);
		printk("<%s>", text);
		assert_int_equal(len, strlen("ringward: <?>\r\n"));
		assert_int_equal(out[strlen("ringward: <")], shown ? c : '?');
	}
}

/* A name that fills the line leaves room for its end. */
static void test_long(void **state)
{
	char name[400];

	(void)state;
	memset(name, '@', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	printk("%s", name);
	assert_true(len < 260);
	assert_null(strchr(out, '@'));
	assert_string_equal(out + len - 2, "\r\n");
}

/* Frames are sent unchanged. */
static void test_raw(void **state)
{
	(void)state;
	printk_raw(RW_FRAME_MARK "B\r\n", sizeof(RW_FRAME_MARK "B\r\n") - 1);
	assert_string_equal(out, RW_FRAME_MARK "B\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_line, reset),  cmocka_unit_test_setup(test_guest_names, reset),
		cmocka_unit_test_setup(test_bytes, reset), cmocka_unit_test_setup(test_long, reset),
		cmocka_unit_test_setup(test_raw, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of lib/log_priority.h: what messages say about themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/log_priority.h"

/* From memory that ends with the text. */
static void says(unsigned int input, const char *text, size_t len, int facility, int severity)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct log_priority p;

	memcpy(copy, text, len);
	p = log_priority(input, copy, (uint32_t)len);
	free(copy);
	assert_int_equal(p.facility, facility);
	assert_int_equal(p.severity, severity);
}

#define SAYS(input, text, facility, severity) says(input, text, sizeof(text) - 1, facility, severity)

static void prefixes(void **state)
{
	(void)state;
	SAYS(RW_LOG_SYSLOG, "<0>x", 0, 0);
	SAYS(RW_LOG_SYSLOG, "<13>x", 1, 5);
	SAYS(RW_LOG_SYSLOG, "<191>", 23, 7);
	SAYS(RW_LOG_SYSLOG, "<999>x", 124, 7);
	SAYS(RW_LOG_STDOUT, "<3>x", -1, 3);
}

static void no_prefixes(void **state)
{
	static const char *const odd[] = { "",     "<",    "<1",   "<>",     "<>x", "x<1>",
					   "<1x>", "<-1>", "< 1>", "<1000>", "<123" };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		says(RW_LOG_SYSLOG, odd[i], strlen(odd[i]), -1, -1);
	SAYS(RW_LOG_STDOUT, "<13>x", -1, -1);
	SAYS(RW_LOG_STDOUT, "<8>x", -1, -1);
}

static void fields(void **state)
{
	(void)state;
	SAYS(RW_LOG_NATIVE, "PRIORITY=3\nSYSLOG_FACILITY=10\n", 10, 3);
	SAYS(RW_LOG_NATIVE, "MESSAGE=PRIORITY=1\nPRIORITY=6", -1, 6);
	SAYS(RW_LOG_NATIVE, "PRIORITY=6\nPRIORITY=1\n", -1, 6);
	SAYS(RW_LOG_NATIVE, "<3>PRIORITY\n", -1, -1);
	SAYS(RW_LOG_NATIVE, "PRIORITY=8\nSYSLOG_FACILITY=128\n", -1, -1);
	SAYS(RW_LOG_NATIVE, "PRIORITY=\nSYSLOG_FACILITY=1x\n", -1, -1);
	SAYS(RW_LOG_NATIVE, "XPRIORITY=1\n", -1, -1);
	SAYS(RW_LOG_NATIVE, "\n\nPRIORITY=2\n", -1, 2);
}

/* A value with line ends, which has its length before it, holds no fields. */
static void binary_fields(void **state)
{
	(void)state;
	SAYS(RW_LOG_NATIVE, "MESSAGE\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\nPRIORITY=5\n", -1, 5);
	SAYS(RW_LOG_NATIVE,
	     "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff"
	     "a\nPRIORITY=0\n",
	     -1, -1);
	SAYS(RW_LOG_NATIVE, "MESSAGE\n\x0c\0\0", -1, -1);
	SAYS(RW_LOG_NATIVE, "MESSAGE\n\0\0\0\0\0\0\0\0", -1, -1);
	SAYS(RW_LOG_NATIVE, "MESSAGE\n\0\0\0\0\0\0\0\0\nPRIORITY=1", -1, 1);
}

static void random_bytes(void **state)
{
	static const char some[] = "<>0189=\n\0PRIOTYSLG_FACE\xff";

	(void)state;
	srandom(7);
	for (int i = 0; i < 200000; i++) {
		size_t len = (size_t)(random() % 64);
		uint8_t *text = malloc(len ? len : 1);

		for (size_t k = 0; k < len; k++)
			text[k] = (uint8_t)some[(size_t)random() % sizeof(some)];
		for (unsigned int input = 1; input < RW_LOG_INPUT_COUNT; input++) {
			struct log_priority p = log_priority(input, text, (uint32_t)len);

			assert_in_range(p.facility + 1, 0, 128);
			assert_in_range(p.severity + 1, 0, 8);
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes),      cmocka_unit_test(no_prefixes),  cmocka_unit_test(fields),
		cmocka_unit_test(binary_fields), cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests_name("lib/log_priority", tests, NULL, NULL);
}

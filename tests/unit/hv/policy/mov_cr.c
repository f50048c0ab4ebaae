/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/policy/mov_cr.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "policy/mov_cr.h"

static void test_mov(void **state)
{
	static const struct {
		const char code[8];
		size_t count;
		bool long_mode;
		unsigned int len, gpr;
	} cases[] = {
		{ "\x0f\x22\xe7", 3, true, 3, 7 },      /* mov cr4, rdi */
		{ "\x0f\x22\x27\x90", 4, true, 3, 7 },  /* the same: mod means nothing */
		{ "\x41\x0f\x22\xc4", 4, true, 4, 12 }, /* mov cr0, r12 */
		{ "\x66\x49\x0f\x22\xc4", 5, true, 5, 12 },
		{ "\x41\x66\x0f\x22\xc4", 5, true, 5, 4 }, /* REX does not count: rsp */
		{ "\x0f\x22\xe7", 3, false, 3, 7 },
		{ "\x41\x0f\x22\xc4", 4, false, 0, 0 }, /* inc ecx */
		{ "\x0f\x20\xe7", 3, true, 0, 0 },      /* mov rdi, cr4 */
		{ "\x0f\x06\x90", 3, true, 0, 0 },      /* clts */
		{ "\x0f\x01\xf0", 3, true, 0, 0 },      /* lmsw ax */
		{ "\x0f\x22", 2, true, 0, 0 },
		{ "\x66\x66\x66", 3, true, 0, 0 },
		{ "", 0, true, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int gpr = 0;

		assert_int_equal(mov_cr_decode((const uint8_t *)cases[i].code, cases[i].count,
					       cases[i].long_mode, &gpr),
				 cases[i].len);
		assert_int_equal(gpr, cases[i].gpr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mov) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

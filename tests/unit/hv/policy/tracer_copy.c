/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/policy/tracer_copy.c: a copy as Linux makes it, and every byte of it changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/tracer_copy.h"

#define START 0xffffffff81000100ull
#define SIZE  64u
#define OP    8u
#define CALL  20u
#define JUMP  40u
#define AT    0xffffffffc0001000ull
#define CALLS 0xffffffff81234560ull
#define THUNK 0xffffffff81e01a60ull

static const struct rw_tracer tracer = { START, START + SIZE, START + OP, START + CALL, START + JUMP };
static uint8_t original[SIZE], copy[SIZE + TRACER_RETURN_BYTES];

static void jump(uint8_t *code, uint8_t opcode, uint64_t at, uint64_t target)
{
	uint32_t displacement = (uint32_t)(target - at - 5);

	code[0] = opcode;
	memcpy(code + 1, &displacement, 4);
}

/* What create_trampoline() of Linux makes of an entry. */
static int make(void **state)
{
	uint32_t user = SIZE + TRACER_RETURN_BYTES - OP - 7;

	(void)state;
	for (unsigned int i = 0; i < SIZE; i++)
		original[i] = (uint8_t)(0x40 + i);
	memcpy(original + OP, "\x48\x8b\x15\x11\x22\x33\x44", 7);
	jump(original + CALL, 0xe8, START + CALL, CALLS + 0x100);
	memcpy(original + JUMP, "\x75\x08", 2);
	memcpy(copy, original, SIZE);
	memcpy(copy + OP + 3, &user, 4);
	jump(copy + CALL, 0xe8, AT + CALL, CALLS);
	memcpy(copy + JUMP, "\x66\x90", 2);
	jump(copy + SIZE, 0xe9, AT + SIZE, THUNK);
	return 0;
}

static void test_copy(void **state)
{
	(void)state;
	assert_int_equal(tracer_copy_calls(&tracer, THUNK, original, copy, AT), CALLS);
	memcpy(copy + SIZE, "\xc3\xcc\x00\x00\x00", 5); /* a CPU that needs no thunk */
	assert_int_equal(tracer_copy_calls(&tracer, 0, original, copy, AT), CALLS);
}

static void test_without_jump(void **state)
{
	struct rw_tracer plain = tracer;

	(void)state;
	plain.jump = 0;
	assert_int_equal(tracer_copy_calls(&plain, THUNK, original, copy, AT), 0);
	memcpy(copy + JUMP, original + JUMP, 2);
	assert_int_equal(tracer_copy_calls(&plain, THUNK, original, copy, AT), CALLS);
	assert_int_equal(tracer_copy_calls(&tracer, THUNK, original, copy, AT), 0);
}

/* Any other byte than the target of the call makes it no copy. */
static void test_each_byte(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(copy); i++) {
		uint64_t calls;

		copy[i] ^= 0x10;
		calls = tracer_copy_calls(&tracer, THUNK, original, copy, AT);
		if (i > CALL && i < CALL + 5)
			assert_true(calls && calls != CALLS);
		else
			assert_int_equal(calls, 0);
		copy[i] ^= 0x10;
	}
}

static void test_other_return(void **state)
{
	(void)state;
	jump(copy + SIZE, 0xe9, AT + SIZE, THUNK + 1);
	assert_int_equal(tracer_copy_calls(&tracer, THUNK, original, copy, AT), 0);
	jump(copy + SIZE, 0xe9, AT + SIZE, 0);
	assert_int_equal(tracer_copy_calls(&tracer, 0, original, copy, AT), 0);
}

/* Parts of the entry in another order than Linux has them. */
static void test_order(void **state)
{
	struct rw_tracer odd = tracer;

	(void)state;
	odd.call = START + OP - 4;
	assert_int_equal(tracer_copy_calls(&odd, THUNK, original, copy, AT), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_copy, make),      cmocka_unit_test_setup(test_without_jump, make),
		cmocka_unit_test_setup(test_each_byte, make), cmocka_unit_test_setup(test_other_return, make),
		cmocka_unit_test_setup(test_order, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

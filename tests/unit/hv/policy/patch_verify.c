/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/policy/patch_verify.c: each kind of site, and a random writer beside an oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/patch_verify.h"
#include "tests/unit/hv/mm/random.h"

#define AT     0x1000u /* of the site, from RW_SYMBOL_BASE */
#define TARGET 0x1080u /* of the jump label */
#define THUNK  (RW_SYMBOL_BASE + 0x900000u)
#define FAR    (RW_SYMBOL_BASE + 0x400000u)

static const char nop2[] = "\x66\x90", nop5[] = "\x0f\x1f\x44\x00\x00", zero5[] = "\x2e\x2e\x2e\x31\xc0",
		  return5[] = "\xc3\xcc\xcc\xcc\xcc";

static struct rw_site site(uint8_t kind, uint8_t len)
{
	return (struct rw_site){ AT, kind == RW_SITE_JUMP ? TARGET : 0, kind, len, 0 };
}

/* A call or jump to @target with the first bytes @first. */
static const uint8_t *to(const char *first, uint32_t len, uint64_t target)
{
	static uint8_t code[4][RW_SITE_LEN_MAX];
	static unsigned int n;
	uint8_t *c = code[n++ % 4];
	uint32_t displacement = (uint32_t)(target - (RW_SYMBOL_BASE + AT + len));

	memcpy(c, first, len - 4);
	memcpy(c + len - 4, &displacement, 4);
	return c;
}

static struct patch_answer verify(struct rw_site s, const void *old, const void *now)
{
	assert_null(patch_site_problem(&s));
	return patch_verify(&s, THUNK, old, now);
}

/* A change in the kernel's three steps. Return: the least of their answers; *target: the last one. */
static enum patch_answer_kind steps(struct rw_site s, const void *old, const void *now, uint64_t *target)
{
	uint8_t state[3][RW_SITE_LEN_MAX];
	enum patch_answer_kind least = PATCH_YES;
	const void *from = old;

	memcpy(state[0], old, s.len);
	state[0][0] = 0xcc;
	memcpy(state[1], now, s.len);
	state[1][0] = 0xcc;
	memcpy(state[2], now, s.len);
	for (unsigned int i = 0; i < 3; i++) {
		struct patch_answer a = verify(s, from, state[i]);

		if (a.kind == PATCH_NO)
			return PATCH_NO;
		if (a.kind != PATCH_YES) {
			least = a.kind;
			*target = a.target;
		}
		from = state[i];
	}
	return least;
}

static void test_jump(void **state)
{
	struct rw_site five = site(RW_SITE_JUMP, 5), two = site(RW_SITE_JUMP, 2);
	const uint8_t *jump = to("\xe9", 5, RW_SYMBOL_BASE + TARGET);
	uint64_t target = 0;

	(void)state;
	assert_int_equal(steps(five, nop5, jump, &target), PATCH_YES);
	assert_int_equal(steps(five, jump, nop5, &target), PATCH_YES);
	assert_int_equal(steps(two, nop2, "\xeb\x7e", &target), PATCH_YES);
	assert_int_equal(steps(two, "\xeb\x7e", nop2, &target), PATCH_YES);
	/* Another target, another instruction, another length's. */
	assert_int_equal(steps(five, nop5, to("\xe9", 5, FAR), &target), PATCH_NO);
	assert_int_equal(steps(five, nop5, to("\xe8", 5, RW_SYMBOL_BASE + TARGET), &target), PATCH_NO);
	assert_int_equal(steps(two, nop2, "\xeb\x7f", &target), PATCH_NO);
	assert_int_equal(steps(two, nop2, "\x0f\x1f", &target), PATCH_NO);
	assert_int_equal(verify(five, nop5, "\x90\x1f\x44\x00\x00").kind, PATCH_NO);
}

static void test_call(void **state)
{
	struct rw_site call = site(RW_SITE_CALL, 5), tail = site(RW_SITE_TAIL, 5);
	uint64_t target = 0;

	(void)state;
	assert_int_equal(steps(call, nop5, to("\xe8", 5, FAR), &target), PATCH_IF_FUNCTION);
	assert_int_equal(target, FAR);
	assert_int_equal(steps(call, to("\xe8", 5, FAR), nop5, &target), PATCH_YES);
	assert_int_equal(steps(call, to("\xe8", 5, FAR), zero5, &target), PATCH_YES);
	assert_int_equal(steps(call, nop5, to("\xe9", 5, FAR), &target), PATCH_NO);
	assert_int_equal(steps(call, nop5, return5, &target), PATCH_NO);

	assert_int_equal(steps(tail, return5, to("\xe9", 5, FAR), &target), PATCH_IF_FUNCTION);
	assert_int_equal(target, FAR);
	assert_int_equal(steps(tail, to("\xe9", 5, FAR), return5, &target), PATCH_YES);
	assert_int_equal(steps(tail, to("\xe9", 5, FAR), to("\xe9", 5, THUNK), &target), PATCH_YES);
	assert_int_equal(steps(tail, return5, nop5, &target), PATCH_NO);
	assert_int_equal(steps(tail, return5, to("\xe8", 5, FAR), &target), PATCH_NO);
}

static void test_conditional(void **state)
{
	struct rw_site tail = site(RW_SITE_TAIL, 6);
	uint64_t target = 0;

	(void)state;
	assert_int_equal(steps(tail, to("\x0f\x84", 6, THUNK), to("\x0f\x84", 6, FAR), &target),
			 PATCH_IF_FUNCTION);
	assert_int_equal(target, FAR);
	assert_int_equal(steps(tail, to("\x0f\x84", 6, FAR), to("\x0f\x85", 6, FAR), &target), PATCH_NO);
	assert_int_equal(steps(tail, to("\x0f\x84", 6, FAR), "\x90\x84\x90\x90\x90\x90", &target), PATCH_NO);
}

static void test_trace(void **state)
{
	uint64_t target = 0;

	(void)state;
	assert_int_equal(steps(site(RW_SITE_TRACE, 5), nop5, to("\xe8", 5, FAR), &target), PATCH_IF_TRACER);
	assert_int_equal(target, FAR);
	assert_int_equal(steps(site(RW_SITE_TRACE, 5), to("\xe8", 5, FAR), nop5, &target), PATCH_YES);
	assert_int_equal(steps(site(RW_SITE_TRACE, 5), nop5, to("\xe9", 5, FAR), &target), PATCH_NO);
	assert_int_equal(steps(site(RW_SITE_TRACE, 5), nop5, zero5, &target), PATCH_NO);
	assert_int_equal(steps(site(RW_SITE_TRACER, 5), to("\xe8", 5, THUNK), to("\xe8", 5, FAR), &target),
			 PATCH_IF_FUNCTION);
	assert_int_equal(steps(site(RW_SITE_TRACER, 5), to("\xe8", 5, FAR), nop5, &target), PATCH_NO);
}

static void test_lock_and_frozen(void **state)
{
	struct rw_site lock = site(RW_SITE_LOCK, 1), frozen = site(RW_SITE_FROZEN, 5);

	(void)state;
	assert_int_equal(verify(lock, "\x3e", "\xf0").kind, PATCH_YES);
	assert_int_equal(verify(lock, "\xf0", "\x3e").kind, PATCH_YES);
	assert_int_equal(verify(lock, "\xf0", "\xcc").kind, PATCH_NO);
	assert_int_equal(verify(frozen, nop5, nop5).kind, PATCH_YES);
	assert_int_equal(verify(frozen, nop5, "\xcc\x1f\x44\x00\x00").kind, PATCH_NO);
	assert_int_equal(verify(frozen, nop5, zero5).kind, PATCH_NO);
}

/* The steps in another order, or one of them alone. */
static void test_order(void **state)
{
	struct rw_site call = site(RW_SITE_CALL, 5);
	uint8_t tail_first[5], first_only[5];

	(void)state;
	memcpy(tail_first, to("\xe8", 5, FAR), 5);
	tail_first[0] = 0x0f;
	assert_int_equal(verify(call, nop5, tail_first).kind, PATCH_NO); /* no INT3 stands there */
	memcpy(first_only, nop5, 5);
	first_only[0] = 0xe8; /* a call by the NOP's own bytes */
	assert_int_equal(verify(call, nop5, first_only).kind, PATCH_IF_FUNCTION);
	assert_int_equal(verify(call, nop5, "\xcc\x00\x00\x00\x00").kind, PATCH_NO);
	assert_int_equal(verify(call, "\xcc\x1f\x44\x00\x00", "\xcc\x31\xc0\x90\x90").kind,
			 PATCH_IF_FUNCTION);
}

static void test_bad_sites(void **state)
{
	const struct rw_site bad[] = {
		{ AT, 0, 0, 5, 0 },
		{ AT, 0, RW_SITE_KINDS, 5, 0 },
		{ AT, TARGET, RW_SITE_JUMP, 3, 0 },
		{ AT, TARGET, RW_SITE_JUMP, 6, 0 },
		{ AT, 0, RW_SITE_CALL, 6, 0 },
		{ AT, 0, RW_SITE_TAIL, 7, 0 },
		{ AT, 0, RW_SITE_LOCK, 2, 0 },
		{ AT, 0, RW_SITE_FROZEN, 0, 0 },
		{ AT, 0, RW_SITE_FROZEN, 7, 0 },
		{ AT, 1, RW_SITE_CALL, 5, 0 },
		{ AT, 0, RW_SITE_CALL, 5, 1 },
		{ UINT32_MAX - 4, 0, RW_SITE_CALL, 5, 0 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(patch_site_problem(&bad[i]));
}

static void test_find(void **state)
{
	const struct rw_site s[] = { { 10, 0, RW_SITE_CALL, 5, 0 },
				     { 15, 0, RW_SITE_LOCK, 1, 0 },
				     { 20, 0, RW_SITE_TAIL, 6, 0 } };

	(void)state;
	assert_int_equal(patch_site_find(s, 3, 0), 0);
	assert_int_equal(patch_site_find(s, 3, 14), 0);
	assert_int_equal(patch_site_find(s, 3, 15), 1);
	assert_int_equal(patch_site_find(s, 3, 16), 2);
	assert_int_equal(patch_site_find(s, 3, 25), 2);
	assert_int_equal(patch_site_find(s, 3, 26), 3);
	assert_int_equal(patch_site_find(s, 0, 26), 0);
}

static uint32_t random_below(uint64_t *seed, uint32_t n)
{
	return (uint32_t)(test_random64(seed) >> 33) % n;
}

/* All states at rest that a site of @kind may have with calls of FAR, written down one by one. */
static unsigned int rest_states(uint8_t kind, uint8_t out[6][5])
{
	unsigned int n = 0;

#define STATE(code) memcpy(out[n++], code, 5)
	if (kind == RW_SITE_JUMP || kind == RW_SITE_CALL || kind == RW_SITE_TRACE)
		STATE(nop5);
	if (kind == RW_SITE_JUMP)
		STATE(to("\xe9", 5, RW_SYMBOL_BASE + TARGET));
	if (kind == RW_SITE_CALL)
		STATE(zero5);
	if (kind == RW_SITE_CALL || kind == RW_SITE_TRACE || kind == RW_SITE_TRACER)
		STATE(to("\xe8", 5, FAR));
	if (kind == RW_SITE_TAIL) {
		STATE(return5);
		STATE(to("\xe9", 5, THUNK));
		STATE(to("\xe9", 5, FAR));
	}
#undef STATE
	return n;
}

/* The oracle: is @now a state at rest, or INT3 and the rest of one, that one step leads to from @old? */
static bool expected(uint8_t kind, const uint8_t *old, const uint8_t *now)
{
	uint8_t rest[6][5];
	unsigned int n = rest_states(kind, rest);

	if (!memcmp(old, now, 5))
		return true;
	if (now[0] == 0xcc && !memcmp(old + 1, now + 1, 4))
		return true;
	for (unsigned int i = 0; i < n; i++)
		if (!memcmp(now, rest[i], 5) ||
		    (old[0] == 0xcc && now[0] == 0xcc && !memcmp(now + 1, rest[i] + 1, 4)))
			return true;
	return false;
}

/* A writer that mostly does what the kernel does, and often something near it. */
static void test_random_writer(void **state)
{
	static const uint8_t kinds[] = { RW_SITE_JUMP, RW_SITE_CALL, RW_SITE_TAIL, RW_SITE_TRACE,
					 RW_SITE_TRACER };
	uint64_t seed = 7;
	unsigned int allowed = 0;

	(void)state;
	for (unsigned int round = 0; round < 200000; round++) {
		uint8_t kind = kinds[random_below(&seed, 5)], rest[6][5], old[5], now[5];
		unsigned int n = rest_states(kind, rest);
		struct patch_answer a;

		memcpy(old, rest[random_below(&seed, n)], 5);
		if (random_below(&seed, 2))
			old[0] = 0xcc;
		memcpy(now, random_below(&seed, 2) ? rest[random_below(&seed, n)] : old, 5);
		if (random_below(&seed, 2))
			now[0] = 0xcc;
		if (random_below(&seed, 3) == 0)
			now[random_below(&seed, 5)] = (uint8_t)random_below(&seed, 256);
		a = verify(site(kind, 5), old, now);
		if (a.kind == PATCH_IF_FUNCTION || a.kind == PATCH_IF_TRACER)
			a.kind = a.target == FAR ? PATCH_YES : PATCH_NO;
		assert_int_equal(a.kind == PATCH_YES, expected(kind, old, now));
		allowed += a.kind == PATCH_YES;
	}
	assert_in_range(allowed, 50000, 190000);
}

static void test_heal(void **state)
{
	static const struct {
		uint8_t kind, len, first;
		const char *rest;
	} cases[] = {
		{ RW_SITE_JUMP, 2, 0x66, "\x90" },
		{ RW_SITE_JUMP, 2, 0xeb, "\x7e" },
		{ RW_SITE_JUMP, 5, 0x0f, "\x1f\x44\0\0" },
		{ RW_SITE_CALL, 5, 0x2e, "\x2e\x2e\x31\xc0" },
		{ RW_SITE_CALL, 5, 0xe8, "\x11\x22\x33\0" },
		{ RW_SITE_TAIL, 5, 0xc3, "\xcc\xcc\xcc\xcc" },
		{ RW_SITE_TAIL, 5, 0xe9, "\x11\x22\x33\0" },
		{ RW_SITE_TAIL, 6, 0x0f, "\x84\x11\x22\x33\0" },
		{ RW_SITE_TRACE, 5, 0xe8, "\x11\x22\x33\0" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rw_site s = site(cases[i].kind, cases[i].len);
		uint8_t old[RW_SITE_LEN_MAX] = { 0xcc }, now[RW_SITE_LEN_MAX] = { 0x55 }, first = 0;

		memcpy(old + 1, cases[i].rest, cases[i].len - 1u);
		memcpy(now + 1, cases[i].rest, cases[i].len - 1u);
		assert_true(patch_heal(&s, THUNK, old, now, &first));
		assert_int_equal(first, cases[i].first);
		now[1] ^= 1; /* no last step */
		assert_false(patch_heal(&s, THUNK, old, now, &first));
		now[1] ^= 1;
		old[0] = 0x90;
		assert_false(patch_heal(&s, THUNK, old, now, &first));
	}
}

static void test_target(void **state)
{
	uint64_t at = RW_SYMBOL_BASE + AT;

	(void)state;
	assert_int_equal(patch_target(at, to("\xe8", 5, FAR), 5), FAR);
	assert_int_equal(patch_target(at, to("\xcc", 5, FAR), 5), FAR);
	assert_int_equal(patch_target(at, to("\x0f\x85", 6, FAR), 6), FAR);
	assert_int_equal(patch_target(at, (const uint8_t *)"\xeb\xfe", 2), at);
	assert_int_equal(patch_target(at, (const uint8_t *)nop5, 5), 0);
	assert_int_equal(patch_target(at, (const uint8_t *)"\xcc\x1f\x44\x00\x00", 5), 0);
	assert_int_equal(patch_target(at, (const uint8_t *)nop2, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jump),        cmocka_unit_test(test_call),
		cmocka_unit_test(test_conditional), cmocka_unit_test(test_trace),
		cmocka_unit_test(test_order),       cmocka_unit_test(test_lock_and_frozen),
		cmocka_unit_test(test_bad_sites),   cmocka_unit_test(test_find),
		cmocka_unit_test(test_target),      cmocka_unit_test(test_random_writer),
		cmocka_unit_test(test_heal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the lock order: the check detects violations, and the paths that hold several locks obey it. */
#include "tests/unit/hv/core/mock.h"

/* core/spinlock.h: a holder of a lock takes further locks only from below it in the list. */
static void test_rule(void **state)
{
	(void)state;
	for (uint32_t first = LOCK_AGENT; first < LOCK_RANKS; first++) {
		assert_true(lock_order_allows(0, first));
		for (uint32_t second = LOCK_AGENT; second < LOCK_RANKS; second++)
			assert_int_equal(lock_order_allows(1u << first, second), second > first);
	}
	assert_false(lock_order_allows(0, LOCK_UNRANKED)); /* a lock not made by SPINLOCK() */
	assert_false(lock_order_allows(0, LOCK_RANKS));
	assert_false(lock_order_allows(1u << LOCK_AGENT | 1u << LOCK_PRINT, LOCK_JOURNAL));
}

/* A lock counts as held while it is held, and not afterwards. */
static void test_held(void **state)
{
	struct spinlock outer = SPINLOCK(NESTED), inner = SPINLOCK(JOURNAL);

	(void)state;
	spin_lock(&outer);
	spin_lock(&inner);
	assert_int_equal(lock_order_held(), 1u << LOCK_NESTED | 1u << LOCK_JOURNAL);
	spin_unlock(&outer);
	assert_int_equal(lock_order_held(), 1u << LOCK_JOURNAL);
	spin_unlock(&inner);
	assert_int_equal(lock_order_held(), 0);
}

/* RW_HC_LOCK and the release hold the agent's lock while they take all others except that of evidence. */
static void test_lock_and_release(void **state)
{
	static const enum lock_rank ranks[] = { LOCK_AGENT, LOCK_SHOOTDOWN, LOCK_NESTED, LOCK_JOURNAL,
						LOCK_PRINT };
	unsigned int before[LOCK_RANKS];

	(void)state;
	machine.boot.settings.kexec = RW_KEXEC_ALLOW;
	machine.boot.cpu_count = 2;
	mock_register();
	mock_protect();
	mock.other.in_guest = true;
	for (unsigned int call = 0; call < 2; call++) {
		for (uint32_t rank = 0; rank < LOCK_RANKS; rank++)
			before[rank] = lock_order_taken(rank);
		mock.reg[GREG_RIP] = GUEST_AGENT;
		assert_int_equal(mock_call(call ? RW_HC_KEXEC : RW_HC_LOCK, 0, 0), 0);
		for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++)
			assert_true(lock_order_taken(ranks[i]) > before[ranks[i]]);
		assert_int_equal(lock_order_held(), 0);
	}
}

/* A violation, with its record and its alert; and one in a hypercall, under the agent's lock. */
static void test_evidence(void **state)
{
	(void)state;
	mock_lock();
	assert_true(mock_store(GUEST_TEXT, "\x90\x91", 2));
	assert_true(lock_order_taken(LOCK_EVIDENCE) == 1);
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), -RW_EPERM);
	assert_true(lock_order_taken(LOCK_EVIDENCE) == 2);
	assert_int_equal(lock_order_held(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rule, mock_reset),
		cmocka_unit_test_setup(test_held, mock_reset),
		cmocka_unit_test_setup(test_lock_and_release, mock_reset),
		cmocka_unit_test_setup(test_evidence, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

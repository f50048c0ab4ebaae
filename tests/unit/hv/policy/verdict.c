/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/policy/verdict.c: the whole truth table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/verdict.h"

/* The verdict on an access that is not the kernel's own patching: by access, then by on_violation. */
static const enum policy_action refused[RW_ACCESS_COUNT][3] = {
	[RW_ACCESS_READ] = { POLICY_DISCARD, POLICY_DISCARD, POLICY_DISCARD },
	[RW_ACCESS_WRITE] = { POLICY_DISCARD, POLICY_FAULT, POLICY_STOP },
	[RW_ACCESS_EXEC] = { POLICY_FAULT, POLICY_FAULT, POLICY_STOP },
	[RW_ACCESS_WALK] = { POLICY_FAULT, POLICY_FAULT, POLICY_STOP },
	[RW_ACCESS_DELIVERY] = { POLICY_FAULT, POLICY_FAULT, POLICY_STOP },
	[RW_ACCESS_HYPERCALL] = { POLICY_FAULT, POLICY_FAULT, POLICY_STOP },
	[RW_ACCESS_MSR] = { POLICY_FAULT, POLICY_FAULT, POLICY_STOP },
};

static void test_truth_table(void **state)
{
	unsigned int patches = 0, all = 0;

	(void)state;
	for (uint32_t target = RW_TARGET_KERNEL_TEXT; target < RW_TARGET_COUNT; target++)
		for (uint32_t access = RW_ACCESS_READ; access < RW_ACCESS_COUNT; access++)
			for (uint32_t on = RW_ON_VIOLATION_SKIP; on <= RW_ON_VIOLATION_STOP; on++)
				for (unsigned int bits = 0; bits < 32; bits++) {
					struct policy_access a = {
						.target = target,
						.access = access,
						.on_violation = on,
						.cpl = bits & 3,
						.locked = bits & 4,
						.in_poking_mm = bits & 8,
						.rip_in_kernel_text = bits & 16,
					};
					bool code = target == RW_TARGET_KERNEL_TEXT ||
						    target == RW_TARGET_MODULE_TEXT ||
						    target == RW_TARGET_DYNAMIC_CODE;
					bool patch = code && access == RW_ACCESS_WRITE && bits == 28;

					assert_int_equal(policy_verdict(&a),
							 patch ? POLICY_PATCH : refused[access][on]);
					patches += patch;
					all++;
				}
	assert_int_equal(all, (RW_TARGET_COUNT - 1) * 7 * 3 * 32); /* also numbers without a name */
	assert_int_equal(patches, 3 * 3);                          /* with any configuration */
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_truth_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

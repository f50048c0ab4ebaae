/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the log's clock: hv/log/intake.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "log/intake.h"
#include "tests/unit/hv/log/check.h"

static void clock_is_exact(void **state)
{
	static const uint64_t hz[] = { 1, 3, 999999999, 1000000000, 2999999999, LOG_CLOCK_HZ_MAX };
	uint64_t seed = 2;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(hz) / sizeof(hz[0]); i++) {
		struct log_clock clock = { .tsc_start = 1000, .tsc_hz = hz[i] };

		assert_int_equal(log_clock_ns(&clock, 0), 0);
		assert_int_equal(log_clock_ns(&clock, 1000), 0);
		assert_int_equal(log_clock_ns(&clock, 1000 + hz[i]), 1000000000);
		for (n = 0; n < 10000; n++) {
			uint64_t ticks = random64(&seed) >> (30 + random64(&seed) % 34);
			unsigned __int128 exact = (unsigned __int128)ticks * 1000000000u / hz[i];

			if (exact <= UINT64_MAX)
				assert_int_equal(log_clock_ns(&clock, 1000 + ticks), (uint64_t)exact);
		}
	}
}

/* The guest has set its TSC back, to before the hypervisor's start: the clock's start moves below 0. */
static void clock_starts_below_zero(void **state)
{
	const struct log_clock clock = { .tsc_start = 0 - 4000ull, .tsc_hz = 1000000000 };

	(void)state;
	assert_int_equal(log_clock_ns(&clock, 1000), 5000);
	assert_int_equal(log_clock_ns(&clock, 0), 4000);
	assert_int_equal(log_clock_ns(&clock, 0 - 4000ull), 0);
	assert_int_equal(log_clock_ns(&clock, 0 - 4001ull), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_is_exact),
		cmocka_unit_test(clock_starts_below_zero),
	};

	return cmocka_run_group_tests_name("hv/log/clock", tests, NULL, NULL);
}

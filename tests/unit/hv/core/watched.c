/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/core/watched.c: what may be named, and what a change leaves. */
#include "tests/unit/hv/core/mock.h"

#include "core/watched.h"

#define AREA GUEST_DATA + 0x100

static struct rw_protect_list list;

static struct rw_range area(uint64_t gpa, uint64_t len)
{
	return (struct rw_range){ .gpa = gpa,
				  .gva = 0xffffffff00000000ull + gpa,
				  .len = len,
				  .flags = RW_RANGE_WATCHED,
				  .name = "secret" };
}

static int reset(void **state)
{
	static uint64_t start; /* alert lines of the tests before are used up */
	int ret = mock_reset(state);

	start += 1ull << 50;
	mock.later_ns = start;
	watched_forget();
	memset(&list, 0, sizeof(list));
	list.count = 1;
	list.range[0] = area(AREA, 64);
	return ret;
}

/* As the agent names it. */
static int64_t name(void)
{
	memcpy(host_ram + GUEST_ARG, &list, sizeof(list));
	return mock_call(RW_HC_PROTECT, GUEST_ARG, 0);
}

static int64_t drain_after(uint64_t ns)
{
	uint64_t rip = mock.reg[GREG_RIP];
	int64_t ret;

	mock.later_ns += ns;
	mock.reg[GREG_RIP] = GUEST_AGENT;
	ret = mock_call(RW_HC_DRAIN, 0, 0);
	mock.reg[GREG_RIP] = rip;
	return ret;
}

static void locked(void)
{
	mock_register();
	mock_protect();
	assert_int_equal(name(), 0);
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	mock.events = mock.lines = 0;
}

static void test_change_is_recorded_once(void **state)
{
	(void)state;
	host_ram[AREA] = 1;
	locked();
	drain_after(WATCHED_GAP_NS);
	assert_int_equal(mock.events, 0);
	host_ram[AREA + 63] ^= 1;
	drain_after(WATCHED_GAP_NS);
	assert_int_equal(mock.events, 1);
	assert_int_equal(mock.event_type, RW_REC_DATA_CHANGE);
	assert_int_equal(mock.lines, 1);
	drain_after(WATCHED_GAP_NS);
	assert_int_equal(mock.events, 1);
	/* Back again is a change, too. */
	host_ram[AREA + 63] ^= 1;
	drain_after(WATCHED_GAP_NS);
	assert_int_equal(mock.events, 2);
}

static void test_not_more_often_than_the_gap(void **state)
{
	(void)state;
	locked();
	drain_after(WATCHED_GAP_NS);
	host_ram[AREA] ^= 1;
	drain_after(WATCHED_GAP_NS - 1);
	assert_int_equal(mock.events, 0);
	drain_after(1);
	assert_int_equal(mock.events, 1);
}

static void test_neighbours_are_not_watched(void **state)
{
	(void)state;
	locked();
	host_ram[AREA - 1] ^= 1;
	host_ram[AREA + 64] ^= 1;
	drain_after(WATCHED_GAP_NS);
	assert_int_equal(mock.events, 0);
}

static void test_before_the_lock_nothing_is_compared(void **state)
{
	(void)state;
	mock_register();
	mock_protect();
	assert_int_equal(name(), 0);
	mock.events = 0;
	host_ram[AREA] ^= 1;
	mock_call(RW_HC_DRAIN, 0, 0);
	assert_int_equal(mock.events, 0);
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	mock.events = 0;
	drain_after(WATCHED_GAP_NS);
	assert_int_equal(mock.events, 0);
}

static void test_bad_lists_are_refused(void **state)
{
	(void)state;
	mock_register();
	list.range[0].len = 0;
	assert_int_equal(name(), -RW_EINVAL);
	list.range[0].len = WATCHED_LEN_MAX + 1;
	assert_int_equal(name(), -RW_EINVAL);
	list.range[0] = area(AREA, 64);
	list.range[0].kind = RW_TARGET_KERNEL_TEXT;
	assert_int_equal(name(), -RW_EINVAL);
	list.range[0] = area(AREA, 64);
	list.range[0].flags |= RW_RANGE_OBJECT;
	assert_int_equal(name(), -RW_EINVAL);
	list.range[0] = area(AREA, 64);
	list.range[0].name[0] = 0;
	assert_int_equal(name(), -RW_EINVAL);
	list.range[0] = area(sizeof(host_ram) - 8, 64);
	assert_int_equal(name(), -RW_EFAULT);
	list.range[0] = area(AREA, 64);
	list.count = 0;
	assert_int_equal(name(), -RW_EINVAL);
	list.count = RW_PROTECT_MAX + 1;
	assert_int_equal(name(), -RW_EINVAL);
	/* With another range that is none: nothing of it counts. */
	list.count = 2;
	assert_int_equal(name(), -RW_EINVAL);
	list.count = 1;
	assert_int_equal(name(), 0);
}

static void test_room_is_bounded(void **state)
{
	uint32_t n = 0;

	(void)state;
	mock_register();
	while (name() == 0)
		n++;
	assert_int_equal(n, WATCHED_BYTES / 64 < WATCHED_MAX ? WATCHED_BYTES / 64 : WATCHED_MAX);
	assert_int_equal(name(), -RW_ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_change_is_recorded_once, reset),
		cmocka_unit_test_setup(test_not_more_often_than_the_gap, reset),
		cmocka_unit_test_setup(test_neighbours_are_not_watched, reset),
		cmocka_unit_test_setup(test_before_the_lock_nothing_is_compared, reset),
		cmocka_unit_test_setup(test_bad_lists_are_refused, reset),
		cmocka_unit_test_setup(test_room_is_bounded, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

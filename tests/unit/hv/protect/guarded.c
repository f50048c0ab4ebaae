/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the tests of a locked guest's accesses share. */
#include "tests/unit/hv/protect/guarded.h"

int guarded(void **state)
{
	if (mock_reset(state))
		return -1;
	mock_lock();
	return 0;
}

int guarded_npt(void **state)
{
	if (mock_reset_npt(state))
		return -1;
	mock_lock();
	return 0;
}

bool untouched(uint64_t gpa, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (host_ram[gpa + i] != 0x90)
			return false;
	return true;
}

const struct evidence *only_record(void)
{
	assert_int_equal(mock.records, 1);
	assert_false(mock.cpu.step.active);
	assert_int_equal(mock.root, nested_root(NESTED_KERNEL));
	assert_int_equal(mock.step_begins > 0, mock.step_ends > 0);
	return &mock.record[0];
}

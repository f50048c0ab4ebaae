/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the tests of a locked guest's accesses share. */
#pragma once

#include "tests/unit/hv/core/mock.h"

/** guarded(), guarded_npt() - cmocka set-ups: mock_reset() or mock_reset_npt(), then mock_lock(). */
int guarded(void **state);
int guarded_npt(void **state);

/* A test of a locked guest, with Intel's entries and with AMD's. */
#define BOTH(test) \
	cmocka_unit_test_setup(test, guarded), \
	{ \
#test " (NPT)", test, guarded_npt, NULL, NULL \
	}

/** untouched() - whether @n bytes at @gpa are as in the beginning. */
bool untouched(uint64_t gpa, size_t n);

/** only_record() - get the only record so far; fails if a step is under way, or other tables are in use. */
const struct evidence *only_record(void);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Random numbers for tests that try many inputs: the same in each run. */
#pragma once

#include <stdint.h>

/** test_random64() - the next number; @state is not 0. xorshift64*, by Sebastiano Vigna. */
static inline uint64_t test_random64(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ull;
}

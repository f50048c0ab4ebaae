/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reading of the bitmaps that both backends give to the CPU. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline bool bit(const uint8_t *map, unsigned int n)
{
	return map[n / 8] >> n % 8 & 1;
}

static inline unsigned int bits_set(const uint8_t *map, unsigned int bytes)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < bytes; i++)
		n += (unsigned int)__builtin_popcount(map[i]);
	return n;
}

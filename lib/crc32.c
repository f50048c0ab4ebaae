/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CRC-32 by a table of 256 values, which the compiler makes. */
#include "lib/crc32.h"

/*
 * The remainder is linear: the value of a byte is the exclusive or of those of its bits, and these eight are
 * the reflected polynomial 0xedb88320 (for bit 7), halved modulo itself from bit to bit.
 */
#define BIT(i, bit, value) (((i) & (bit)) ? (value) : 0u)
#define T1(i) \
	(BIT(i, 0x01u, 0x77073096u) ^ BIT(i, 0x02u, 0xee0e612cu) ^ BIT(i, 0x04u, 0x076dc419u) ^ \
	 BIT(i, 0x08u, 0x0edb8832u) ^ BIT(i, 0x10u, 0x1db71064u) ^ BIT(i, 0x20u, 0x3b6e20c8u) ^ \
	 BIT(i, 0x40u, 0x76dc4190u) ^ BIT(i, 0x80u, 0xedb88320u))
#define T4(i)  T1(i), T1((i) + 1u), T1((i) + 2u), T1((i) + 3u)
#define T16(i) T4(i), T4((i) + 4u), T4((i) + 8u), T4((i) + 12u)
#define T64(i) T16(i), T16((i) + 16u), T16((i) + 32u), T16((i) + 48u)

static const uint32_t table[256] = { T64(0u), T64(64u), T64(128u), T64(192u) };

uint32_t crc32_update(uint32_t crc, const void *p, size_t n)
{
	const uint8_t *byte = p;

	crc = ~crc;
	for (size_t i = 0; i < n; i++)
		crc = crc >> 8 ^ table[(crc ^ byte[i]) & 0xffu];
	return ~crc;
}

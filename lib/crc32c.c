/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CRC-32C by the CPU's instruction, or by a table of 256 values, which the compiler makes. */
#include "lib/crc32c.h"

/*
 * The remainder is linear: the value of a byte is the exclusive or of those of its bits, and these eight are
 * the reflected polynomial 0x82f63b78 (for bit 7), halved modulo itself from bit to bit.
 */
#define BIT(i, bit, value) (((i) & (bit)) ? (value) : 0u)
#define T1(i) \
	(BIT(i, 0x01u, 0xf26b8303u) ^ BIT(i, 0x02u, 0xe13b70f7u) ^ BIT(i, 0x04u, 0xc79a971fu) ^ \
	 BIT(i, 0x08u, 0x8ad958cfu) ^ BIT(i, 0x10u, 0x105ec76fu) ^ BIT(i, 0x20u, 0x20bd8edeu) ^ \
	 BIT(i, 0x40u, 0x417b1dbcu) ^ BIT(i, 0x80u, 0x82f63b78u))
#define T4(i)  T1(i), T1((i) + 1u), T1((i) + 2u), T1((i) + 3u)
#define T16(i) T4(i), T4((i) + 4u), T4((i) + 8u), T4((i) + 12u)
#define T64(i) T16(i), T16((i) + 16u), T16((i) + 32u), T16((i) + 48u)

static const uint32_t table[256] = { T64(0u), T64(64u), T64(128u), T64(192u) };

static bool has_insn; /* set once, before any other use */

void crc32c_use_insn(bool has)
{
	has_insn = has;
}

static uint32_t by_table(uint32_t crc, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		crc = crc >> 8 ^ table[(crc ^ p[i]) & 0xffu];
	return crc;
}

/* Intel SDM volume 2, "CRC32 - Accumulate CRC32 Value". */
static inline uint64_t crc_word(uint64_t crc, const uint8_t *p)
{
	__asm__("crc32q %1, %0" : "+r"(crc) : "m"(*(const uint8_t(*)[8])p));
	return crc;
}

/* 32 bytes a step, then words, then one by one. */
static uint32_t by_insn(uint32_t crc, const uint8_t *p, size_t n)
{
	uint64_t wide = crc;

	for (; n >= 32; p += 32, n -= 32) {
		wide = crc_word(wide, p);
		wide = crc_word(wide, p + 8);
		wide = crc_word(wide, p + 16);
		wide = crc_word(wide, p + 24);
	}
	for (; n >= 8; p += 8, n -= 8)
		wide = crc_word(wide, p);
	crc = (uint32_t)wide;
	for (; n; p++, n--)
		__asm__("crc32b %1, %0" : "+r"(crc) : "m"(*p));
	return crc;
}

uint32_t crc32c(uint32_t crc, const void *p, size_t n)
{
	return ~(has_insn ? by_insn(~crc, p, n) : by_table(~crc, p, n));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the kernel writes where it patches code: Intel SDM volume 2, "Instruction Set Reference". Pure C. */
#pragma once

#include "lib/string.h"
#include <stdint.h>

enum {
	JCC_ESCAPE = 0x0f,
	CS_PREFIX = 0x2e,
	DS_PREFIX = 0x3e,
	REX_B = 0x41,
	OPERAND_PREFIX = 0x66,
	JCC8 = 0x70,  /* and a condition in the low four bits */
	JCC32 = 0x80, /* the same, after JCC_ESCAPE */
	NOP = 0x90,
	INT3 = 0xcc,
	CALL32 = 0xe8,
	JMP32 = 0xe9,
	JMP8 = 0xeb,
	LOCK_PREFIX = 0xf0,
	GROUP5 = 0xff,
	INDIRECT_CALL = 0xd0, /* after GROUP5, and a register */
	INDIRECT_JMP = 0xe0
};

/* As in the manual's table of multi-byte NOPs; a return in place of a jump. */
static const uint8_t nop2[2] = { 0x66, 0x90 }, nop5[5] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
static const uint8_t return5[5] = { 0xc3, INT3, INT3, INT3, INT3 };

/** leads_to() - the target of the call or jump of @len bytes at @at, whose last four are its displacement. */
static inline uint64_t leads_to(uint64_t at, const uint8_t *code, size_t len)
{
	int32_t displacement;

	memcpy(&displacement, code + len - 4, sizeof(displacement));
	return at + len + (uint64_t)(int64_t)displacement;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* AMD APM volume 2, "MOV CRn"; volume 3, "Instruction Prefixes". */
#include "policy/mov_cr.h"

#define REX_B 1u

unsigned int mov_cr_decode(const uint8_t *code, size_t count, bool long_mode, unsigned int *gpr)
{
	size_t at = 0;
	uint8_t rex = 0;

	/* A REX prefix counts only directly before the opcode. */
	for (; at < count; at++) {
		if (long_mode && (code[at] & 0xf0) == 0x40)
			rex = code[at];
		else if (is_legacy_prefix(code[at]))
			rex = 0;
		else
			break;
	}
	/* 0F 22 and a byte with both registers, whose two highest bits mean nothing. */
	if (count - at < 3 || code[at] != 0x0f || code[at + 1] != 0x22)
		return 0;
	*gpr = (code[at + 2] & 7u) | (rex & REX_B ? 8u : 0);
	return (unsigned int)at + 3;
}

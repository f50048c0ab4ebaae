// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// rwctl has no disassembler: it runs where as little as possible is installed. It prints the bytes of code.
#include "tools/rwlog/disasm.h"

enum disasm_result disasm(const uint8_t *code, size_t n, uint64_t rip, char text[DISASM_LEN])
{
	(void)code;
	(void)n;
	(void)rip;
	text[0] = '\0';
	return DISASM_ABSENT;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What code bytes mean, in Intel's syntax. */
#include "disasm.h"

#include <capstone/capstone.h>
#include <stdio.h>

enum disasm_result disasm(const uint8_t *code, size_t n, uint64_t rip, char text[DISASM_LEN])
{
	cs_insn *insn = NULL;
	size_t count;
	csh handle;

	text[0] = '\0';
	if (n == 0 || cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK)
		return DISASM_BAD;
	count = cs_disasm(handle, code, n, rip, 1, &insn);
	if (count) {
		snprintf(text, DISASM_LEN, "%s%s%s", insn->mnemonic, insn->op_str[0] ? " " : "",
			 insn->op_str);
		cs_free(insn, count);
	}
	cs_close(&handle);
	return count ? DISASM_GOOD : DISASM_BAD;
}

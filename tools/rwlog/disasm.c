/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What code bytes mean, in Intel's syntax. */
#include "disasm.h"

#include <capstone/capstone.h>
#include <stdio.h>

/* Opening Capstone takes longer than an instruction: it is opened once. Return: whether there is one. */
static bool open_once(csh *handle)
{
	static csh the;
	static bool opened;

	opened = opened || cs_open(CS_ARCH_X86, CS_MODE_64, &the) == CS_ERR_OK;
	*handle = the;
	return opened;
}

size_t disasm_each(const uint8_t *code, size_t n, uint64_t rip, disasm_fn *fn, void *ctx)
{
	cs_insn *insn = NULL;
	char text[DISASM_LEN];
	size_t count, used = 0;
	csh handle;

	if (n == 0 || !open_once(&handle))
		return 0;
	count = cs_disasm(handle, code, n, rip, 0, &insn);
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%s%s%s", insn[i].mnemonic, insn[i].op_str[0] ? " " : "",
			 insn[i].op_str);
		fn(ctx, insn[i].address, text);
		used += insn[i].size;
	}
	if (count)
		cs_free(insn, count);
	return used;
}

enum disasm_result disasm(const uint8_t *code, size_t n, uint64_t rip, char text[DISASM_LEN])
{
	cs_insn *insn = NULL;
	size_t count;
	csh handle;

	text[0] = '\0';
	if (n == 0 || !open_once(&handle))
		return DISASM_BAD;
	count = cs_disasm(handle, code, n, rip, 1, &insn);
	if (count) {
		snprintf(text, DISASM_LEN, "%s%s%s", insn->mnemonic, insn->op_str[0] ? " " : "",
			 insn->op_str);
		cs_free(insn, count);
	}
	return count ? DISASM_GOOD : DISASM_BAD;
}

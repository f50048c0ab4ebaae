/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What Linux writes in place of a module's calls, jumps and NOPs (its arch/x86/kernel/alternative.c). */
#include "approve/relocate_site.h"

#include "approve/elf.h"
#include "policy/branch.h"
#include "abi/types.h"

#define REGS 16u

static const uint8_t lfence[3] = { 0x0f, 0xae, 0xe8 };

void relocate_classify(struct relocate_symbol *symbol, const char *name)
{
	static const char thunk[] = "__x86_indirect_thunk_";
	static const char reg[REGS][4] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
					   "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };

	symbol->kind = elf_equal(name, "__fentry__")         ? RELOCATE_FENTRY :
		       elf_equal(name, "__x86_return_thunk") ? RELOCATE_RETURN :
							       RELOCATE_PLAIN;
	for (uint32_t i = 0; i < sizeof(thunk) - 1; i++)
		if (name[i] != thunk[i])
			return;
	for (uint8_t i = 0; i < REGS; i++)
		if (elf_equal(name + sizeof(thunk) - 1, reg[i])) {
			symbol->kind = RELOCATE_THUNK;
			symbol->reg = i;
		}
}

/* Bytes of the NOP at @code, of @left bytes; 0: it is none. */
static size_t nop_length(const uint8_t *code, size_t left)
{
	static const uint8_t forms[][2] = { { 0x00, 3 }, { 0x40, 4 }, { 0x44, 5 }, { 0x80, 7 }, { 0x84, 8 } };
	size_t at = 0;

	while (at < left && (code[at] == OPERAND_PREFIX || code[at] == CS_PREFIX))
		at++;
	if (at < left && code[at] == NOP)
		return at + 1;
	if (left - at < 3 || code[at] != 0x0f || code[at + 1] != 0x1f)
		return 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (code[at + 2] != forms[i][0] || forms[i][1] > left - at)
			continue;
		for (size_t b = 3; b < forms[i][1]; b++)
			if (code[at + b])
				return 0;
		return at + forms[i][1];
	}
	return 0;
}

static bool all_int3(const uint8_t *code, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (code[i] != INT3)
			return false;
	return true;
}

/* NOPs to the end, or a jump there. */
static bool are_nops(const uint8_t *code, size_t len)
{
	while (len) {
		size_t n = nop_length(code, len);

		if (!n)
			return len >= 2 && code[0] == JMP8 && code[1] == len - 2 && len - 2 < 128 &&
			       all_int3(code + 2, len - 2);
		code += n;
		len -= n;
	}
	return true;
}

bool relocate_same(const uint8_t *want, const uint8_t *found, size_t len)
{
	for (size_t i = 0, run; i < len; i += run) {
		run = 1;
		if (want[i] == NOP)
			while (i + run < len && want[i + run] == NOP)
				run++;
		if (memcmp(want + i, found + i, run) != 0 && (want[i] != NOP || !are_nops(found + i, run)))
			return false;
	}
	return true;
}

bool relocate_direct_ok(uint64_t va, const uint8_t *found, size_t len)
{
	if (are_nops(found, len))
		return true;
	return len >= 5 && found[0] == CALL32 && are_nops(found + 5, len - 5) &&
	       relocate_is_function(leads_to(va, found, 5));
}

/* Bytes of the indirect branch by @reg at @code; 0: there is none. */
static size_t indirect_length(const uint8_t *code, size_t left, uint8_t opcode, uint8_t reg)
{
	size_t at = reg >= 8;

	if (left < at + 2 || (at && code[0] != REX_B) || code[at] != GROUP5 ||
	    code[at + 1] != opcode + (reg & 7))
		return 0;
	return at + 2;
}

/* A call or jump, or one with a prefix, of a place that jumps by @reg. */
static bool leads_to_thunk(uint64_t va, const uint8_t *code, size_t len, uint8_t opcode, uint8_t reg)
{
	uint8_t thunk[3];

	if (len == 6 && code[0] == CS_PREFIX)
		code++, len--, va++;
	return len >= 5 && code[0] == opcode && are_nops(code + 5, len - 5) &&
	       relocate_code(leads_to(va, code, 5), thunk, sizeof(thunk)) &&
	       indirect_length(thunk, sizeof(thunk), INDIRECT_JMP, reg);
}

static bool thunk_ok(uint64_t va, uint8_t reg, const uint8_t *was, const uint8_t *code, size_t len)
{
	bool jcc = was[0] == 0x0f, call = was[len - 5] == CALL32 && !jcc;
	size_t n;

	if (jcc) { /* the opposite condition jumps over the rest */
		if (code[0] != (JCC8 | ((was[1] & 15) ^ 1)) || code[1] != len - 2)
			return false;
		code += 2, va += 2, len -= 2;
	}
	if (leads_to_thunk(va, code, len, call ? CALL32 : JMP32, reg))
		return true;
	if (len > sizeof(lfence) && !memcmp(code, lfence, sizeof(lfence)))
		code += sizeof(lfence), len -= sizeof(lfence);
	n = indirect_length(code, len, call ? INDIRECT_CALL : INDIRECT_JMP, reg);
	if (n && !call && n < len && code[n] == INT3)
		n++;
	return n && are_nops(code + n, len - n);
}

bool relocate_branch_ok(const struct relocate_symbol *symbol, uint64_t return_thunk, uint64_t va,
			const uint8_t *was, const uint8_t *found, size_t len)
{
	if (symbol->kind == RELOCATE_THUNK)
		return thunk_ok(va, symbol->reg, was, found, len);
	if (len != 5)
		return false;
	if (symbol->kind == RELOCATE_FENTRY)
		return was[0] == CALL32 &&
		       (!memcmp(found, nop5, 5) ||
			(found[0] == CALL32 && relocate_is_tracer(leads_to(va, found, 5))));
	return was[0] == JMP32 && (!memcmp(found, return5, 5) || (found[0] == JMP32 && return_thunk &&
								  leads_to(va, found, 5) == return_thunk));
}

bool relocate_is_thunks(const uint8_t *page)
{
	for (size_t i = 0; i < RW_PAGE_SIZE;) {
		size_t at = page[i] == REX_B;

		if (page[i] == INT3)
			i++;
		else if (RW_PAGE_SIZE - i >= at + 3 && page[i + at] == GROUP5 &&
			 (page[i + at + 1] & 0xf8) == INDIRECT_JMP)
			i += at + 2;
		else
			return false;
	}
	return true;
}

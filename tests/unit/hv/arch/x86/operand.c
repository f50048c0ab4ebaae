/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of hv/arch/x86/operand.c: by hand, and against Capstone over a large set of encodings. Every memory
 * operand that Capstone finds must be among the candidates, except those in exempt().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <capstone/capstone.h>
#include <cmocka.h>

#include "tests/unit/hv/mm/random.h"
#include "arch/x86/operand.h"

#define SEED      0x6f706572616e64ull
#define CODE      0xffffffff81234560ull
#define ENCODINGS 600000u

enum {
	RAX,
	RCX,
	RDX,
	RBX,
	RSP,
	RBP,
	RSI,
	RDI
};

static const struct operand_regs regs = {
	.gpr = { 0xffff888000001000, 0x0000000000000003, 0xffffffff82000100, 0x8000000000000010,
		 0xffffc90000004ff8, 0x00007ffff7ff0000, 0xffff888012345678, 0xffffffff81abcdef,
		 0x0000000100000001, 0x0123456789abcdef, 0xfedcba9876543210, 0x000000007fffffff,
		 0xffffffff80000000, 0xffffa00000000007, 0x00000000deadbeef, 0xffffffffffffffff },
	.rip = CODE,
	.fs_base = 0x00007f0011223344,
	.gs_base = 0xffff88803fc00000,
};

static unsigned int decode(const uint8_t *bytes, unsigned int n, uint64_t *out)
{
	/* On the heap, at its exact size: the sanitizer sees a read past its end. */
	uint8_t *copy = malloc(n ? n : 1);
	unsigned int found;

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	for (unsigned int i = 0; i < OPERAND_CANDIDATES; i++)
		out[i] = 0xa5a5a5a5a5a5a5a5;
	found = operand_candidates(copy, n, &regs, out);
	free(copy);
	assert_true(found <= OPERAND_CANDIDATES);
	for (unsigned int i = found; i < OPERAND_CANDIDATES; i++)
		assert_int_equal(out[i], 0xa5a5a5a5a5a5a5a5);
	return found;
}

static bool has(const uint8_t *bytes, unsigned int n, uint64_t address)
{
	uint64_t out[OPERAND_CANDIDATES];
	unsigned int found = decode(bytes, n, out);

	for (unsigned int i = 0; i < found; i++)
		if (out[i] == address)
			return true;
	return false;
}

#define BYTES(...)        ((const uint8_t[]){ __VA_ARGS__ })
#define HAS(address, ...) assert_true(has(BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)), address))

static void test_by_hand(void **state)
{
	const uint64_t *g = regs.gpr;

	(void)state;
	HAS(g[RBX], 0x48, 0x89, 0x03);                            /* mov %rax, (%rbx) */
	HAS(g[11] - 8, 0x41, 0x88, 0x43, 0xf8);                   /* mov %al, -8(%r11) */
	HAS(g[RSP] + g[RCX] * 8, 0x48, 0x89, 0x04, 0xcc);         /* mov %rax, (%rsp,%rcx,8) */
	HAS(g[13] + g[12] * 2 + 1, 0x4b, 0x89, 0x44, 0x65, 0x01); /* mov %rax, 1(%r13,%r12,2) */
	HAS(0xffffffff82345678, 0xc6, 0x04, 0x25, 0x78, 0x56, 0x34, 0x82,
	    0x90);                                                 /* movb $0x90, 0xffffffff82345678 */
	HAS(CODE + 7 + 0x100, 0x48, 0x89, 0x05, 0x00, 0x01, 0, 0); /* mov %rax, 0x100(%rip) */
	HAS(CODE + 8 + 0x100, 0x66, 0x83, 0x05, 0x00, 0x01, 0, 0, 0x7f);
	HAS(CODE + 11 + 0x100, 0x48, 0xc7, 0x05, 0x00, 0x01, 0, 0, 1, 2, 3, 4);
	HAS(CODE + 9 + 0x100, 0x66, 0xc7, 0x05, 0x00, 0x01, 0, 0, 1, 2);
	HAS(regs.gs_base + 0x28, 0x65, 0x48, 0x89, 0x04, 0x25, 0x28, 0, 0, 0);
	HAS(regs.fs_base + g[RAX], 0x64, 0x89, 0x00);
	HAS((uint32_t)g[RDX] + 0ull, 0x67, 0x89, 0x02); /* mov %eax, (%edx) */
	HAS(0x1122334455667788, 0x48, 0xa3, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11);
	HAS(g[RDI], 0xf3, 0xaa);       /* rep stosb */
	HAS(g[RSI], 0xf3, 0x48, 0xa5); /* rep movsq */
	HAS(g[RDI], 0xf3, 0x48, 0xa5);
	HAS(g[RSP] - 8, 0x50);                                                        /* push %rax */
	HAS(g[RSP] - 8, 0xe8, 0, 0, 0, 0);                                            /* call */
	HAS(g[RSP], 0xc3);                                                            /* ret */
	HAS(CODE + 12 + 0x100, 0x66, 0x48, 0xc7, 0x05, 0x00, 0x01, 0, 0, 1, 2, 3, 4); /* REX.W overrides 66 */
	HAS(g[RBX], 0x49, 0x66, 0x89, 0x03); /* REX is valid only directly before the opcode */
	HAS(g[RSI], 0x6e);                   /* outsb */
	HAS(g[RDX] - 64, 0x62, 0xf1, 0x7c, 0x48, 0x11, 0x82, 0xc0, 0xff, 0xff,
	    0xff);                                              /* vmovups %zmm0, -64(%rdx) */
	HAS(g[RBX] + 64, 0xc5, 0xfc, 0x29, 0x43, 0x40);         /* vmovaps %ymm0, 64(%rbx) */
	HAS(g[9] + g[RCX], 0xc4, 0xc1, 0x7c, 0x29, 0x04, 0x09); /* vmovaps %ymm0, (%r9,%rcx) */
	HAS(g[RDI], 0xf0, 0x48, 0x0f, 0xc7, 0x0f);              /* lock cmpxchg16b (%rdi) */
	HAS(g[RDI], 0x48, 0x0f, 0xae, 0x27);                    /* xsave64 (%rdi) */
	/* No memory operand, except perhaps the stack. */
	assert_true(decode(BYTES(0x48, 0x89, 0xd8), 3, (uint64_t[OPERAND_CANDIDATES]){ 0 }) <= 2);
}

/* Register operands of an address; -1 for others: xmm0, or nothing. */
static int reg_number(csh cs, x86_reg reg, bool *is32)
{
	static const char *const names[2][16] = {
		{ "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
		  "r13", "r14", "r15" },
		{ "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d",
		  "r12d", "r13d", "r14d", "r15d" },
	};
	const char *name = cs_reg_name(cs, reg);

	for (int i = 0; name && i < 32; i++)
		if (!strcmp(name, names[i / 16][i % 16])) {
			*is32 = i >= 16;
			return i % 16;
		}
	return -1;
}

/* The linear address of @op, if only general registers form it. */
static bool linear(csh cs, const cs_insn *insn, const cs_x86_op *op, uint64_t *address)
{
	uint64_t a = (uint64_t)op->mem.disp;
	bool is32 = insn->detail->x86.addr_size == 4, part32;

	if (op->mem.base == X86_REG_RIP || op->mem.base == X86_REG_EIP) {
		a += insn->address + insn->size;
	} else if (op->mem.base != X86_REG_INVALID) {
		int n = reg_number(cs, op->mem.base, &part32);

		if (n < 0)
			return false;
		a += regs.gpr[n];
	}
	if (op->mem.index != X86_REG_INVALID && op->mem.index != X86_REG_RIZ &&
	    op->mem.index != X86_REG_EIZ) {
		int n = reg_number(cs, op->mem.index, &part32);

		if (n < 0)
			return false;
		a += regs.gpr[n] * (uint64_t)op->mem.scale;
	}
	if (is32)
		a = (uint32_t)a;
	a += op->mem.segment == X86_REG_FS ? regs.fs_base : op->mem.segment == X86_REG_GS ? regs.gs_base : 0;
	*address = a;
	return true;
}

/*
 * Excluded from the comparison. EVEX: the unit of an 8-bit displacement depends on the instruction. 3DNow!:
 * the opcode follows the operand, and no CPU of interest has it. An override of ES, CS, SS or DS after one
 * of FS or GS: 64-bit mode ignores it, Capstone does not.
 */
static bool exempt(const uint8_t *bytes, unsigned int n)
{
	bool fs = false;
	unsigned int i;

	for (i = 0; i < n; i++) {
		switch (bytes[i]) {
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
			if (fs)
				return true;
			break;
		case 0x64:
		case 0x65:
			fs = true;
			break;
		case 0x66:
		case 0x67:
		case 0xf0:
		case 0xf2:
		case 0xf3:
			break;
		default:
			if ((bytes[i] & 0xf0) != 0x40)
				return bytes[i] == 0x62 ||
				       (bytes[i] == 0x0f && i + 1 < n && bytes[i + 1] == 0x0f);
			break;
		}
	}
	return false;
}

static void random_encoding(uint64_t *seed, uint8_t *b)
{
	static const uint8_t prefixes[] = { 0x66, 0xf2, 0xf3, 0xf0, 0x64, 0x65, 0x67, 0x2e };
	uint64_t r = test_random64(seed);
	unsigned int n = 0;

	for (unsigned int i = 0; i < 16; i++)
		b[i] = (uint8_t)(test_random64(seed) >> 32);
	for (unsigned int k = r & 3; k; k--)
		b[n++] = prefixes[(r >> 4 * k & 0xff) % sizeof(prefixes)];
	r >>= 20;
	if (r & 1)
		b[n++] = 0x40 | (r >> 4 & 0xf);
	switch (r >> 8 & 7) {
	case 0:
	case 1:
		b[n++] = 0x0f;
		break;
	case 2:
		b[n++] = 0x0f;
		b[n++] = r >> 12 & 1 ? 0x38 : 0x3a;
		break;
	case 3:
		n -= n && (b[n - 1] & 0xf0) == 0x40; /* VEX and EVEX take no REX */
		b[n] = r >> 12 & 1 ? 0xc4 : r >> 13 & 1 ? 0xc5 : 0x62;
		if (b[n] != 0xc5)
			b[n + 1] = (b[n + 1] & 0xe0) | (1 + r % 3);
		break;
	default:
		break;
	}
}
/* Return: number of operands compared. */
static unsigned int compare(csh cs, const cs_insn *insn)
{
	unsigned int compared = 0;

	if (exempt(insn->bytes, insn->size))
		return 0;
	for (unsigned int k = 0; k < insn->detail->x86.op_count; k++) {
		const cs_x86_op *op = &insn->detail->x86.operands[k];
		uint64_t expected;

		if (op->type != X86_OP_MEM || !linear(cs, insn, op, &expected))
			continue;
		compared++;
		if (!has(insn->bytes, insn->size, expected)) {
			for (unsigned int i = 0; i < insn->size; i++)
				print_error("%02x ", insn->bytes[i]);
			fail_msg("%s %s: no %lx", insn->mnemonic, insn->op_str, expected);
		}
	}
	return compared;
}

static void test_against_capstone(void **state)
{
	uint64_t seed = SEED;
	unsigned int compared = 0;
	cs_insn *insn;
	csh cs;

	(void)state;
	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &cs), CS_ERR_OK);
	assert_int_equal(cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON), CS_ERR_OK);
	insn = cs_malloc(cs);
	assert_non_null(insn);
	for (unsigned int i = 0; i < ENCODINGS; i++) {
		uint8_t bytes[16];
		const uint8_t *code = bytes;
		uint64_t address = CODE;
		size_t left = 15;

		random_encoding(&seed, bytes);
		if (cs_disasm_iter(cs, &code, &left, &address, insn))
			compared += compare(cs, insn);
	}
	assert_true(compared > ENCODINGS / 5);
	cs_free(insn, 1);
	assert_int_equal(cs_close(&cs), CS_ERR_OK);
}

/* Garbage of any length, whole and truncated: bounds hold. */
static void test_garbage(void **state)
{
	uint64_t seed = SEED + 1, out[OPERAND_CANDIDATES];
	uint8_t bytes[16];

	(void)state;
	for (unsigned int i = 0; i < 200000; i++) {
		if (i & 1)
			random_encoding(&seed, bytes);
		else
			for (unsigned int k = 0; k < 16; k++)
				bytes[k] = (uint8_t)(test_random64(&seed) >> 32);
		decode(bytes, i % 17, out);
	}
	/* Nothing but prefixes. */
	memset(bytes, 0x66, sizeof(bytes));
	assert_int_equal(decode(bytes, 16, out), 0);
	assert_int_equal(decode(bytes, 0, out), 0);
	for (unsigned int i = 0; i < 256; i++) {
		bytes[0] = (uint8_t)i;
		decode(bytes, 1, out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_against_capstone),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

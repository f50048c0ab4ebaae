/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The linear addresses that an instruction in 64-bit mode may have accessed. */
#include "arch/x86/operand.h"

enum {
	REX_B = 1,
	REX_X = 2,
	REX_R = 4,
	REX_W = 8
};

/* Decoding state. Intel SDM volume 2, "Instruction Format". */
struct insn {
	const uint8_t *bytes;
	/* pos exceeds n if the instruction is longer than the available bytes: see complete() */
	unsigned int n, pos;
	unsigned int rex;
	uint64_t seg_base;
	unsigned int map; /* 0 one byte, 1 0F, 2 0F38, 3 0F3A */
	uint8_t opcode, modrm;
	bool addr32, opsize16, rep;
	bool unusual; /* LOCK, REPNE, a segment override of FS or GS */
};

/* Past the end, bytes read as zero. */
static uint8_t next(struct insn *in)
{
	unsigned int at = in->pos++;

	return at < in->n ? in->bytes[at] : 0;
}

static bool complete(const struct insn *in)
{
	return in->pos <= in->n;
}

/* Return: the first byte after the prefixes. */
static uint8_t read_prefixes(struct insn *in, const struct operand_regs *r)
{
	for (;;) {
		uint8_t byte = next(in);

		if ((byte & 0xf0) == 0x40) {
			in->rex = byte & 0xf;
			continue;
		}
		in->rep |= byte == 0xf3;
		in->unusual |= byte == 0xf0 || byte == 0xf2 || byte == 0x64 || byte == 0x65;
		if (byte == 0x64)
			in->seg_base = r->fs_base;
		else if (byte == 0x65)
			in->seg_base = r->gs_base;
		else if (byte == 0x66)
			in->opsize16 = true;
		else if (byte == 0x67)
			in->addr32 = true;
		else if ((byte & 0xe7) != 0x26 && byte != 0xf0 && (byte & 0xfe) != 0xf2)
			return byte; /* not ES, CS, SS, DS, LOCK or REP */
		in->rex = 0;         /* counts only directly before the opcode */
	}
}

/* Return: whether the instruction is complete. */
static bool read_opcode(struct insn *in, const struct operand_regs *r)
{
	in->opcode = read_prefixes(in, r);
	if (in->opcode == 0xc4 || in->opcode == 0xc5 || in->opcode == 0x62) {
		/* VEX and EVEX, which has two more bytes: R, X, B are inverted in the first byte after it. */
		uint8_t first = in->opcode, payload = next(in);

		in->map = first == 0xc5 ? 1 : payload & 3;
		if (first != 0xc5)
			in->rex = (unsigned int)(~payload >> 5) & (REX_X | REX_B);
		in->pos += first == 0xc5 ? 0 : first == 0xc4 ? 1 : 2;
		in->opcode = next(in);
	} else if (in->opcode == 0x0f) {
		in->opcode = next(in);
		in->map = in->opcode == 0x38 ? 2 : in->opcode == 0x3a ? 3 : 1;
		if (in->map > 1)
			in->opcode = next(in);
	}
	return complete(in);
}

/* A displacement or immediate, sign-extended. */
static uint64_t read_number(struct insn *in, unsigned int size)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < size; i++)
		v |= (uint64_t)next(in) << (8 * i);
	return size == 1 ? (uint64_t)(int8_t)v : size == 4 ? (uint64_t)(int32_t)v : v;
}

/* Bytes of immediate after the operand: only RIP-relative addresses need them. */
static unsigned int immediate_size(const struct insn *in)
{
	enum {
		WORD = 2
	};
	static const uint8_t kind[4][256] = {
		{ [0x69] = WORD,
		  [0x6b] = 1,
		  [0x80] = 1,
		  [0x81] = WORD,
		  [0x82 ... 0x83] = 1,
		  [0xc0 ... 0xc1] = 1,
		  [0xc6] = 1,
		  [0xc7] = WORD,
		  [0xf6] = 1,
		  [0xf7] = WORD },
		{ [0x70 ... 0x73] = 1, [0xa4] = 1, [0xac] = 1, [0xba] = 1, [0xc2] = 1, [0xc4 ... 0xc6] = 1 },
		{ 0 },
		{ [0 ... 255] = 1 },
	};
	bool unary = in->map == 0 && (in->opcode & 0xfe) == 0xf6 && (in->modrm >> 3 & 7) >= 2; /* not TEST */

	if (unary || kind[in->map][in->opcode] != WORD)
		return unary ? 0 : kind[in->map][in->opcode];
	return in->opsize16 && !(in->rex & REX_W) ? 2 : 4;
}

static uint64_t truncate(const struct insn *in, uint64_t address)
{
	return in->addr32 ? (uint32_t)address : address;
}

/* Return: whether the instruction is complete; then @address is set. */
static bool put_address(const struct insn *in, uint64_t offset, uint64_t *address)
{
	if (complete(in))
		*address = truncate(in, offset) + in->seg_base;
	return complete(in);
}

/* The address from ModRM, SIB and displacement. Intel SDM volume 2, "Addressing-Mode Encoding". */
static bool modrm_address(struct insn *in, const struct operand_regs *r, uint64_t *address)
{
	in->modrm = next(in);

	unsigned int mod = in->modrm >> 6, rm = in->modrm & 7, disp_size = mod == 1 ? 1 : mod == 2 ? 4 : 0;
	bool rip_relative = mod == 0 && rm == 5;
	uint64_t base = 0;

	if (mod == 3)
		return false;
	if (rm == 4) {
		uint8_t sib = next(in);
		unsigned int index = (sib >> 3 & 7) | (in->rex & REX_X ? 8 : 0);

		if ((sib & 7) == 5 && mod == 0)
			disp_size = 4;
		else
			base = r->gpr[(sib & 7) | (in->rex & REX_B ? 8 : 0)];
		if (index != 4)
			base += r->gpr[index] << (sib >> 6);
	} else if (rip_relative) {
		disp_size = 4;
	} else {
		base = r->gpr[rm | (in->rex & REX_B ? 8 : 0)];
	}
	base += read_number(in, disp_size);
	if (rip_relative)
		base += r->rip + in->pos + immediate_size(in);
	return put_address(in, base, address);
}

/* MOV between AL/AX/EAX/RAX and an absolute address. */
static bool absolute_address(struct insn *in, uint64_t *address)
{
	uint64_t offset = read_number(in, in->addr32 ? 4 : 8);

	return put_address(in, offset, address);
}

/* INS, OUTS, MOVS, CMPS, STOS, LODS, SCAS. */
static bool is_string(const struct insn *in)
{
	uint8_t op = in->opcode;

	return in->map == 0 &&
	       ((op >= 0x6c && op <= 0x6f) || (op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf));
}

unsigned int operand_candidates(const uint8_t *bytes, unsigned int n, const struct operand_regs *regs,
				uint64_t *out)
{
	struct insn in = { .bytes = bytes, .n = n };

	if (!read_opcode(&in, regs))
		return 0;
	if (is_string(&in)) {
		out[0] = truncate(&in, regs->gpr[7]);
		out[1] = truncate(&in, regs->gpr[6]) + in.seg_base;
		return 2;
	}
	if (in.map == 0 && in.opcode >= 0xa0 && in.opcode <= 0xa3)
		return absolute_address(&in, &out[0]) ? 1 : 0;

	unsigned int found = modrm_address(&in, regs, out) ? 1 : 0;

	out[found++] = regs->gpr[4] - 8; /* pushes and calls */
	out[found++] = regs->gpr[4];
	return found;
}

unsigned int operand_store32(const uint8_t *bytes, unsigned int n, const struct operand_regs *regs,
			     uint32_t *value)
{
	struct insn in = { .bytes = bytes, .n = n };
	uint64_t address;

	if (!read_opcode(&in, regs) || in.map || in.opsize16 || in.rex & REX_W)
		return 0;
	if (in.opcode == 0xa3) {
		*value = (uint32_t)regs->gpr[0];
		return absolute_address(&in, &address) ? in.pos : 0;
	}
	if ((in.opcode != 0x89 && in.opcode != 0xc7) || !modrm_address(&in, regs, &address))
		return 0;

	unsigned int reg = (in.modrm >> 3 & 7) | (in.rex & REX_R ? 8 : 0);

	if (in.opcode == 0xc7 && reg & 7)
		return 0;
	*value = (uint32_t)(in.opcode == 0x89 ? regs->gpr[reg] : read_number(&in, 4));
	return complete(&in) ? in.pos : 0;
}

bool operand_store(const uint8_t *bytes, unsigned int n, const struct operand_regs *regs,
		   struct operand_store *store)
{
	struct insn in = { .bytes = bytes, .n = n };

	if (!read_opcode(&in, regs) || in.map || in.unusual || in.addr32)
		return false;
	*store = (struct operand_store){
		.size = !(in.opcode & 1) ? 1 :
			in.rex & REX_W   ? 8 :
			in.opsize16      ? 2 :
					   4,
		.string = in.opcode == 0xa4 || in.opcode == 0xa5,
		.rep = in.rep,
		.address = regs->gpr[7],
		.len = in.pos,
	};
	if (store->string)
		return true;
	if (in.rep || (in.opcode & 0xfe) != 0x88 || !modrm_address(&in, regs, &store->address))
		return false;

	unsigned int reg = (in.modrm >> 3 & 7) | (in.rex & REX_R ? 8 : 0);

	/* Without REX, bytes 4 to 7 are AH to BH. An empty REX prefix is not told from none. */
	if (store->size == 1 && reg >= 4 && !in.rex)
		return false;
	store->value = regs->gpr[reg];
	store->len = in.pos;
	return true;
}

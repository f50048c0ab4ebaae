/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The linear addresses that an instruction in 64-bit mode may have accessed. */
#include "policy/operand.h"

#include <stdbool.h>

#define REX_B 1u
#define REX_X 2u
#define REX_R 4u
#define REX_W 8u

/* Prefixes and opcode read so far. Intel SDM volume 2, "Instruction Format". */
struct insn {
	const uint8_t *bytes;
	unsigned int n, pos, rex;
	uint64_t seg_base;
	unsigned int map; /* 0 one byte, 1 0F, 2 0F38, 3 0F3A */
	uint8_t opcode;
	bool addr32, opsize16;
};

static bool next(struct insn *in, uint8_t *byte)
{
	if (in->pos >= in->n)
		return false;
	*byte = in->bytes[in->pos++];
	return true;
}

static bool read_prefixes(struct insn *in, const struct operand_regs *r, uint8_t *byte)
{
	while (next(in, byte)) {
		if ((*byte & 0xf0) == 0x40) {
			in->rex = *byte & 0xf;
			continue;
		}
		if (*byte == 0x64)
			in->seg_base = r->fs_base;
		else if (*byte == 0x65)
			in->seg_base = r->gs_base;
		else if (*byte == 0x66)
			in->opsize16 = true;
		else if (*byte == 0x67)
			in->addr32 = true;
		else if ((*byte & 0xe7) != 0x26 && *byte != 0xf0 && (*byte & 0xfe) != 0xf2)
			return true; /* not ES, CS, SS, DS, LOCK, REP either */
		in->rex = 0; /* counts right before the opcode only */
	}
	return false;
}

/* VEX and EVEX: R, X, B stand inverted in the payload's first byte. */
static bool read_vex(struct insn *in, uint8_t first)
{
	uint8_t p[3];
	unsigned int payload = first == 0xc5 ? 1 : first == 0xc4 ? 2 : 3;

	for (unsigned int i = 0; i < payload; i++)
		if (!next(in, &p[i]))
			return false;
	in->map = 1;
	if (first != 0xc5) {
		in->rex = (unsigned int)(~p[0] >> 5) & (REX_X | REX_B);
		in->map = p[0] & 3;
	}
	return next(in, &in->opcode);
}

static bool read_opcode(struct insn *in, const struct operand_regs *r)
{
	uint8_t byte;

	if (!read_prefixes(in, r, &byte))
		return false;
	if (byte == 0xc4 || byte == 0xc5 || byte == 0x62)
		return read_vex(in, byte);
	in->opcode = byte;
	if (byte != 0x0f)
		return true;
	in->map = 1;
	if (!next(in, &in->opcode))
		return false;
	if (in->opcode != 0x38 && in->opcode != 0x3a)
		return true;
	in->map = in->opcode == 0x38 ? 2 : 3;
	return next(in, &in->opcode);
}

static bool read_disp(struct insn *in, unsigned int size, int64_t *disp)
{
	uint64_t v = 0;
	uint8_t byte;

	for (unsigned int i = 0; i < size; i++) {
		if (!next(in, &byte))
			return false;
		v |= (uint64_t)byte << (8 * i);
	}
	*disp = size == 1 ? (int8_t)v : size == 4 ? (int32_t)v : (int64_t)v;
	return true;
}

/* Bytes of immediate that follow the operand: only RIP-relative addresses need it. */
static unsigned int immediate_size(const struct insn *in, uint8_t modrm)
{
	unsigned int word = in->opsize16 && !(in->rex & REX_W) ? 2 : 4;

	if (in->map > 1)
		return in->map == 3;
	if (in->map == 1)
		return (in->opcode >= 0x70 && in->opcode <= 0x73) || in->opcode == 0xa4 || in->opcode == 0xac ||
		       in->opcode == 0xba || in->opcode == 0xc2 || (in->opcode >= 0xc4 && in->opcode <= 0xc6);
	switch (in->opcode) {
	case 0x69: case 0x81: case 0xc7:
		return word;
	case 0x6b: case 0x80: case 0x82: case 0x83: case 0xc0: case 0xc1: case 0xc6:
		return 1;
	case 0xf6:
		return (modrm >> 3 & 7) < 2;
	case 0xf7:
		return (modrm >> 3 & 7) < 2 ? word : 0;
	default:
		return 0;
	}
}

/* The address in ModRM, SIB and displacement. Intel SDM volume 2, "Addressing-Mode Encoding". */
static bool modrm_address(struct insn *in, const struct operand_regs *r, uint64_t *address)
{
	uint8_t modrm, sib;

	if (!next(in, &modrm) || modrm >> 6 == 3)
		return false;

	unsigned int mod = modrm >> 6, rm = modrm & 7, disp_size = mod == 1 ? 1 : mod == 2 ? 4 : 0;
	bool rip_relative = mod == 0 && rm == 5;
	uint64_t base = 0;
	int64_t disp;

	if (rm == 4) {
		if (!next(in, &sib))
			return false;

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
	if (!read_disp(in, disp_size, &disp))
		return false;
	if (rip_relative)
		base = r->rip + in->pos + immediate_size(in, modrm);
	base += (uint64_t)disp;
	*address = (in->addr32 ? (uint32_t)base : base) + in->seg_base;
	return true;
}

/* MOV between AL/AX/EAX/RAX and an absolute address. */
static bool absolute_address(struct insn *in, uint64_t *address)
{
	int64_t disp;

	if (!read_disp(in, in->addr32 ? 4 : 8, &disp))
		return false;
	*address = (in->addr32 ? (uint32_t)disp : (uint64_t)disp) + in->seg_base;
	return true;
}

/* INS, OUTS, MOVS, CMPS, STOS, LODS, SCAS. */
static bool is_string(const struct insn *in)
{
	uint8_t op = in->opcode;

	return in->map == 0 &&
	       ((op >= 0x6c && op <= 0x6f) || (op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf));
}

unsigned int operand_candidates(const uint8_t *bytes, unsigned int n, const struct operand_regs *regs, uint64_t *out)
{
	struct insn in = { .bytes = bytes, .n = n };

	if (!read_opcode(&in, regs))
		return 0;
	if (is_string(&in)) {
		out[0] = in.addr32 ? (uint32_t)regs->gpr[7] : regs->gpr[7];
		out[1] = (in.addr32 ? (uint32_t)regs->gpr[6] : regs->gpr[6]) + in.seg_base;
		return 2;
	}
	if (in.map == 0 && in.opcode >= 0xa0 && in.opcode <= 0xa3)
		return absolute_address(&in, &out[0]) ? 1 : 0;

	unsigned int found = modrm_address(&in, regs, out) ? 1 : 0;

	out[found++] = regs->gpr[4] - 8; /* pushes and calls */
	out[found++] = regs->gpr[4];
	return found;
}

unsigned int operand_store32(const uint8_t *bytes, unsigned int n, const struct operand_regs *regs, uint32_t *value)
{
	struct insn in = { .bytes = bytes, .n = n };
	uint64_t address;
	int64_t immediate;

	if (!read_opcode(&in, regs) || in.map || in.opsize16 || in.rex & REX_W)
		return 0;
	if (in.opcode == 0xa3) {
		*value = (uint32_t)regs->gpr[0];
		return absolute_address(&in, &address) ? in.pos : 0;
	}
	if ((in.opcode != 0x89 && in.opcode != 0xc7) || in.pos >= n)
		return 0;

	unsigned int reg = (bytes[in.pos] >> 3 & 7) | (in.rex & REX_R ? 8 : 0);

	if (!modrm_address(&in, regs, &address))
		return 0;
	if (in.opcode == 0x89) {
		*value = (uint32_t)regs->gpr[reg];
		return in.pos;
	}
	if (reg & 7 || !read_disp(&in, 4, &immediate))
		return 0;
	*value = (uint32_t)immediate;
	return in.pos;
}

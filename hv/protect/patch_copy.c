/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The instructions with which the kernel copies a patch into its text. */
#include "protect/patch_copy.h"

#include "arch/x86/regs.h"
#include "core/guest_info.h"
#include "lib/string.h"
#include "mm/guest_copy.h"
#include "protect/evidence.h"
#include "protect/patch.h"

#define MOVES_MAX 4u /* stores with which the kernel copies a patch, at most */

/* What one or several instructions copy, without a gap. */
struct copy {
	struct operand_regs regs;
	uint8_t code[RW_CODE_BYTES];
	uint32_t code_len;
	uint32_t insns_len; /* bytes of the instructions */
	bool string, rep;
	uint64_t to;   /* linear */
	uint64_t from; /* linear: where the bytes come from, by the convention of the kernel's memcpy() */
	uint32_t len;
	uint8_t bytes[RW_VALUE_BYTES];
};

static bool take_string(struct percpu *cpu, struct copy *c, const struct operand_store *s)
{
	uint64_t count = s->rep ? c->regs.gpr[1] : 1;

	if (greg(cpu, GREG_RFLAGS) & RFLAGS_DF || !count || count > RW_VALUE_BYTES / s->size)
		return false;
	c->string = true;
	c->rep = s->rep;
	c->len = (uint32_t)count * s->size;
	c->to = s->address;
	c->insns_len = s->len;
	return guest_read_virt(cpu, c->from, c->bytes, c->len) == c->len;
}

/* Adds a store to those before it. Return: false: it does not touch them, or they become too many bytes. */
static bool add_store(struct copy *c, const struct operand_store *s)
{
	uint64_t to = c->len && c->to < s->address ? c->to : s->address;
	uint64_t end = s->address + s->size;

	if (c->len && (s->address > c->to + c->len || c->to > end))
		return false;
	if (c->len && c->to + c->len > end)
		end = c->to + c->len;
	if (end < to || end - to > RW_VALUE_BYTES)
		return false;
	memmove(c->bytes + (c->to - to), c->bytes, c->len);
	memcpy(c->bytes + (s->address - to), &s->value, s->size);
	c->len = (uint32_t)(end - to);
	c->to = to;
	return true;
}

/* This store, and those that follow it at once. */
static bool take_stores(struct copy *c, const struct operand_store *first)
{
	struct operand_store s = *first;
	struct operand_regs regs = c->regs;

	c->to = s.address;
	for (uint32_t i = 0; i < MOVES_MAX && add_store(c, &s); i++) {
		c->insns_len += s.len;
		regs.rip += s.len;
		if (!operand_store(c->code + c->insns_len, c->code_len - c->insns_len, &regs, &s) || s.string)
			break;
	}
	c->from += c->to - c->regs.gpr[7];
	return c->insns_len != 0;
}

static bool decode(struct percpu *cpu, struct copy *c)
{
	struct operand_store s;

	memset(c, 0, sizeof(*c));
	if (!greg(cpu, GREG_CS_LONG) || greg(cpu, GREG_RFLAGS) & RFLAGS_TF ||
	    greg(cpu, GREG_DR7) & DR7_ENABLED) /* a guest that debugs itself wants a trap for each step */
		return false;
	guest_operand_regs(cpu, &c->regs);
	c->from = c->regs.gpr[6];
	c->code_len = (uint32_t)guest_read_virt(cpu, c->regs.rip, c->code, sizeof(c->code));
	if (!operand_store(c->code, c->code_len, &c->regs, &s))
		return false;
	return s.string ? take_string(cpu, c, &s) : take_stores(c, &s);
}

static bool is_contiguous(struct percpu *cpu, const struct copy *c, uint64_t *gpa)
{
	uint64_t last;

	return !guest_translate(cpu, c->to, gpa) &&
	       ((c->to ^ (c->to + c->len - 1)) < PAGE_SIZE ||
		(!guest_translate(cpu, c->to + c->len - 1, &last) && last == *gpa + c->len - 1));
}

static void resume(struct percpu *cpu, const struct copy *c)
{
	if (c->string) {
		cpu->gprs.rsi += c->len;
		cpu->gprs.rdi += c->len;
	}
	if (c->rep)
		cpu->gprs.rcx = 0;
	hv_backend()->advance(cpu, c->insns_len);
}

enum patch_copied patch_copy(struct percpu *cpu, uint64_t hit, uint32_t target, struct evidence *rec)
{
	const struct rw_range *range;
	struct copy c;
	uint64_t gpa;

	if (!decode(cpu, &c) || !is_contiguous(cpu, &c, &gpa) || hit - gpa >= c.len ||
	    patch_target_of(gpa, c.len, &range) != target)
		return PATCH_COPY_NOT;
	*rec = (struct evidence){
		.target = (uint8_t)target,
		.access = RW_ACCESS_WRITE,
		.gpa = gpa,
		.gva = c.to,
		.nbytes = (uint8_t)c.code_len,
	};
	memcpy(rec->bytes, c.code, c.code_len);
	if (patch_apply(cpu, rec, c.bytes, c.len)) {
		evidence_patch(cpu, rec);
		resume(cpu, &c);
		return PATCH_COPY_DONE;
	}
	evidence_complete(cpu, rec);
	return PATCH_COPY_REFUSED;
}

void patch_copy_skip(struct percpu *cpu, const struct evidence *rec)
{
	struct copy c;
	uint64_t gpa;
	uint8_t byte;

	if (!decode(cpu, &c)) /* its code has changed meanwhile: it runs again */
		return;
	for (uint32_t i = 0; i < rec->value_len; i++)
		/* Only the patch's own bytes: other code than memcpy() has RSI for something else. */
		if (!guest_translate(cpu, c.from + i, &gpa) && !guest_read(gpa, &byte, 1) &&
		    byte == rec->new_value[i])
			guest_write(gpa, &rec->old_value[i], 1);
	resume(cpu, &c);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A report's violations: who, what, where, and by which instructions. */
#include <inttypes.h>
#include <string.h>

#include "disasm.h"
#include "names.h"
#include "report_boot.h"
#include "vmlinux.h"

/* An address, with the name of the code there if it is known. */
static void put_place(struct report_boot *b, const char *name, uint64_t addr)
{
	char text[RW_SYMBOL_LEN + 64];
	const struct symbol *s;
	uint64_t off = 0;

	s = b->symbols ? symbols_find(b->symbols, addr, &off) : NULL;
	if (s)
		snprintf(text, sizeof(text), "0x%" PRIx64 " %.*s+0x%" PRIx64, addr,
			 (int)(s->name.len < RW_SYMBOL_LEN ? s->name.len : RW_SYMBOL_LEN), s->name.p, off);
	else
		snprintf(text, sizeof(text), "0x%" PRIx64, addr);
	report_text(b->j, name, (struct text){ (const uint8_t *)text, strlen(text) });
}

static void put_insn(void *ctx, uint64_t address, const char *text)
{
	struct json *j = ctx;
	char line[DISASM_LEN + 32];

	snprintf(line, sizeof(line), "%" PRIx64 "  %s", address, text);
	json_str(j, NULL, line);
}

static void put_code(struct report_boot *b, const struct rec *r)
{
	struct rec_field f;

	if (!rec_field(r, RW_F_CODE, &f) || !f.len)
		return;
	json_open(b->j, "code", '[');
	disasm_each(f.value, f.len, rec_number(r, RW_F_RIP), put_insn, b->j);
	json_close(b->j, ']');
}

/* Instructions of the kernel's file near an address. */
struct around {
	struct json *j;
	uint64_t rip;
};

#define AROUND      40u   /* bytes before and after the instruction */
#define BEFORE_MOST 8192u /* bytes from the function's start that are disassembled to find where they begin */

static void put_near(void *ctx, uint64_t address, const char *text)
{
	const struct around *a = ctx;
	char line[DISASM_LEN + 32];

	if (address + AROUND < a->rip || address > a->rip + AROUND)
		return;
	snprintf(line, sizeof(line), "%s%" PRIx64 "  %s", address == a->rip ? "> " : "  ", address, text);
	json_str(a->j, NULL, line);
}

/* What the kernel's file has around the instruction; instructions begin at the function's start. */
static void put_around(struct report_boot *b, uint64_t rip)
{
	struct around a = { b->j, rip };
	const uint8_t *code;
	uint64_t off = 0;
	size_t n = 0;

	if (!b->symbols || !symbols_find(b->symbols, rip, &off) || off > BEFORE_MOST)
		return;
	code = vmlinux_code(b->symbols->vmlinux, rip - off - b->symbols->kaslr, &n);
	if (!code)
		return;
	json_open(b->j, "around", '[');
	disasm_each(code, n < off + 2 * AROUND ? n : off + 2 * AROUND, rip - off, put_near, &a);
	json_close(b->j, ']');
}

static void put_bytes(struct report_boot *b, const struct rec *r, const char *name, enum rw_field_id id)
{
	struct rec_field f;

	if (rec_field(r, id, &f))
		json_hex(b->j, name, f.value, f.len);
}

static void put_word(struct report_boot *b, const struct rec *r, const char *name, enum rw_field_id id)
{
	const struct field_desc *desc = field_desc(id);
	struct rec_field f;
	char word[NAME_LEN];

	if (rec_field(r, id, &f))
		json_str(b->j, name, name_of_value(desc->kind, (uint32_t)value_number(&f), desc->name, word));
}

static void put_violation(struct report_boot *b, const struct rec *r)
{
	struct json *j = b->j;
	struct rw_task task;
	struct rec_field f;

	json_open(j, NULL, '{');
	json_u64(j, "seq", r->hdr.seq);
	json_u64(j, "t", r->hdr.time_ns / 1000);
	json_str(j, "verdict", name_of_verdict(r->hdr.verdict));
	put_word(b, r, "access", RW_F_ACCESS);
	put_word(b, r, "target", RW_F_TARGET);
	if (rec_field(r, RW_F_SYMBOL, &f))
		report_text(j, "symbol", value_text(&f));
	json_u64(j, "offset", rec_number(r, RW_F_SYMBOL_OFFSET));
	json_address(j, "gpa", rec_number(r, RW_F_GPA));
	json_address(j, "gva", rec_number(r, RW_F_GVA));
	put_place(b, "rip", rec_number(r, RW_F_RIP));
	if (rec_task(r, &task)) {
		json_u64(j, "pid", task.tgid);
		report_text(j, "comm", rec_comm(task.comm));
	}
	json_u64(j, "repeat", rec_number(r, RW_F_REPEAT));
	put_bytes(b, r, "old", RW_F_OLD_VALUE);
	put_bytes(b, r, "new", RW_F_NEW_VALUE);
	put_bytes(b, r, "bytes", RW_F_CODE);
	put_code(b, r);
	put_around(b, rec_number(r, RW_F_RIP));
	json_close(j, '}');
}

void report_violations(struct report_boot *b)
{
	size_t left_out = 0;

	json_open(b->j, "violations", '[');
	for (size_t i = 0; i < b->boot->nrec; i++) {
		struct rec r;

		if (!report_rec(b, i, &r) || r.hdr.type != RW_REC_VIOLATION)
			continue;
		if (b->used.violations == b->room.violations) {
			left_out++;
			continue;
		}
		put_violation(b, &r);
		b->used.violations++;
	}
	json_close(b->j, ']');
	json_u64(b->j, "violations_left_out", left_out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* How far above its linked addresses a boot's kernel ran, found by its records. */
#include "kaslr.h"

#include <inttypes.h>
#include <string.h>

#include "vmlinux.h"

/*
 * Linux on x86-64 puts its image at multiples of CONFIG_PHYSICAL_ALIGN, 2 MiB, within KERNEL_IMAGE_SIZE,
 * 1 GiB, of where it was linked (arch/x86/boot/compressed/kaslr.c and Kconfig there).
 */
#define STEP        0x200000u
#define SLOTS       512u
#define LINKED_TEXT 0xffffffff81000000u
#define IMAGE_TOP   0xffffffffc0000000u
#define CODE_LEAST  8u /* bytes of an instruction and what follows that are compared */

struct votes {
	uint32_t of[SLOTS];
	uint32_t records; /* that had a vote */
};

static void vote(struct votes *v, uint64_t offset)
{
	if (offset % STEP == 0 && offset / STEP < SLOTS)
		v->of[offset / STEP]++;
}

/* A record that names what lies at the address that was used. */
static void vote_by_symbol(struct votes *v, const struct symbols *s, const struct rec *r)
{
	uint64_t gva = rec_number(r, RW_F_GVA), linked;
	struct rec_field f;

	if (gva < LINKED_TEXT || !rec_field(r, RW_F_SYMBOL, &f))
		return;
	linked = symbols_named(s, value_text(&f));
	if (linked)
		vote(v, gva - rec_number(r, RW_F_SYMBOL_OFFSET) - linked);
}

/* A record with the instruction's bytes: where does the file have them? */
static void vote_by_code(struct votes *v, const struct symbols *s, const struct rec *r)
{
	uint64_t rip = rec_number(r, RW_F_RIP);
	struct rec_field f;

	if (!s->vmlinux || rip < LINKED_TEXT || rip >= IMAGE_TOP || !rec_field(r, RW_F_CODE, &f) ||
	    f.len < CODE_LEAST)
		return;
	for (uint64_t offset = 0; offset < (uint64_t)SLOTS * STEP && rip - offset >= LINKED_TEXT;
	     offset += STEP) {
		size_t n;
		const uint8_t *code = vmlinux_code(s->vmlinux, rip - offset, &n);

		if (code && n >= f.len && memcmp(code, f.value, f.len) == 0)
			vote(v, offset);
	}
}

/* Enough to be sure, and few enough to be quick in a log of millions. */
#define RECORDS_ASKED 200u

static bool find(const struct symbols *s, const struct boot *b, uint64_t *offset)
{
	struct votes v = { 0 };
	size_t best = 0;

	for (size_t i = 0; i < b->nrec && v.records < RECORDS_ASKED; i++) {
		struct rec r = boot_rec(b, i);

		if (r.hdr.type != RW_REC_VIOLATION && r.hdr.type != RW_REC_PATCH)
			continue;
		v.records++;
		vote_by_symbol(&v, s, &r);
		vote_by_code(&v, s, &r);
	}
	for (size_t i = 1; i < SLOTS; i++)
		if (v.of[i] > v.of[best])
			best = i;
	*offset = (uint64_t)best * STEP;
	return v.of[best] > 0;
}

const struct symbols *kaslr_for_boot(const struct symbols *symbols, const struct boot *b, struct symbols *own,
				     FILE *say)
{
	static const struct text text = { (const uint8_t *)"_text", 5 };
	char id[TEXT_BOOT_LEN];

	if (!symbols)
		return NULL;
	*own = *symbols;
	if (symbols->kaslr_given)
		return own;
	boot_name(b, id);
	if (find(symbols, b, &own->kaslr)) {
		if (own->kaslr)
			fprintf(say,
				"rwlog: note: boot %s: its records say that the kernel ran 0x%" PRIx64
				" above these symbols\n",
				id, own->kaslr);
		return own;
	}
	own->kaslr = symbols->kaslr;
	/* A copy of /proc/kallsyms is of the running kernel: it needs no offset. */
	if (own->kaslr || symbols_named(symbols, text) != LINKED_TEXT)
		return own;
	fprintf(say,
		"rwlog: note: boot %s: no record says how far above its linked addresses the kernel ran; symbols are "
		"not used. --kaslr OFFSET gives it: in the guest, the address of _text in /proc/kallsyms minus "
		"0x%" PRIx64 "; 0 with nokaslr\n",
		id, (uint64_t)LINKED_TEXT);
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Feeds bytes to rwlog as a file of symbols: System.map, a copy of /proc/kallsyms or a vmlinux. Then it looks
 * for names, addresses, code and the kernel's offset. Nothing may crash, and a symbol lies at or before the
 * address that it is found for.
 */
#include <stdlib.h>
#include <string.h>

#include "kaslr.h"
#include "lib/record.h"
#include "vmlinux.h"

#define TEXT_AT UINT64_C(0xffffffff81000000)
#define OFFSET  UINT64_C(0x1e400000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A boot with one record: a write to the symbol @name at @gva by the instruction @code. */
static const struct boot *boot_of(struct text name, uint64_t gva, const uint8_t *code, uint16_t len)
{
	static union {
		uint64_t align;
		uint8_t bytes[RW_REC_MAX];
	} bytes;
	static struct rec_ref ref = { .p = bytes.bytes, .seq = 1 };
	static struct part part;
	static struct boot boot = { .newest = &part, .rec = &ref, .nrec = 1 };
	struct rec_writer w;

	rec_begin(&w, bytes.bytes, RW_REC_MAX, RW_REC_PATCH, RW_VERDICT_ALLOW);
	rec_bytes(&w, RW_F_SYMBOL, name.p, (uint16_t)(name.len < 256 ? name.len : 256));
	rec_u64(&w, RW_F_SYMBOL_OFFSET, 0);
	rec_u64(&w, RW_F_GVA, gva);
	rec_u64(&w, RW_F_RIP, gva);
	rec_bytes(&w, RW_F_CODE, code, len < 16 ? len : 16);
	w.hdr->size = w.used;
	return &boot;
}

static void look(const struct symbols *s, uint64_t addr, FILE *null)
{
	static const uint8_t nops[16] = { 0x90, 0x90, 0x90 };
	uint64_t off = 0;
	size_t n = sizeof(nops);
	const struct symbol *found = symbols_find(s, addr, &off);
	const uint8_t *code = vmlinux_code(s->vmlinux, addr, &n);
	struct text name = { nops, 3 };
	struct symbols own;

	if (found && found->addr + off != addr)
		abort();
	if (found)
		name = found->name;
	symbols_named(s, name);
	kaslr_for_boot(s, boot_of(name, addr + OFFSET, code ? code : nops, (uint16_t)(n < 16 ? n : 16)), &own,
		       null);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct symbols s = { 0 };
	static FILE *null;
	uint8_t *copy;
	char why[256];

	if (!null)
		null = fopen("/dev/null", "w");
	copy = malloc(len ? len : 1);
	if (!null || !copy)
		abort();
	if (len)
		memcpy(copy, data, len);
	if (vmlinux_symbols(&s, copy, len, why, sizeof(why)) == 0) {
		look(&s, TEXT_AT, null);
		look(&s, UINT64_MAX, null);
		look(&s, s.v[s.n / 2].addr + 3, null);
	}
	vmlinux_close(s.vmlinux);
	symbols_free(&s);
	free(copy);
	return 0;
}

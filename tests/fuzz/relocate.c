/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Fuzzes the comparison of a module with its file: any file, and any place of its sections. */
#include <stdlib.h>
#include <string.h>

#include "approve/relocate.h"

#define PAGE    4096u
#define PAGES   16u /* of the largest input */
#define TEXT    0xffffffffc0000000ull
#define DATA_AT (TEXT + PAGES * PAGE)

static uint8_t content[PAGES * PAGE], memory[PAGES * PAGE];
static struct relocate r;

const uint8_t *elf_page(uint64_t number)
{
	if (number >= PAGES)
		abort();
	return content + number * PAGE;
}

enum relocate_place relocate_place_of(uint64_t va, uint64_t size)
{
	return va - TEXT < sizeof(memory) && size <= sizeof(memory) - (va - TEXT) ? RELOCATE_TEXT :
										    RELOCATE_ELSEWHERE;
}

bool relocate_code(uint64_t va, void *dst, size_t size)
{
	if (va - TEXT > sizeof(memory) || size > sizeof(memory) - (va - TEXT))
		return false;
	memcpy(dst, memory + (va - TEXT), size);
	return true;
}

bool relocate_export(const char *name, uint64_t *value)
{
	*value = TEXT - strlen(name) * PAGE;
	return name[0] != '-';
}

bool relocate_is_function(uint64_t va)
{
	return va & 1;
}

bool relocate_is_tracer(uint64_t va)
{
	return va & 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The module's memory is its file, so that much of a page is equal before the first difference. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct relocate_difference d = { 0 };
	uint32_t section;

	if (size > sizeof(content))
		return 0;
	memset(content, 0, sizeof(content));
	memcpy(content, data, size);
	memcpy(memory, content, sizeof(memory));
	if (relocate_open(&r, size))
		return 0;
	for (uint32_t i = 1; i < r.elf.sections; i++) {
		const Elf64_Shdr *s = &r.elf.section[i];

		r.base[i] = (s->sh_flags & SHF_EXECINSTR ? TEXT : DATA_AT) + s->sh_offset % sizeof(memory);
		if (s->sh_type != SHT_NOBITS && s->sh_flags & SHF_EXECINSTR)
			r.base[i] = TEXT + s->sh_offset;
	}
	r.return_thunk = TEXT;
	relocate_check_places(&r, &section);
	for (uint32_t i = 0; i < 2 * PAGES; i++) {
		bool same = relocate_page(&r, TEXT + i / 2 * PAGE, i & 1, memory + i / 2 * PAGE, &d);

		if (!same && (!d.why || d.len > RELOCATE_BYTES || d.section >= r.elf.sections))
			abort();
	}
	return 0;
}

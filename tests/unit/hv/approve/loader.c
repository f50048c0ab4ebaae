/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Loads a module's file as Linux does: lays its sections out, and applies its relocations. */
#include "tests/unit/hv/approve/loader.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 4096u

static uint8_t *content;            /* the file, padded to pages */
static uint8_t *memory;             /* from LOADER_TEXT on: code, read-only data, all else */
static size_t text_end, rodata_end; /* bytes of it, in pages */

const uint8_t *elf_page(uint64_t number)
{
	return content + number * PAGE;
}

uint8_t *loader_at(uint64_t va)
{
	return va - LOADER_TEXT < rodata_end ? memory + (va - LOADER_TEXT) : NULL;
}

enum relocate_place relocate_place_of(uint64_t va, uint64_t size)
{
	uint64_t from = va - LOADER_TEXT, to = from + size;

	if (from < text_end)
		return to <= text_end ? RELOCATE_TEXT : RELOCATE_MIXED;
	if (from < rodata_end)
		return to <= rodata_end ? RELOCATE_RODATA : RELOCATE_MIXED;
	return from + size < from ? RELOCATE_MIXED : RELOCATE_ELSEWHERE;
}

bool relocate_code(uint64_t va, void *dst, size_t size)
{
	if (va - LOADER_TEXT > text_end || size > text_end - (va - LOADER_TEXT))
		return false;
	memcpy(dst, memory + (va - LOADER_TEXT), size);
	return true;
}

bool relocate_export(const char *name, uint64_t *value)
{
	uint32_t hash = 5381;

	if (strcmp(name, "missing") == 0)
		return false;
	while (*name)
		hash = hash * 33 + (uint8_t)*name++;
	*value = LOADER_KERNEL + 0x1000 + (hash & 0xffffff);
	return true;
}

bool relocate_is_function(uint64_t va)
{
	return va == LOADER_FUNCTION;
}

bool relocate_is_tracer(uint64_t va)
{
	return va == LOADER_TRACER;
}

static const Elf64_Shdr *section(uint32_t i)
{
	return (const Elf64_Shdr *)(content + ((const Elf64_Ehdr *)content)->e_shoff) + i;
}

static const char *name_of(uint32_t i)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)content;

	return (const char *)content + section(h->e_shstrndx)->sh_offset + section(i)->sh_name;
}

/* 0: code, 1: read-only data, 2: all else. */
static int kind_of(uint32_t i)
{
	const Elf64_Shdr *s = section(i);

	return s->sh_flags & SHF_EXECINSTR ? 0 : s->sh_flags & SHF_WRITE ? 2 : 1;
}

static size_t lay_out(struct relocate *r)
{
	size_t at = 0;

	for (int kind = 0; kind < 3; kind++) {
		for (uint32_t i = 1; i < r->elf.sections; i++) {
			const Elf64_Shdr *s = section(i);
			size_t align = s->sh_addralign > 1 ? s->sh_addralign : 1;

			if (!(s->sh_flags & SHF_ALLOC) || kind_of(i) != kind)
				continue;
			at = (at + align - 1) / align * align;
			r->base[i] = strcmp(name_of(i), ".data..percpu") == 0 ? LOADER_PERCPU :
										LOADER_TEXT + at;
			at += s->sh_size;
		}
		at = (at + PAGE - 1) / PAGE * PAGE;
		if (kind == 0)
			text_end = at;
		if (kind == 1)
			rodata_end = at;
	}
	return at;
}

static uint64_t value_of(const struct relocate *r, const Elf64_Sym *y, const char *strings)
{
	uint64_t value = 0;

	if (y->st_shndx == SHN_UNDEF)
		relocate_export(strings + y->st_name, &value);
	else
		value = y->st_value + (y->st_shndx < r->elf.sections ? r->base[y->st_shndx] : 0);
	return value;
}

/* Linux rewrites these on every machine that has return thunks. */
static void rewrite(uint8_t *at, uint64_t va, const char *name)
{
	static const uint8_t nop5[] = { 0x0f, 0x1f, 0x44, 0, 0 };
	int32_t displacement = (int32_t)(LOADER_RETURN_THUNK - va - 5);

	if (strcmp(name, "__fentry__") == 0 && *at == 0xe8)
		memcpy(at, nop5, sizeof(nop5));
	if (strcmp(name, "__x86_return_thunk") == 0 && *at == 0xe9)
		memcpy(at + 1, &displacement, sizeof(displacement));
}

static void relocate_section(const struct relocate *r, const Elf64_Shdr *table)
{
	const Elf64_Rela *a = (const Elf64_Rela *)(content + table->sh_offset);
	const Elf64_Sym *symbols = (const Elf64_Sym *)(content + section(table->sh_link)->sh_offset);
	const char *strings = (const char *)content + section(section(table->sh_link)->sh_link)->sh_offset;
	uint64_t base = r->base[table->sh_info];

	for (size_t i = 0; i < table->sh_size / sizeof(*a); i++) {
		const Elf64_Sym *y = &symbols[ELF64_R_SYM(a[i].r_info)];
		uint64_t value = value_of(r, y, strings) + (uint64_t)a[i].r_addend, va = base + a[i].r_offset;
		uint8_t *at = memory + (va - LOADER_TEXT);
		size_t len = 4;

		switch (ELF64_R_TYPE(a[i].r_info)) {
		case R_X86_64_NONE:
			continue;
		case R_X86_64_64:
			len = 8;
			break;
		case R_X86_64_PC64:
			len = 8;
			value -= va;
			break;
		case R_X86_64_PC32:
		case R_X86_64_PLT32:
			value -= va;
			break;
		}
		memcpy(at, &value, len);
		if (section(table->sh_info)->sh_flags & SHF_EXECINSTR && a[i].r_offset)
			rewrite(at - 1, va - 1, y->st_shndx ? "" : strings + y->st_name);
	}
}

void loader_replace(const uint8_t *file, size_t size)
{
	free(content);
	content = calloc(1, (size + PAGE - 1) / PAGE * PAGE + 1);
	memcpy(content, file, size);
}

const char *loader_load(struct relocate *r, const uint8_t *file, size_t size)
{
	const char *bad;
	size_t bytes;
	uint32_t at;

	content = NULL;
	loader_replace(file, size);
	text_end = rodata_end = 0;
	memory = NULL;
	bad = relocate_open(r, size);
	if (bad)
		return bad;
	r->return_thunk = LOADER_RETURN_THUNK;
	bytes = lay_out(r);
	memory = calloc(1, bytes + 64);
	for (uint32_t i = 1; i < r->elf.sections; i++)
		if (r->base[i] >= LOADER_TEXT && section(i)->sh_type != SHT_NOBITS)
			memcpy(memory + (r->base[i] - LOADER_TEXT), content + section(i)->sh_offset,
			       section(i)->sh_size);
	for (uint32_t i = 1; i < r->elf.sections; i++)
		if (section(i)->sh_type == SHT_RELA && r->base[section(i)->sh_info] >= LOADER_TEXT)
			relocate_section(r, section(i));
	return relocate_check_places(r, &at);
}

void loader_free(void)
{
	free(content);
	free(memory);
	memory = content = NULL;
}

bool loader_compare(struct relocate *r, struct relocate_difference *d)
{
	for (size_t at = 0; at < rodata_end; at += PAGE)
		if (!relocate_page(r, LOADER_TEXT + at, at < text_end, memory + at, d))
			return false;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads a relocatable ELF file, page by page. */
#include "approve/elf.h"

#include "lib/string.h"
#include "abi/hypercall.h"

bool elf_read(const struct elf_file *e, uint64_t off, void *dst, size_t size)
{
	uint8_t *to = dst;

	if (off > e->size || size > e->size - off)
		return false;
	while (size) {
		size_t in_page = off % RW_PAGE_SIZE;
		size_t n = RW_PAGE_SIZE - in_page < size ? RW_PAGE_SIZE - in_page : size;

		memcpy(to, elf_page(off / RW_PAGE_SIZE) + in_page, n);
		to += n;
		off += n;
		size -= n;
	}
	return true;
}

/* Entry @i of a table of @size bytes an entry. */
static bool read_entry(const struct elf_file *e, uint32_t table, uint64_t i, void *dst, size_t size)
{
	const Elf64_Shdr *s = &e->section[table];

	return i < s->sh_size / size && elf_read(e, s->sh_offset + i * size, dst, size);
}

bool elf_symbol(const struct elf_file *e, uint64_t i, Elf64_Sym *symbol)
{
	return read_entry(e, e->symbols, i, symbol, sizeof(*symbol));
}

bool elf_rela(const struct elf_file *e, uint32_t table, uint64_t i, Elf64_Rela *rela)
{
	return read_entry(e, table, i, rela, sizeof(*rela));
}

bool elf_string(const struct elf_file *e, uint32_t table, uint32_t off, char name[ELF_NAME])
{
	const Elf64_Shdr *s = &e->section[table];
	uint64_t left = off < s->sh_size ? s->sh_size - off : 0, n = left < ELF_NAME ? left : ELF_NAME;

	if (s->sh_type != SHT_STRTAB || !elf_read(e, s->sh_offset + off, name, n))
		return false;
	while (n && name[n - 1])
		n--;
	return n != 0;
}

bool elf_equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

uint32_t elf_find(const struct elf_file *e, const char *name)
{
	char found[ELF_NAME];

	for (uint32_t i = 1; i < e->sections; i++)
		if (elf_string(e, e->names, e->section[i].sh_name, found) && elf_equal(found, name))
			return i;
	return 0;
}

static bool lies_in_file(const struct elf_file *e, const Elf64_Shdr *s)
{
	return s->sh_type == SHT_NOBITS || (s->sh_offset <= e->size && s->sh_size <= e->size - s->sh_offset);
}

static const char *read_sections(struct elf_file *e, const Elf64_Ehdr *h)
{
	for (uint32_t i = 0; i < e->sections; i++) {
		Elf64_Shdr *s = &e->section[i];

		if (!elf_read(e, h->e_shoff + i * sizeof(*s), s, sizeof(*s)) || !lies_in_file(e, s))
			return "a section lies outside of the file";
		if (s->sh_type == SHT_SYMTAB)
			e->symbols = i;
	}
	for (uint32_t i = 1; i < e->sections; i++) {
		const Elf64_Shdr *s = &e->section[i];

		if (s->sh_type != SHT_RELA || !(s->sh_info < e->sections))
			continue;
		if (s->sh_link != e->symbols || e->rela[s->sh_info])
			return "a section has relocations of two kinds";
		e->rela[s->sh_info] = (uint16_t)i;
	}
	return NULL;
}

const char *elf_open(struct elf_file *e, uint64_t size)
{
	const char *bad;
	Elf64_Ehdr h;

	memset(e, 0, sizeof(*e));
	e->size = size;
	if (!elf_read(e, 0, &h, sizeof(h)) || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 ||
	    h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB || h.e_type != ET_REL ||
	    h.e_machine != EM_X86_64 || h.e_shentsize != sizeof(Elf64_Shdr))
		return "not a relocatable ELF file for x86-64";
	if (!h.e_shnum || h.e_shnum > ELF_SECTIONS || h.e_shstrndx >= h.e_shnum || h.e_shoff > size)
		return "no section, or more than 256";
	e->sections = h.e_shnum;
	e->names = h.e_shstrndx;
	bad = read_sections(e, &h);
	if (bad)
		return bad;
	if (!e->symbols || e->section[e->symbols].sh_link >= e->sections)
		return "no symbols";
	e->symbol_count = (uint32_t)(e->section[e->symbols].sh_size / sizeof(Elf64_Sym));
	return NULL;
}

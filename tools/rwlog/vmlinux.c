/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A kernel's vmlinux: its symbols, and the code at an address. */
#include "vmlinux.h"

#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* A section with code. */
struct code_section {
	uint64_t addr;
	const uint8_t *p;
	size_t len;
};

struct vmlinux {
	Elf *elf;
	struct code_section *section;
	size_t nsection, section_cap;
};

static void add_section(struct vmlinux *v, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *d = sh->sh_type == SHT_PROGBITS && sh->sh_flags & SHF_EXECINSTR ? elf_getdata(scn, NULL) :
										    NULL;

	if (!d || !d->d_buf)
		return;
	v->section = grow(v->section, v->nsection, &v->section_cap, sizeof(*v->section));
	v->section[v->nsection++] = (struct code_section){ sh->sh_addr, d->d_buf, d->d_size };
}

static void add_symbols(struct symbols *s, Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *d = sh->sh_type == SHT_SYMTAB ? elf_getdata(scn, NULL) : NULL;
	size_t n = d && sh->sh_entsize ? d->d_size / sh->sh_entsize : 0;

	for (size_t i = 0; i < n && i <= INT32_MAX; i++) {
		const char *name;
		GElf_Shdr of;
		GElf_Sym sym;
		bool is_code;

		if (!gelf_getsym(d, (int)i, &sym) || !(name = elf_strptr(elf, sh->sh_link, sym.st_name)) ||
		    !*name)
			continue;
		is_code = GELF_ST_TYPE(sym.st_info) == STT_FUNC ||
			  (GELF_ST_TYPE(sym.st_info) == STT_NOTYPE &&
			   gelf_getshdr(elf_getscn(elf, sym.st_shndx), &of) && of.sh_flags & SHF_EXECINSTR);
		symbols_add(s, sym.st_value, (struct text){ (const uint8_t *)name, strlen(name) }, is_code);
	}
}

static void read_sections(struct symbols *s, struct vmlinux *v)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(v->elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			continue;
		add_section(v, scn, &sh);
		add_symbols(s, v->elf, scn, &sh);
	}
}

int vmlinux_symbols(struct symbols *s, const uint8_t *data, size_t len, char *why, size_t n)
{
	struct vmlinux *v;

	if (len < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0)
		return symbols_parse(s, data, len, why, n);
	v = make(sizeof(*v));
	s->vmlinux = v;
	if (elf_version(EV_CURRENT) != EV_NONE)
		v->elf = elf_memory((char *)(uintptr_t)data, len);
	if (v->elf)
		read_sections(s, v);
	if (s->n) {
		symbols_sort(s);
		return 0;
	}
	snprintf(why, n,
		 v->elf ? "this ELF file has no symbols of kernel code: it is no vmlinux, or a stripped one" :
			  "this ELF file cannot be read");
	return -EINVAL;
}

const uint8_t *vmlinux_code(const struct vmlinux *v, uint64_t addr, size_t *n)
{
	for (size_t i = 0; v && i < v->nsection; i++) {
		const struct code_section *c = &v->section[i];

		if (addr < c->addr || addr - c->addr >= c->len)
			continue;
		*n = c->len - (size_t)(addr - c->addr);
		return c->p + (addr - c->addr);
	}
	return NULL;
}

void vmlinux_close(struct vmlinux *v)
{
	if (!v)
		return;
	if (v->elf)
		elf_end(v->elf);
	free(v->section);
	free(v);
}

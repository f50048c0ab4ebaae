/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Compares a loaded module with its file: relocations are applied to one page at a time. */
#include "approve/relocate.h"

#include "core/search.h"
#include "lib/string.h"
#include "abi/hypercall.h"

#define ENTRY_MAX 16u  /* bytes of a table's entry */
#define SITE_MAX  255u /* bytes of a place that the kernel rewrites */

/* The tables of places that the kernel rewrites; an entry begins with a relocation, which leads there. */
static const struct {
	const char *name;
	uint32_t relas; /* for an entry */
} tables[RELOCATE_TABLES] = {
	[RELOCATE_ALTERNATIVES] = { ".altinstructions", 2 },
	[RELOCATE_PARAVIRT] = { ".parainstructions", 1 },
	[RELOCATE_LOCKS] = { ".smp_locks", 1 },
	[RELOCATE_SEALS] = { ".ibt_endbr_seal", 1 },
};

/* Read-only data that the kernel sorts while it loads a module: not compared. */
static const char *const sorted[] = { "__mcount_loc", "__ex_table", ".orc_unwind", ".orc_unwind_ip", NULL };
/* What the kernel does not load. */
static const char *const left_out[] = { ".modinfo", "__versions", NULL };

const char *relocate_open(struct relocate *r, uint64_t size)
{
	memset(r, 0, sizeof(*r));

	const char *bad = elf_open(&r->elf, size);

	for (uint32_t t = 0; t < RELOCATE_TABLES && !bad; t++)
		r->table[t] = elf_find(&r->elf, tables[t].name);
	return bad;
}

static bool is_one_of(const struct relocate *r, uint32_t section, const char *const *names)
{
	char name[ELF_NAME];

	if (!elf_string(&r->elf, r->elf.names, r->elf.section[section].sh_name, name))
		return false;
	for (; *names; names++)
		if (elf_equal(name, *names))
			return true;
	return false;
}

static bool has_prefix(const struct relocate *r, uint32_t section, const char *prefix, size_t len)
{
	char name[ELF_NAME] = "";

	return elf_string(&r->elf, r->elf.names, r->elf.section[section].sh_name, name) &&
	       !memcmp(name, prefix, len);
}

static bool is_text(const Elf64_Shdr *s)
{
	return s->sh_flags & SHF_EXECINSTR;
}

/* What is wrong with the place of @section. */
static const char *bad_place(const struct relocate *r, uint32_t section)
{
	const Elf64_Shdr *s = &r->elf.section[section];
	uint64_t base = r->base[section];
	enum relocate_place place = relocate_place_of(base, s->sh_size);

	if (base + s->sh_size < base)
		return "the section lies nowhere";
	if (has_prefix(r, section, ".data..percpu", 13))
		return base + s->sh_size <= 1ull << 31 ? NULL : "the section is no data of CPUs";
	/* Only there, 32 bits of an address say all of it. */
	if (base < RW_SYMBOL_BASE)
		return "the section lies outside of the kernel's memory for modules";
	if (!s->sh_size)
		return NULL;
	if (is_text(s))
		return place == RELOCATE_TEXT ? NULL : "code lies outside of the pages to approve";
	if (place == RELOCATE_TEXT || place == RELOCATE_MIXED)
		return "data lies in pages to approve as code";
	if (place == RELOCATE_ELSEWHERE && !(s->sh_flags & SHF_WRITE) && !has_prefix(r, section, ".init", 5))
		return "read-only data lies outside of the pages to approve";
	return NULL;
}

const char *relocate_check_places(struct relocate *r, uint32_t *section)
{
	for (uint32_t i = 0; i < r->elf.sections; i++) {
		const Elf64_Shdr *s = &r->elf.section[i];

		*section = i;
		if (!(s->sh_flags & SHF_ALLOC) || is_one_of(r, i, left_out))
			r->base[i] = 0;
		if (!r->base[i]) {
			if (is_text(s) && s->sh_flags & SHF_ALLOC && s->sh_size)
				return "it is not known where code lies";
			continue;
		}

		const char *bad = bad_place(r, i);

		if (bad)
			return bad;
		for (uint32_t k = 1; k < i; k++)
			if (r->base[k] && r->base[k] < r->base[i] + s->sh_size &&
			    r->base[i] < r->base[k] + r->elf.section[k].sh_size)
				return "two sections lie at one place";
	}
	return NULL;
}

/* What symbol @number stands for; NULL: that is not known. */
static const struct relocate_symbol *resolve(struct relocate *r, uint32_t number)
{
	struct relocate_symbol *c = &r->cache[number % RELOCATE_CACHE];
	uint32_t names = r->elf.section[r->elf.symbols].sh_link;
	char name[ELF_NAME];
	Elf64_Sym y;

	if (c->key == number + 1)
		return c;
	if (!elf_symbol(&r->elf, number, &y))
		return NULL;
	*c = (struct relocate_symbol){ .value = y.st_value };
	if (y.st_shndx == SHN_UNDEF) {
		c->value = 0;
		if (!elf_string(&r->elf, names, y.st_name, name) ||
		    (!relocate_export(name, &c->value) && ELF64_ST_BIND(y.st_info) != STB_WEAK))
			return NULL;
		relocate_classify(c, name);
	} else if (y.st_shndx != SHN_ABS) {
		if (y.st_shndx >= r->elf.sections || !r->base[y.st_shndx])
			return NULL;
		c->value += r->base[y.st_shndx];
	}
	c->key = number + 1;
	return c;
}

/* What relocation @a puts at linear address @place. Return: number of bytes; -1: that is not known. */
static int rela_bytes(struct relocate *r, const Elf64_Rela *a, uint64_t place, uint8_t out[8])
{
	uint32_t type = (uint32_t)ELF64_R_TYPE(a->r_info);
	const struct relocate_symbol *y;
	uint64_t value;

	if (type == R_X86_64_NONE)
		return 0;
	y = resolve(r, (uint32_t)ELF64_R_SYM(a->r_info));
	if (!y)
		return -1;
	value = y->value + (uint64_t)a->r_addend;
	if (type == R_X86_64_PC32 || type == R_X86_64_PLT32 || type == R_X86_64_PC64)
		value -= place;
	else if (type != R_X86_64_64 && type != R_X86_64_32 && type != R_X86_64_32S)
		return -1;
	memcpy(out, &value, sizeof(value));
	return type == R_X86_64_64 || type == R_X86_64_PC64 ? 8 : 4;
}

/* Number of the first relocation of @section at or after @off: they ascend. */
static uint64_t first_rela(const struct relocate *r, uint32_t section, uint64_t off)
{
	uint32_t table = r->elf.rela[section];
	uint64_t count = table ? r->elf.section[table].sh_size / sizeof(Elf64_Rela) : 0;
	Elf64_Rela a;

	return FIRST_WHERE(i, count, !elf_rela(&r->elf, table, i, &a) || a.r_offset >= off);
}

static bool next_rela(const struct relocate *r, uint32_t section, uint64_t i, uint64_t end, Elf64_Rela *a)
{
	return r->elf.rela[section] && elf_rela(&r->elf, r->elf.rela[section], i, a) && a->r_offset < end;
}

/* What the @len bytes at @off of @section must be if they lie at @va. Return: false: that is not known. */
static bool expect(struct relocate *r, uint32_t section, uint64_t off, uint64_t va, uint8_t *out, size_t len)
{
	const Elf64_Shdr *s = &r->elf.section[section];
	Elf64_Rela a;

	if (off > s->sh_size || len > s->sh_size - off)
		return false;
	if (s->sh_type == SHT_NOBITS)
		memset(out, 0, len);
	else if (!elf_read(&r->elf, s->sh_offset + off, out, len))
		return false;
	for (uint64_t i = first_rela(r, section, off < 7 ? 0 : off - 7);
	     next_rela(r, section, i, off + len, &a); i++) {
		uint8_t bytes[8];
		int n = rela_bytes(r, &a, va + (a.r_offset - off), bytes);

		if (n < 0)
			return false;
		for (int b = 0; b < n; b++)
			if (a.r_offset + (uint64_t)b - off < len)
				out[a.r_offset + (uint64_t)b - off] = bytes[b];
	}
	return true;
}

/* The call or jump whose displacement is at @field of @section. Return: bytes that are right from @off on. */
static size_t branch_from(struct relocate *r, uint32_t section, uint64_t field, uint64_t off,
			  const struct relocate_symbol *y)
{
	const Elf64_Shdr *s = &r->elf.section[section];
	uint8_t was[6], found[6];
	uint64_t start = field - 2;
	size_t len = 6;

	if (field < 1 || field > s->sh_size || s->sh_size - field < 4 || s->sh_type == SHT_NOBITS)
		return 0;
	if (field < 2 || !elf_read(&r->elf, s->sh_offset + start, was, 6) ||
	    !((was[0] == 0x0f && (was[1] & 0xf0) == 0x80) || (was[0] == 0x2e && y->kind == RELOCATE_THUNK)))
		start = field - 1, len = 5;
	if (off - start >= len || !elf_read(&r->elf, s->sh_offset + start, was, len) ||
	    !relocate_code(r->base[section] + start, found, len) ||
	    !relocate_branch_ok(y, r->return_thunk, r->base[section] + start, was, found, len))
		return 0;
	return len - (size_t)(off - start);
}

/* A call or jump at @off of @section that the kernel has rewritten. Return: bytes that are right. */
static size_t branch_at(struct relocate *r, uint32_t section, uint64_t off)
{
	size_t right = 0;
	Elf64_Rela a;

	for (uint64_t i = first_rela(r, section, off < 3 ? 0 : off - 3);
	     !right && next_rela(r, section, i, off + 3, &a); i++) {
		uint32_t type = (uint32_t)ELF64_R_TYPE(a.r_info);
		const struct relocate_symbol *y = resolve(r, (uint32_t)ELF64_R_SYM(a.r_info));

		if (y && y->kind != RELOCATE_PLAIN && a.r_addend == -4 &&
		    (type == R_X86_64_PC32 || type == R_X86_64_PLT32))
			right = branch_from(r, section, a.r_offset, off, y);
	}
	return right;
}

/* An entry of a table: the place, and where what may replace it lies. */
struct entry {
	uint8_t raw[ENTRY_MAX];
	uint32_t section, by_section;
	uint64_t off, by_off;
	size_t len, by_len;
};

static bool target(const struct relocate *r, uint32_t rela, uint64_t i, uint32_t *section, uint64_t *off)
{
	Elf64_Rela a;
	Elf64_Sym y;

	if (!elf_rela(&r->elf, rela, i, &a) || !elf_symbol(&r->elf, ELF64_R_SYM(a.r_info), &y) ||
	    y.st_shndx >= r->elf.sections)
		return false;
	*section = y.st_shndx;
	*off = y.st_value + (uint64_t)a.r_addend;
	return true;
}

static bool get_entry(const struct relocate *r, enum relocate_table t, uint64_t i, struct entry *e)
{
	const Elf64_Shdr *s = &r->elf.section[r->table[t]];
	uint32_t rela = r->elf.rela[r->table[t]];
	uint64_t count = r->elf.section[rela].sh_size / sizeof(Elf64_Rela) / tables[t].relas;
	uint64_t size = count ? s->sh_size / count : 0;

	if (size < 4 || size > ENTRY_MAX || i >= count ||
	    !elf_read(&r->elf, s->sh_offset + i * size, e->raw, size) ||
	    !target(r, rela, i * tables[t].relas, &e->section, &e->off))
		return false;
	e->len = t == RELOCATE_LOCKS ? 1 : t == RELOCATE_SEALS ? 4 : t == RELOCATE_PARAVIRT ? e->raw[9] : 0;
	if (t != RELOCATE_ALTERNATIVES)
		return true;
	e->len = e->raw[size - 2];
	e->by_len = e->raw[size - 1];
	return e->by_len <= e->len && target(r, rela, i * 2 + 1, &e->by_section, &e->by_off);
}

static bool entry_ok(struct relocate *r, enum relocate_table t, const struct entry *e, const uint8_t *found)
{
	static const uint8_t sealed[4] = { 0x66, 0x0f, 0x1f, 0x00 }, endbr[4] = { 0xf3, 0x0f, 0x1e, 0xfa };
	uint64_t va = r->base[e->section] + e->off;
	uint8_t want[SITE_MAX];

	if (!expect(r, e->section, e->off, va, want, e->len))
		return false;
	switch (t) {
	case RELOCATE_LOCKS:
		return want[0] == 0xf0 && found[0] == 0x3e;
	case RELOCATE_SEALS:
		return !memcmp(want, endbr, 4) && !memcmp(found, sealed, 4);
	case RELOCATE_PARAVIRT:
		return relocate_direct_ok(va, found, e->len);
	default:
		if (relocate_same(want, found, e->len) ||
		    (e->len > 2 && want[0] == 0xff && (want[1] == 0x15 || want[1] == 0x14) &&
		     relocate_direct_ok(va, found, e->len)))
			return true;
		memset(want, 0x90, e->len);
		return expect(r, e->by_section, e->by_off, va, want, e->by_len) &&
		       relocate_same(want, found, e->len);
	}
}

/* As branch_at(), for a place that table @t lists at entry @i to @end. */
static size_t listed_from(struct relocate *r, enum relocate_table t, uint64_t i, uint64_t end,
			  uint32_t section, uint64_t off)
{
	uint8_t found[SITE_MAX];
	struct entry e;

	for (; i < end && get_entry(r, t, i, &e); i++) {
		if (e.section != section || off - e.off >= e.len ||
		    !relocate_code(r->base[section] + e.off, found, e.len) || !entry_ok(r, t, &e, found))
			continue;
		r->last[t] = (uint32_t)i;
		return e.len - (size_t)(off - e.off);
	}
	return 0;
}

static size_t listed_at(struct relocate *r, enum relocate_table t, uint32_t section, uint64_t off)
{
	size_t right = listed_from(r, t, r->last[t], UINT64_MAX, section, off);

	return right ? right : listed_from(r, t, 0, r->last[t], section, off);
}

static uint32_t section_at(const struct relocate *r, uint64_t va)
{
	for (uint32_t i = 1; i < r->elf.sections; i++)
		if (r->base[i] && va - r->base[i] < r->elf.section[i].sh_size)
			return i;
	return 0;
}

static size_t right_at(struct relocate *r, uint64_t va)
{
	uint32_t section = section_at(r, va);
	uint64_t off = va - r->base[section];
	size_t right = section ? branch_at(r, section, off) : 0;

	for (uint32_t t = 0; section && !right && t < RELOCATE_TABLES; t++)
		if (r->table[t])
			right = listed_at(r, t, section, off);
	return right;
}

static void describe(const struct relocate *r, uint64_t va, const uint8_t *found, size_t at,
		     struct relocate_difference *d)
{
	d->section = section_at(r, va + at);
	d->off = va + at - r->base[d->section];
	d->len = RW_PAGE_SIZE - at < RELOCATE_BYTES ? (uint32_t)(RW_PAGE_SIZE - at) : RELOCATE_BYTES;
	memcpy(d->want, r->want + at, d->len);
	memcpy(d->found, found + at, d->len);
}

/* Fills r->want. @any: whether a section lies in the page. Return: 0, or the section that is not known. */
static uint32_t expect_page(struct relocate *r, uint64_t va, bool text, bool *any)
{
	for (uint32_t i = 1; i < r->elf.sections; i++) {
		const Elf64_Shdr *s = &r->elf.section[i];
		uint64_t base = r->base[i], end = base + s->sh_size;
		uint64_t from = base > va ? base : va, to = end < va + RW_PAGE_SIZE ? end : va + RW_PAGE_SIZE;

		if (!base || from >= to || is_text(s) != text || (!text && is_one_of(r, i, sorted)))
			continue;
		*any = true;
		if (!expect(r, i, from - base, from, r->want + (from - va), to - from))
			return i;
	}
	return 0;
}

static bool same_word(const uint8_t *a, const uint8_t *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x == y;
}

bool relocate_page(struct relocate *r, uint64_t va, bool text, const uint8_t *found,
		   struct relocate_difference *d)
{
	bool any = false;

	if (text)
		memset(r->want, 0, sizeof(r->want));
	else
		memcpy(r->want, found, sizeof(r->want));
	d->section = expect_page(r, va, text, &any);
	if (d->section) {
		*d = (struct relocate_difference){
			"a relocation is not known", d->section, 0, 0, { 0 }, { 0 }
		};
		return false;
	}
	if (!any && text && relocate_is_thunks(found))
		return true;
	for (size_t i = 0; i < RW_PAGE_SIZE;) {
		if (!(i & 7) && same_word(r->want + i, found + i)) {
			i += 8;
			continue;
		}
		if (r->want[i] == found[i]) {
			i++;
			continue;
		}

		size_t right = text ? right_at(r, va + i) : 0;

		if (!right) {
			d->why = "memory differs from the file";
			describe(r, va, found, i, d);
			return false;
		}
		i += right;
	}
	return true;
}

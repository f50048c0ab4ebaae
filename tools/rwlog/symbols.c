/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of kernel code, from a System.map or a copy of /proc/kallsyms. */
#define _GNU_SOURCE
#include "symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define STUB        "The real System.map is in the linux-image"
#define UPPER_HALF  0xffff800000000000ull
#define ADDR_DIGITS 16

/* One line, without its end. Return: false if it is not "ADDRESS TYPE NAME". */
static bool parse_line(const char *p, size_t n, uint64_t *addr, char *type, struct text *name)
{
	size_t i = 0, start;

	*addr = 0;
	for (; i < n && i < ADDR_DIGITS && strchr("0123456789abcdefABCDEF", p[i]) && p[i]; i++)
		*addr = *addr << 4 | (uint64_t)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	if (i == 0 || n - i < 4 || p[i] != ' ' || p[i + 2] != ' ')
		return false;
	*type = p[i + 1];
	start = i + 3;
	for (i = start; i < n && p[i] != ' ' && p[i] != '\t' && p[i] != '\r';)
		i++;
	*name = (struct text){ (const uint8_t *)p + start, i - start };
	return i > start;
}

static int by_addr(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name.p < y->name.p ? -1 : x->name.p > y->name.p;
}

int symbols_parse(struct symbols *s, const uint8_t *data, size_t len, char *why, size_t n)
{
	const char *p = (const char *)data, *end = p + len;
	uint64_t line = 0;

	if (memmem(data, len, STUB, sizeof(STUB) - 1)) {
		snprintf(
			why, n,
			"Debian's System.map has no symbols. Take a copy of /proc/kallsyms made by root in the "
			"guest, or of the package linux-image-RELEASE-dbg the files System.map-RELEASE or "
			"vmlinux-RELEASE below /usr/lib/debug");
		return -EINVAL;
	}
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t size = (size_t)((nl ? nl : end) - p);
		struct text name;
		uint64_t addr;
		char type;

		line++;
		if (!parse_line(p, size, &addr, &type, &name)) {
			snprintf(why, n, "line %" PRIu64 " is not \"ADDRESS TYPE NAME\"", line);
			return -EINVAL;
		}
		p += nl ? size + 1 : size;
		symbols_add(s, addr, name, type && strchr("tTwW", type));
	}
	if (!s->n) {
		snprintf(why, n, "no address of kernel code (kallsyms shows zeros to anyone but root)");
		return -EINVAL;
	}
	symbols_sort(s);
	return 0;
}

void symbols_add(struct symbols *s, uint64_t addr, struct text name, bool is_code)
{
	if (addr < UPPER_HALF)
		return;
	if (is_code) {
		s->v = grow(s->v, s->n, &s->cap, sizeof(*s->v));
		s->v[s->n++] = (struct symbol){ addr, name };
	} else {
		s->other = grow(s->other, s->nother, &s->other_cap, sizeof(*s->other));
		s->other[s->nother++] = (struct symbol){ addr, name };
	}
}

void symbols_sort(struct symbols *s)
{
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_addr);
}

/* The address of @name among @n symbols, added to @found: how many there are. */
static uint64_t named(const struct symbol *v, size_t n, struct text name, size_t *found)
{
	uint64_t addr = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].name.len != name.len || memcmp(v[i].name.p, name.p, name.len) != 0)
			continue;
		addr = v[i].addr;
		++*found;
	}
	return addr;
}

uint64_t symbols_named(const struct symbols *s, struct text name)
{
	size_t found = 0;
	uint64_t code = named(s->v, s->n, name, &found), other = named(s->other, s->nother, name, &found);

	return found == 1 ? code + other : 0;
}

const struct symbol *symbols_find(const struct symbols *s, uint64_t addr, uint64_t *off)
{
	size_t lo = 0, hi = s->n;

	addr -= s->kaslr;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || (lo == s->n && s->v[lo - 1].addr != addr))
		return NULL;
	/* Of several names for one address, the first in the file counts. */
	for (lo--; lo > 0 && s->v[lo - 1].addr == s->v[lo].addr;)
		lo--;
	*off = addr - s->v[lo].addr;
	return &s->v[lo];
}

void symbols_free(struct symbols *s)
{
	free(s->v);
	free(s->other);
	memset(s, 0, sizeof(*s));
}

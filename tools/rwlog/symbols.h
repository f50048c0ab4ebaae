/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of kernel code, from a System.map or a copy of /proc/kallsyms. */
#pragma once

#include "rec.h"

struct symbol {
	uint64_t addr;
	struct text name; /* in the file's own bytes */
};

struct symbols {
	struct symbol *v; /* of code, ascending */
	size_t n, cap;
	struct symbol *other; /* of data, in no order */
	size_t nother, other_cap;
	uint64_t kaslr;          /* offset of the running kernel from the addresses in the list */
	bool kaslr_given;        /* by the user; otherwise kaslr_for_boot() may find another one */
	struct vmlinux *vmlinux; /* the list is from that file; or NULL */
};

/**
 * symbols_parse() - read a list of symbols.
 * @s:    zeroed
 * @data: lines "ADDRESS TYPE NAME"; stays in use
 * @len:  bytes
 * @why:  receives what is wrong
 * @n:    its size
 *
 * Names of kernel code (types t, T, w and W in the upper half of the address space) are for symbols_find(),
 * all for symbols_named(). Debian's System.map, which has no symbols, is named as what it is.
 *
 * Return: 0, or -EINVAL if the text is not such a list or holds no address.
 */
int symbols_parse(struct symbols *s, const uint8_t *data, size_t len, char *why, size_t n);

/** symbols_add() - add a symbol in the upper half of the address space; others are ignored. */
void symbols_add(struct symbols *s, uint64_t addr, struct text name, bool is_code);

/** symbols_sort() - after the last symbols_add(). */
void symbols_sort(struct symbols *s);

/** symbols_named() - get a symbol's address in the list; 0: there is none, or several have the name. */
uint64_t symbols_named(const struct symbols *s, struct text name);

/**
 * symbols_find() - find the symbol that holds an address.
 * @off: receives the distance from its start
 *
 * The end of the last symbol is unknown, so only its first byte belongs to it.
 *
 * Return: the symbol, or NULL.
 */
const struct symbol *symbols_find(const struct symbols *s, uint64_t addr, uint64_t *off);

/** symbols_free() - free the memory, but not the vmlinux. */
void symbols_free(struct symbols *s);

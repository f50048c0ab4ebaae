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
	struct symbol *v; /* ascending */
	size_t n, cap;
	uint64_t kaslr; /* offset of the running kernel from the addresses in the list */
};

/**
 * symbols_parse() - read a list of symbols.
 * @s:    zeroed
 * @data: lines "ADDRESS TYPE NAME"; stays in use
 * @len:  bytes
 * @why:  receives what is wrong
 * @n:    its size
 *
 * Only names of kernel code are kept (types t, T, w and W in the upper half of the address space).
 *
 * Return: 0, or -EINVAL if the text is not such a list or holds no address.
 */
int symbols_parse(struct symbols *s, const uint8_t *data, size_t len, char *why, size_t n);

/**
 * symbols_find() - find the symbol that holds an address.
 * @off: receives the distance from its start
 *
 * The end of the last symbol is unknown, so only its first byte belongs to it.
 *
 * Return: the symbol, or NULL.
 */
const struct symbol *symbols_find(const struct symbols *s, uint64_t addr, uint64_t *off);

/** symbols_free() - free the memory. */
void symbols_free(struct symbols *s);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names for addresses in protected memory, given by the agent before the lock. */
#pragma once

#include "core/input_error.h"
#include "abi/hypercall.h"

#define SYMBOL_NAME_MAX 63u

struct symbols_entry {
	uint32_t addr_off; /* address - RW_SYMBOL_BASE */
	uint32_t name;     /* position in the area: a length byte, then the name */
};

/* Private state: entries grow from the area's front, ascending; names from its back. */
struct symbols {
	struct symbols_entry *entry; /* at the area's front */
	uint8_t *area;
	uint32_t size, count;
	uint32_t names; /* position of the lowest name */
};

struct symbols_hit {
	const char *name; /* not NUL-terminated; stays valid */
	uint32_t len;     /* 1 to SYMBOL_NAME_MAX */
	uint64_t off;     /* bytes from the symbol's address */
};

/** symbols_init() - makes an empty table in @size bytes of ours below 4 GiB, 8-byte aligned. Once. */
void symbols_init(struct symbols *s, void *area, uint32_t size);

/** symbols_clear() - forgets all names. Context: as symbols_add_page(); others may be looking names up. */
void symbols_clear(struct symbols *s);

/**
 * symbols_add_page() - adds one RW_HC_SYMBOLS argument, all of it or nothing. Addresses never descend, over
 * all calls; of several names for one address the first is kept.
 * @page: private copy, untrusted.
 * @err: set on error, index: number of the entry.
 * Context: before the lock, serialised by the caller.
 * Return: 0; -RW_EINVAL: count, bytes, order, an address beyond 2^64, a name; -RW_ENOSPC: the area is full.
 */
int symbols_add_page(struct symbols *s, const struct rw_symbol_page *page, struct input_error *err);

/**
 * symbols_lookup() - finds the nearest name at or below @gva, which may be any value, but not below @floor,
 * where the range of @gva begins: an address in a range without names does not get another range's name.
 * Context: any. While another CPU refills the table the answer may be wrong, but never lies outside the
 * table.
 * Return: 0 with @hit; -RW_EINVAL: no such symbol.
 */
int symbols_lookup(const struct symbols *s, uint64_t gva, uint64_t floor, struct symbols_hit *hit);

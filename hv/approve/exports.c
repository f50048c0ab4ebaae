/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Looks exported symbols up in the kernel's own protected tables. */
#include "approve/exports.h"

#include "core/guest_info.h"
#include "core/state.h"
#include "lib/string.h"
#include "mm/guest_copy.h"

#define EXPORTS   512u /* tables: two of the kernel, up to two of a module */
#define NAME_STEP 32u  /* bytes of a name that are read at a time */

/* struct kernel_symbol with CONFIG_HAVE_ARCH_PREL32_RELOCATIONS: each relative to its own address. */
struct kernel_symbol {
	int32_t value, name, namespace;
};

_Static_assert(sizeof(struct kernel_symbol) == EXPORTS_ENTRY, "as Linux has them");

static struct {
	uint64_t va;
	uint32_t count;
} table[EXPORTS];       /* (a) */
static uint32_t tables; /* (a) */

static const uint32_t rodata = BIT(RW_TARGET_KERNEL_RODATA) | BIT(RW_TARGET_MODULE_RODATA);

bool exports_read(struct percpu *cpu, uint64_t va, void *dst, size_t size, uint32_t kinds)
{
	uint8_t *to = dst;

	while (size) {
		size_t in_page = PAGE_SIZE - va % PAGE_SIZE, n = size < in_page ? size : in_page;
		struct ranges_hit hit;
		uint64_t gpa;

		if (guest_translate(cpu, va, &gpa) || !ranges_find(&hv.ranges, gpa, &hit) ||
		    !(kinds & BIT(hit.kind)) || hit.gva != va || guest_read(gpa, to, n))
			return false;
		to += n;
		va += n;
		size -= n;
	}
	return true;
}

static uint64_t bytes_of(uint32_t i)
{
	return table[i].count * sizeof(struct kernel_symbol);
}

bool exports_add(struct percpu *cpu, uint64_t va, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < tables; i++) {
		uint8_t byte;
		bool stale = table[i].va < va + count * sizeof(struct kernel_symbol) &&
			     va < table[i].va + bytes_of(i);

		/* Before the lock nothing is protected yet, and nothing stale. */
		if (tables == EXPORTS && hv_locked())
			stale |= !exports_read(cpu, table[i].va, &byte, 1, rodata);
		if (!stale)
			table[kept++] = table[i];
	}
	tables = kept;
	if (tables == EXPORTS)
		return false;
	table[tables].va = va;
	table[tables++].count = count;
	return true;
}

void exports_clear(void)
{
	tables = 0;
}

/* Compares @name with the string at @va. Return: as strcmp(); 1, too, where it cannot be read. */
static int compare(struct percpu *cpu, const char *name, uint64_t va)
{
	char part[NAME_STEP];

	for (;;) {
		size_t in_page = PAGE_SIZE - va % PAGE_SIZE, n = in_page < NAME_STEP ? in_page : NAME_STEP;

		if (!exports_read(cpu, va, part, n, rodata))
			return 1;
		for (size_t i = 0; i < n; i++, name++)
			if (*name != part[i] || !*name)
				return (uint8_t)*name - (uint8_t)part[i];
		va += n;
	}
}

static bool find_in(struct percpu *cpu, uint32_t i, const char *name, uint64_t *value)
{
	uint32_t low = 0, high = table[i].count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		uint64_t at = table[i].va + mid * sizeof(struct kernel_symbol);
		struct kernel_symbol s;

		if (!exports_read(cpu, at, &s, sizeof(s), rodata))
			return false;

		int order = compare(cpu, name,
				    at + offsetof(struct kernel_symbol, name) + (uint64_t)(int64_t)s.name);

		if (!order) {
			*value = at + (uint64_t)(int64_t)s.value;
			return true;
		}
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

bool exports_find(struct percpu *cpu, const char *name, uint64_t *value)
{
	/* The kernel's, which most are; then the module loaded last, in whose place another may have been. */
	for (uint32_t i = 0; i < tables && i < 2; i++)
		if (find_in(cpu, i, name, value))
			return true;
	for (uint32_t i = tables; i > 2; i--)
		if (find_in(cpu, i - 1, name, value))
			return true;
	return false;
}

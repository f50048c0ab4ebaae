/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Fuzzes hv/mm/mapping.c with hostile page tables: nothing is read outside the guest's memory, and what is
 * found differs from what was recorded. The input is a list of entries, each with the table that it goes to.
 */
#include <stdlib.h>
#include <string.h>

#include "mm/guest_copy.h"
#include "mm/mapping.h"

#define PAGES 8u
#define PAGE  4096u
#define GVA   0xffffffff81000000ull /* entries 511, 510, 8, 0 of the tables on its way */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t ram[PAGES * PAGE] __attribute__((aligned(8)));

uint8_t *guest_page(uint64_t gpa)
{
	return gpa < sizeof(ram) ? ram + gpa / PAGE * PAGE : NULL;
}

struct change {
	uint8_t table, index, low,
		high; /* the entry: some of its flags, and the table or frame it leads to */
};

static void apply(const uint8_t *data, size_t count)
{
	static const uint16_t index[] = { 511, 510, 8, 0, 1, 2, 9, 256 };
	struct change c;

	for (; count > 0; count--, data += sizeof(c)) {
		memcpy(&c, data, sizeof(c));

		uint64_t entry = c.low | (uint64_t)(c.high & 0x1f) << 12 | (uint64_t)(c.high & 0xe0) << 45;

		memcpy(ram + c.table % PAGES * PAGE + 8 * index[c.index % 8], &entry, sizeof(entry));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mapping map;
	struct mapping_change c;
	size_t count = size / sizeof(struct change), half = count / 2;
	int levels = size % sizeof(struct change) & 1 ? 5 : 4;
	uint32_t next = 0;

	memset(ram, 0, sizeof(ram));
	memset(&map, 0, sizeof(map));
	apply(data, half);
	for (uint64_t gpa = 0; gpa < 32 * PAGE; gpa += PAGE)
		mapping_add(&map, 0, levels, GVA + (gpa % (4 * PAGE)), gpa, 3 * PAGE);
	if (mapping_changed(&map, 0, levels, &next, &c) || next != map.count)
		abort();
	apply(data + half * sizeof(struct change), count - half);
	for (next = 0; mapping_changed(&map, 0, levels, &next, &c);)
		if (c.level < 1 || c.level > levels || c.found == c.expected || next > map.count)
			abort();
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Keeps the list of guest RAM. */
#include "ranges.h"

int ranges_add(struct rw_bootinfo *info, uint64_t base, uint64_t size)
{
	uint64_t end = base + size;
	uint32_t first = 0, last, i;

	if (!size)
		return 0;
	/* [first, last): the entries that touch or overlap the new one, which replaces them. */
	while (first < info->range_count && info->ram[first].base + info->ram[first].size < base)
		first++;
	for (last = first; last < info->range_count && info->ram[last].base <= end; last++) {
		if (info->ram[last].base < base)
			base = info->ram[last].base;
		if (info->ram[last].base + info->ram[last].size > end)
			end = info->ram[last].base + info->ram[last].size;
	}
	if (last == first) {
		if (info->range_count == RW_MAX_RANGES)
			return -1;
		for (i = info->range_count; i > first; i--)
			info->ram[i] = info->ram[i - 1];
		info->range_count++;
	} else {
		for (i = last; i < info->range_count; i++)
			info->ram[first + 1 + i - last] = info->ram[i];
		info->range_count -= last - first - 1;
	}
	info->ram[first].base = base;
	info->ram[first].size = end - base;
	return 0;
}

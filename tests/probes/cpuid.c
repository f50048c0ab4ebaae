// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// CPUID: every leaf that the CPU reports, some that it does not, and the bits that follow CR4.
#include "probe.h"

#define SUBLEAVES    12u
#define CR4_OSXSAVE  BIT(18)
#define CR4_PKE      BIT(22)
#define TSC_KHZ_LEAF 0x15u
#define PT_LEAF      0x14u

static void show(UINT32 leaf, UINT32 sub, const UINT32 r[4])
{
	probe("cpuid %x.%x: %x %x %x %x", (UINT64)leaf, (UINT64)sub, (UINT64)r[0], (UINT64)r[1], (UINT64)r[2],
	      (UINT64)r[3]);
}

static BOOLEAN same(const UINT32 a[4], const UINT32 b[4])
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

static void leaf_all(UINT32 leaf)
{
	UINT32 first[4], last[4], r[4], sub;

	cpuid(leaf, 0, first);
	show(leaf, 0, first);
	__builtin_memcpy(last, first, sizeof(last));
	for (sub = 1; sub < SUBLEAVES; sub++) {
		cpuid(leaf, sub, r);
		if (!same(r, last) && (r[0] | r[1] | r[3]))
			show(leaf, sub, r);
		__builtin_memcpy(last, r, sizeof(last));
	}
}

static void range(UINT32 start)
{
	UINT32 r[4], last, leaf;

	cpuid(start, 0, r);
	last = r[0] >= start && r[0] < start + 0x100 ? r[0] : start;
	for (leaf = start; leaf <= last; leaf++)
		leaf_all(leaf);
	leaf_all(last + 1);
}

void probe_cpuid(void)
{
	UINT64 cr4 = read_cr4();
	UINT32 r[4];

	range(0);
	range(0x80000000u);
	cpuid(0, 0, r);
	if (r[0] < PT_LEAF)
		leaf_all(PT_LEAF); /* absent: answered by the last basic leaf, or zeros */
	leaf_all(0x40000000u);
	leaf_all(0x40000001u);
	leaf_all(0x40000100u);
	leaf_all(0x7fffffffu);
	leaf_all(0x8fffffffu);
	leaf_all(0xc0000000u);
	leaf_all(0xffffffffu);
	if (has(1, 0, 2, 26)) {
		write_cr4(cr4 | CR4_OSXSAVE);
		cpuid(1, 0, r);
		probe("cpuid osxsave.on: %d", r[2] >> 27 & 1);
		write_cr4(cr4 & ~CR4_OSXSAVE);
		cpuid(1, 0, r);
		probe("cpuid osxsave.off: %d", r[2] >> 27 & 1);
	}
	if (has(7, 0, 2, 3)) {
		write_cr4(cr4 | CR4_PKE);
		cpuid(7, 0, r);
		probe("cpuid ospke.on: %d", r[2] >> 4 & 1);
		write_cr4(cr4 & ~CR4_PKE);
		cpuid(7, 0, r);
		probe("cpuid ospke.off: %d", r[2] >> 4 & 1);
	}
	write_cr4(cr4);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// MSRs: the value of each, and the writable bits of the architectural ones.
#include "probe.h"

struct msr_range {
	UINT32 first, last;
};

/* Counters and clocks: only checked for being readable. */
static BOOLEAN is_volatile(UINT32 msr)
{
	return msr == 0x10 || msr == 0xe7 || msr == 0xe8 || (msr >= 0xc1 && msr <= 0xc8) || msr == 0x30a ||
	       msr == 0x309 || msr == 0x30b || msr == 0x19c || (msr >= 0x3f8 && msr <= 0x3ff) ||
	       (msr >= 0x630 && msr <= 0x639) || msr == 0xc00000e7 || msr == 0xc00000e8 || msr == 0x832 ||
	       msr == 0x839 || msr == 0x6e0 || msr == 0x611 || (msr >= 0xc0010004 && msr <= 0xc0010007) ||
	       msr == 0xc0010064;
}

static void sweep(const struct msr_range *range)
{
	UINT32 msr, bad = 0;
	UINT64 value;

	for (msr = range->first; msr <= range->last; msr++) {
		if (try_rdmsr(msr, &value) == VEC_END) {
			if (bad)
				probe("msr unreadable %x-%x: #GP", (UINT64)(msr - bad), (UINT64)(msr - 1));
			bad = 0;
			if (is_volatile(msr))
				probe("msr %x: reads", (UINT64)msr);
			else if (value)
				probe("msr %x: %x", (UINT64)msr, value);
		} else {
			bad++;
		}
	}
	if (bad)
		probe("msr unreadable %x-%x: #GP", (UINT64)(msr - bad), (UINT64)(msr - 1));
}

/* Writes the register's value with each bit flipped in turn; restores it each time. */
static void write_bits(UINT32 msr, UINT64 never)
{
	UINT64 value, after, taken = 0, kept = 0, refused = 0;
	UINT32 i;

	if (try_rdmsr(msr, &value) != VEC_END) {
		probe("msr write %x: read %s, write %s", (UINT64)msr, "#GP",
		      try_wrmsr(msr, 0) == VEC_END ? "ok" : "#GP");
		return;
	}
	for (i = 0; i < 64; i++) {
		if (never & BIT(i))
			continue;
		if (try_wrmsr(msr, value ^ BIT(i)) != VEC_END) {
			refused |= BIT(i);
			continue;
		}
		try_rdmsr(msr, &after);
		*((after ^ value) & BIT(i) ? &taken : &kept) |= BIT(i);
		try_wrmsr(msr, value);
	}
	probe("msr write %x: same %s, taken %x ignored %x refused %x", (UINT64)msr,
	      try_wrmsr(msr, value) == VEC_END ? "ok" : "#GP", taken, kept, refused);
}

void probe_msr(void)
{
	static const struct msr_range ranges[] = {
		{ 0, 0x1fff },
		{ 0x40000000, 0x4000011f },
		{ 0x4b564d00, 0x4b564d0f },
		{ 0xc0000000, 0xc00003ff },
		{ 0xc0001fc0, 0xc000203f },
		{ 0xc0010000, 0xc00112ff },
		{ 0xc0011fc0, 0xc001203f },
	};
	/* The bits in never are not tried: changing them would crash the probe. */
	static const struct {
		UINT32 msr;
		UINT64 never;
	} writes[] = {
		{ 0x1b, ~0x3ffull }, /* APIC base: neither moved nor switched off */
		{ 0x3a, 0 },
		{ 0x3b, 0 },
		{ 0x48, 0 },
		{ 0x49, 0 },
		{ 0x79, 0 },
		{ 0x8b, 0 },
		{ 0xfe, 0 },
		{ 0x10a, 0 },
		{ 0x10b, 0 },
		{ 0x122, 0 },
		{ 0x140, 0 },
		{ 0x174, 0 },
		{ 0x175, 0 },
		{ 0x176, 0 },
		{ 0x179, 0 },
		{ 0x17a, 0 },
		{ 0x1a0, 0 },
		{ 0x1c9, 0 },
		{ 0x1d9, BIT(0) | BIT(1) | BIT(6) | BIT(7) },
		{ 0x20e, BIT(11) },
		{ 0x20f, 0 },
		{ 0x269, 0 },
		{ 0x277, 0 },
		{ 0x2ff, 0x3ff | BIT(10) | BIT(11) },
		{ 0x309, 0 },
		{ 0x345, 0 },
		{ 0x38d, 0 },
		{ 0x38f, 0 },
		{ 0x480, 0 },
		{ 0x482, 0 },
		{ 0x491, 0 },
		{ 0x570, 0 },
		{ 0x6a0, 0 },
		{ 0x6a2, 0 },
		{ 0x6a4, 0 },
		{ 0x6a8, 0 },
		{ 0x6e1, 0 },
		{ 0xc80, 0 },
		{ 0xd90, 0 },
		{ 0xda0, 0 },
		{ 0x1c4, 0 },
		{ 0x1c5, 0 },
		{ 0xe1, 0 },
		{ 0x985, 0 },
		{ 0x986, 0 },
		{ 0x17d0, 0 },
		{ 0x17d1, 0 },
		{ 0x12, 0 },
		{ 0x40000000, 0 },
		{ 0x4b564d00, 0 },
		{ 0xc0000080, BIT(8) | BIT(10) },
		{ 0xc0000081, 0 },
		{ 0xc0000082, 0 },
		{ 0xc0000083, 0 },
		{ 0xc0000084, 0 },
		{ 0xc0000100, 0 },
		{ 0xc0000101, 0 },
		{ 0xc0000102, 0 },
		{ 0xc0000103, 0 },
		{ 0xc0000104, 0 },
		{ 0xc0010010, BIT(18) | BIT(19) | BIT(20) | BIT(21) | BIT(22) | BIT(23) },
		{ 0xc0010015, 0 },
		{ 0xc001001a, 0 },
		{ 0xc001001d, 0 },
		{ 0xc001001f, 0 },
		{ 0xc0010055, 0 },
		{ 0xc0010058, 0 },
		{ 0xc0010111, 0 },
		{ 0xc0010112, 0 },
		{ 0xc0010113, 0 },
		{ 0xc0010114, 0 },
		{ 0xc0010115, 0 },
		{ 0xc0010117, 0 },
		{ 0xc0010118, 0 },
		{ 0xc0010140, 0 },
		{ 0xc0011029, 0 },
		{ 0xc001102a, 0 },
		{ 0x80000000, 0 },
		{ 0x2000, 0 },
		{ 0xffffffff, 0 },
	};
	UINT32 i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		sweep(&ranges[i]);
	for (i = 0; i < ARRAY_SIZE(writes); i++)
		write_bits(writes[i].msr, writes[i].never);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Memory types by the MTRRs. The look-up is pure C; only mtrr_read() touches the hardware. */
#include "mm/mtrr.h"

#include "core/string.h"

#define MTRR_MASK_VALID BIT(11)
#define FIXED_TOP 0x100000u

/* The fixed-range registers in the order of the addresses: first address, bytes for each type. */
static const struct {
	uint32_t base, step;
} fixed_range[MTRR_FIXED_COUNT] = {
	{ 0x00000, 0x10000 }, { 0x80000, 0x4000 }, { 0xa0000, 0x4000 }, { 0xc0000, 0x1000 },
	{ 0xc8000, 0x1000 },  { 0xd0000, 0x1000 }, { 0xd8000, 0x1000 }, { 0xe0000, 0x1000 },
	{ 0xe8000, 0x1000 },  { 0xf0000, 0x1000 }, { 0xf8000, 0x1000 },
};

bool mtrr_is_msr(uint32_t msr)
{
	return (msr >= MSR_MTRR_PHYSBASE0 && msr < MSR_MTRR_PHYSBASE0 + 2 * MTRR_VAR_MAX) || msr == MSR_MTRR_FIX64K ||
	       msr == MSR_MTRR_FIX16K_80000 || msr == MSR_MTRR_FIX16K_A0000 ||
	       (msr >= MSR_MTRR_FIX4K_C0000 && msr < MSR_MTRR_FIX4K_C0000 + 8) || msr == MSR_MTRR_DEF_TYPE;
}

static int fixed_type(const struct mtrr_state *m, uint64_t pa)
{
	for (int i = MTRR_FIXED_COUNT - 1; i >= 0; i--)
		if (pa >= fixed_range[i].base)
			return (int)(m->fixed[i] >> (8 * ((pa - fixed_range[i].base) / fixed_range[i].step)) & 0xff);
	return MEM_UC;
}

/* Overlaps: UC wins; WT wins over WB; else undefined, and UC is the safe choice. */
static int combine(int a, int b)
{
	if (a == MTRR_MIXED || a == b)
		return b;
	if ((a == MEM_WT && b == MEM_WB) || (a == MEM_WB && b == MEM_WT))
		return MEM_WT;
	return MEM_UC;
}

int mtrr_type(const struct mtrr_state *m, uint64_t pa, uint64_t size)
{
	int type = MTRR_MIXED;

	if (!m->enabled)
		return MEM_UC;
	if (m->fixed_enabled && pa < FIXED_TOP)
		return size > PAGE_SIZE ? MTRR_MIXED : fixed_type(m, pa);

	for (uint32_t i = 0; i < m->var_count; i++) {
		uint64_t mask = m->mask[i] & CR3_ADDR_MASK;

		if (!(m->mask[i] & MTRR_MASK_VALID))
			continue;
		if ((pa ^ m->base[i]) & mask & ~(size - 1))
			continue; /* no byte of the block matches */
		if (mask & (size - 1))
			return MTRR_MIXED; /* some bytes match */
		type = combine(type, (int)(m->base[i] & 0xff));
	}
	return type == MTRR_MIXED ? m->def_type : type;
}

bool mtrr_same(const struct mtrr_state *a, const struct mtrr_state *b)
{
	return a->enabled == b->enabled && a->fixed_enabled == b->fixed_enabled && a->def_type == b->def_type &&
	       a->var_count == b->var_count && !memcmp(a->base, b->base, sizeof(a->base)) &&
	       !memcmp(a->mask, b->mask, sizeof(a->mask)) && !memcmp(a->fixed, b->fixed, sizeof(a->fixed));
}

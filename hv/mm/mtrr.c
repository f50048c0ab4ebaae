/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Memory types from the MTRRs. Only mtrr_read() touches the hardware. */
#include "mm/mtrr.h"

#include "arch/x86/cpu_facts.h"
#include "arch/x86/insn.h"

#define MTRR_MASK_VALID BIT(11)
#define FIXED_TOP       0x100000u

/* The fixed-range registers in address order: register, first address, bytes per type. */
static const struct {
	uint32_t msr, base, step;
} fixed_range[MTRR_FIXED_COUNT] = {
	{ MSR_MTRR_FIX64K, 0x00000, 0x10000 },         { MSR_MTRR_FIX16K_80000, 0x80000, 0x4000 },
	{ MSR_MTRR_FIX16K_A0000, 0xa0000, 0x4000 },    { MSR_MTRR_FIX4K_C0000, 0xc0000, 0x1000 },
	{ MSR_MTRR_FIX4K_C0000 + 1, 0xc8000, 0x1000 }, { MSR_MTRR_FIX4K_C0000 + 2, 0xd0000, 0x1000 },
	{ MSR_MTRR_FIX4K_C0000 + 3, 0xd8000, 0x1000 }, { MSR_MTRR_FIX4K_C0000 + 4, 0xe0000, 0x1000 },
	{ MSR_MTRR_FIX4K_C0000 + 5, 0xe8000, 0x1000 }, { MSR_MTRR_FIX4K_C0000 + 6, 0xf0000, 0x1000 },
	{ MSR_MTRR_FIX4K_C0000 + 7, 0xf8000, 0x1000 },
};

bool mtrr_is_msr(uint32_t msr)
{
	for (int i = 0; i < MTRR_FIXED_COUNT; i++)
		if (msr == fixed_range[i].msr)
			return true;
	return msr == MSR_MTRR_DEF_TYPE ||
	       (msr >= MSR_MTRR_PHYSBASE0 && msr < MSR_MTRR_PHYSBASE0 + 2 * MTRR_VAR_MAX);
}

void mtrr_read(struct mtrr_state *m)
{
	*m = (struct mtrr_state){ .enabled = true, .def_type = MEM_WB };
	if (!cpu_facts.mtrrs)
		return;

	uint64_t cap = rdmsr(MSR_MTRR_CAP), def = rdmsr(MSR_MTRR_DEF_TYPE);
	uint32_t count = cap & 0xff;

	m->enabled = def & BIT(11);
	m->fixed_enabled = (cap & BIT(8)) && (def & BIT(10));
	m->def_type = def & 0xff;
	m->var_count = count < MTRR_VAR_MAX ? count : MTRR_VAR_MAX;
	for (uint32_t i = 0; i < m->var_count; i++) {
		m->base[i] = rdmsr(MSR_MTRR_PHYSBASE0 + 2 * i);
		m->mask[i] = rdmsr(MSR_MTRR_PHYSBASE0 + 2 * i + 1);
	}
	for (int i = 0; m->fixed_enabled && i < MTRR_FIXED_COUNT; i++)
		m->fixed[i] = rdmsr(fixed_range[i].msr);
}

static int fixed_type(const struct mtrr_state *m, uint64_t pa)
{
	int i = MTRR_FIXED_COUNT - 1;

	while (pa < fixed_range[i].base)
		i--;
	return (int)(m->fixed[i] >> (8 * ((pa - fixed_range[i].base) / fixed_range[i].step)) & 0xff);
}

/* Overlaps: UC wins; WT wins over WB; others are undefined, and UC is the safe choice. */
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

		if (!(m->mask[i] & MTRR_MASK_VALID) || (pa ^ m->base[i]) & mask & ~(size - 1))
			continue; /* no byte of the block matches */
		if (mask & (size - 1))
			return MTRR_MIXED; /* some bytes match */
		type = combine(type, (int)(m->base[i] & 0xff));
	}
	return type == MTRR_MIXED ? m->def_type : type;
}

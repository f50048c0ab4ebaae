/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads this CPU's MTRRs. */
#include "arch/x86/insn.h"
#include "core/string.h"
#include "mm/mtrr.h"

static const uint32_t fixed_msr[MTRR_FIXED_COUNT] = { 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
						      0x26b, 0x26c, 0x26d, 0x26e, 0x26f };

void mtrr_read(struct mtrr_state *m)
{
	memset(m, 0, sizeof(*m));
	if (!(cpuid(1, 0).edx & BIT(12))) {
		m->enabled = true;
		m->def_type = MEM_WB;
		return;
	}

	uint64_t cap = rdmsr(MSR_MTRR_CAP), def = rdmsr(MSR_MTRR_DEF_TYPE);

	m->enabled = def & BIT(11);
	m->fixed_enabled = (cap & BIT(8)) && (def & BIT(10));
	m->def_type = def & 0xff;
	m->var_count = cap & 0xff;
	if (m->var_count > MTRR_VAR_MAX)
		m->var_count = MTRR_VAR_MAX;
	for (uint32_t i = 0; i < m->var_count; i++) {
		m->base[i] = rdmsr(MSR_MTRR_PHYSBASE0 + 2 * i);
		m->mask[i] = rdmsr(MSR_MTRR_PHYSBASE0 + 2 * i + 1);
	}
	for (int i = 0; m->fixed_enabled && i < MTRR_FIXED_COUNT; i++)
		m->fixed[i] = rdmsr(fixed_msr[i]);
}

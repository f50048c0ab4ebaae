/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Memory types from the MTRRs. EPT types replace them for the guest, so the EPT map must repeat them. */
#pragma once

#include "arch/x86/regs.h"

#include <stdbool.h>
#include <stdint.h>

#define MTRR_VAR_MAX     32
#define MTRR_FIXED_COUNT 11
#define MTRR_MIXED       (-1)

/* A copy of the MTRRs. Intel SDM volume 3, "Memory Type Range Registers (MTRRs)". */
struct mtrr_state {
	bool enabled, fixed_enabled;
	uint16_t def_type;
	uint32_t var_count;
	uint64_t base[MTRR_VAR_MAX], mask[MTRR_VAR_MAX];
	uint64_t fixed[MTRR_FIXED_COUNT];
};
_Static_assert(sizeof(struct mtrr_state) == 8 + 8 * (2 * MTRR_VAR_MAX + MTRR_FIXED_COUNT), "no padding");

/** mtrr_read() - this CPU's MTRRs; all WB if the CPU has none. */
void mtrr_read(struct mtrr_state *m);

/** mtrr_is_msr() - whether @msr is one of the MTRRs that mtrr_read() reads. */
bool mtrr_is_msr(uint32_t msr);

/** mtrr_type() - enum mem_type of a naturally aligned block, or MTRR_MIXED (never for 4 KiB). Pure. */
int mtrr_type(const struct mtrr_state *m, uint64_t pa, uint64_t size);

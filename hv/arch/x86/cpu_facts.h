/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What CPUID said before the guest ran. */
#pragma once

#include <stdbool.h>

/*
 * From the first guest entry on CPUID is the guest's: AMD has MSRs that override feature bits ("CPUID
 * Features" of the processor's BKDG or PPR), Intel one that cuts off leaves (IA32_MISC_ENABLE). Where an
 * answer decides what the hypervisor itself does, such as reading an MSR that may be missing, it comes from
 * here.
 */
struct cpu_facts {
	bool crc32; /* the instruction CRC32, of SSE4.2 */
	bool mtrrs;
	bool tsc_adjust; /* IA32_TSC_ADJUST exists */
};
extern struct cpu_facts cpu_facts;

/** cpu_facts_init() - once, on the first CPU, before anything that looks at them. */
void cpu_facts_init(void);

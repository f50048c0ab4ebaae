/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What CPUID reported before the guest ran. */
#pragma once

#include <stdbool.h>

/*
 * From the first guest entry on the guest controls CPUID: AMD has MSRs that override feature bits ("CPUID
 * Features" of the processor's BKDG or PPR), Intel one that hides leaves (IA32_MISC_ENABLE). An answer that
 * decides what the hypervisor itself does, such as reading an MSR that may be missing, comes from here.
 */
struct cpu_facts {
	bool crc32; /* the CRC32 instruction of SSE4.2 */
	bool mtrrs;
	bool tsc_adjust; /* IA32_TSC_ADJUST exists */
};
extern struct cpu_facts cpu_facts;

/** cpu_facts_init() - once, on the first CPU, before any use of the facts. */
void cpu_facts_init(void);

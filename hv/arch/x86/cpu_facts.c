/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What CPUID reported before the guest ran. */
#include "arch/x86/cpu_facts.h"

#include "arch/x86/insn.h"
#include "arch/x86/regs.h"

#define LEAF1_ECX_SSE4_2     BIT(20)
#define LEAF1_EDX_MTRR       BIT(12)
#define LEAF7_EBX_TSC_ADJUST BIT(1)

struct cpu_facts cpu_facts; /* (b) */

void cpu_facts_init(void)
{
	cpu_facts.crc32 = cpuid(1, 0).ecx & LEAF1_ECX_SSE4_2;
	cpu_facts.mtrrs = cpuid(1, 0).edx & LEAF1_EDX_MTRR;
	cpu_facts.tsc_adjust = cpuid(0, 0).eax >= 7 && cpuid(7, 0).ebx & LEAF7_EBX_TSC_ADJUST;
}

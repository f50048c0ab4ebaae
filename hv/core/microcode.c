/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Microcode runs below the hypervisor: the revision that the firmware loaded stays. */
#include "core/microcode.h"

#include "arch/x86/insn.h"
#include "core/state.h"
#include "protect/evidence.h"

static bool is_intel(void)
{
	return hv_backend()->id == 0;
}

/*
 * Intel SDM volume 3, "Virtualization of System Resources", "Microcode Update Facility": no update may be
 * loaded in VMX non-root operation, and a VMM may drop the guest's writes. AMD's loader works in a guest, and
 * CPUs with CVE-2024-56161 accept forged updates.
 */
static uint32_t loader(void)
{
	return is_intel() ? MSR_BIOS_UPDT_TRIG : MSR_PATCH_LOADER;
}

void microcode_init(void)
{
	hv_backend()->msr_intercept(loader(), false, true);
}

uint32_t microcode_level(void)
{
	uint64_t level;

	if (is_intel())
		cpuid(1, 0); /* writes the revision to the MSR: "Determining the Signature" */
	if (rdmsr_safe(MSR_PATCH_LEVEL, &level))
		return 0;
	return (uint32_t)(is_intel() ? level >> 32 : level);
}

bool microcode_takes(struct percpu *cpu, uint32_t msr, uint64_t value)
{
	static bool told[2]; /* (x) before the lock, after it */
	struct evidence rec;

	if (msr != loader())
		return false;
	if (__atomic_exchange_n(&told[hv.locked], true, __ATOMIC_SEQ_CST))
		return true;
	evidence_describe(cpu, &rec, 0, RW_TARGET_HYPERVISOR, RW_ACCESS_MSR);
	rec.nr = msr;
	rec.gva = value;
	rec.verdict = RW_VERDICT_SKIP;
	evidence_record(cpu, &rec);
	return true;
}

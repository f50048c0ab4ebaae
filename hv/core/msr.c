/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* MSR accesses that exit: virtualization MSRs as on a CPU without them, EFER without SVME, MTRRs. */
#include "arch/x86/insn.h"
#include "core/exit.h"
#include "core/smp.h"
#include "core/startup.h"
#include "mm/mtrr.h"
#include "mm/nested.h"

/* IA32_FEATURE_CONTROL: Intel SDM volume 3, "Enabling and Entering VMX Operation". */
#define FEATURE_CONTROL_LOCK BIT(0)
#define FEATURE_CONTROL_VMX (BIT(1) | BIT(2))

static bool is_virtualization_msr(uint32_t msr)
{
	return (msr >= MSR_VMX_BASIC && msr <= MSR_VMX_LAST) || msr == MSR_VM_CR || msr == MSR_VM_HSAVE_PA ||
	       msr == MSR_SVM_KEY;
}

static enum hv_action read_done(struct percpu *cpu, uint64_t value)
{
	cpu->gprs.rax = (uint32_t)value;
	cpu->gprs.rdx = value >> 32;
	return HV_ADVANCE;
}

static enum hv_action msr_read(struct percpu *cpu, uint32_t msr)
{
	uint64_t value;

	if (is_virtualization_msr(msr))
		return exit_inject(cpu, VEC_GP, true, 0);
	if (msr == MSR_EFER)
		return read_done(cpu, hv_backend()->get(cpu, GREG_EFER));
	if (rdmsr_safe(msr, &value))
		return exit_inject(cpu, VEC_GP, true, 0);
	if (msr == MSR_FEATURE_CONTROL)
		value = (value & ~FEATURE_CONTROL_VMX) | FEATURE_CONTROL_LOCK;
	return read_done(cpu, value);
}

/* The CPU itself says which bits it takes; the hypervisor's own stay as they are meanwhile. */
static bool efer_bits_valid(uint64_t value)
{
	uint64_t own = rdmsr(MSR_EFER);
	uint64_t kept = EFER_LME | EFER_LMA | EFER_NXE | EFER_SVME;
	int refused = wrmsr_safe(MSR_EFER, (value & ~kept) | (own & kept));

	wrmsr(MSR_EFER, own);
	return !refused && !(value & EFER_SVME);
}

static enum hv_action write_efer(struct percpu *cpu, uint64_t value)
{
	const struct hv_backend *b = hv_backend();
	uint64_t old = b->get(cpu, GREG_EFER);

	if (!efer_bits_valid(value) || ((value ^ old) & EFER_LME && b->get(cpu, GREG_CR0) & CR0_PG))
		return exit_inject(cpu, VEC_GP, true, 0);
	b->set(cpu, GREG_EFER, (value & ~EFER_LMA) | (old & EFER_LMA));
	return HV_ADVANCE;
}

static enum hv_action msr_write(struct percpu *cpu, uint32_t msr, uint64_t value)
{
	if (is_virtualization_msr(msr) || msr == MSR_FEATURE_CONTROL)
		return exit_inject(cpu, VEC_GP, true, 0);
	if (msr == MSR_EFER)
		return write_efer(cpu, value);
	if (msr == MSR_X2APIC_ICR)
		return startup_icr_msr(cpu, value) ? HV_ADVANCE : exit_inject(cpu, VEC_GP, true, 0);
	if (msr == MSR_APIC_BASE && (value ^ rdmsr(msr)) & CR3_ADDR_MASK)
		return exit_inject(cpu, VEC_GP, true, 0); /* the page is watched where it is: see core/startup.h */
	if (wrmsr_safe(msr, value))
		return exit_inject(cpu, VEC_GP, true, 0);
	if (mtrr_is_msr(msr) && nested_retype())
		smp_flush_all(cpu);
	return HV_ADVANCE;
}

enum hv_action exit_msr(struct percpu *cpu, const struct hv_exit *x)
{
	uint32_t msr = (uint32_t)cpu->gprs.rcx;

	if (x->reason == RW_EXIT_MSR_READ)
		return msr_read(cpu, msr);
	return msr_write(cpu, msr, cpu->gprs.rdx << 32 | (uint32_t)cpu->gprs.rax);
}

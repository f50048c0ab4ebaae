/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Accesses that exit: MSRs (virtualization looks absent; EFER, MTRRs), control registers, XCR0. */
#include "arch/x86/cpu_facts.h"
#include "arch/x86/insn.h"
#include "core/exit.h"
#include "core/smp.h"
#include "core/ipi.h"
#include "core/microcode.h"
#include "core/state.h"
#include "log/journal.h"
#include "mm/mtrr.h"
#include "mm/nested.h"
#include "protect/pin.h"

/* IA32_FEATURE_CONTROL: Intel SDM volume 3, "Enabling and Entering VMX Operation". */
#define FEATURE_CONTROL_LOCK BIT(0)
#define FEATURE_CONTROL_VMX  (BIT(1) | BIT(2))

/*
 * SYSCFG: with these bits an operating system reads the fixed MTRRs. They also decide what is memory, so
 * writes to them have no effect.
 */
#define SYSCFG_MTRR_BITS (BIT(18) | SYSCFG_RDWR_DRAM | BIT(20))

static bool in(uint32_t msr, uint32_t first, uint32_t last)
{
	return msr >= first && msr <= last;
}

/* Virtualization, what passes by the nested tables (hidden[] in cpuid.c), interfaces of other hypervisors. */
static bool is_absent(uint32_t msr)
{
	return in(msr, MSR_VMX_BASIC, MSR_VMX_LAST) || msr == MSR_VM_CR || msr == MSR_VM_HSAVE_PA ||
	       msr == MSR_SVM_KEY || msr == MSR_TSC_RATIO || in(msr, MSR_RTIT_FIRST, MSR_RTIT_LAST) ||
	       in(msr, MSR_HFI_FIRST, MSR_HFI_LAST) || in(msr, MSR_PEBS_FIRST, MSR_PEBS_LAST) ||
	       msr == MSR_DS_AREA || in(msr, MSR_PV_FIRST, MSR_PV_LAST) ||
	       in(msr, MSR_KVM_FIRST, MSR_KVM_LAST) ||
	       in(msr, MSR_KVM_OLD_WALL_CLOCK, MSR_KVM_OLD_SYSTEM_TIME);
}

/* Registers that say what is memory: they stay as the firmware left them. */
static bool is_memory_map(uint32_t msr)
{
	return in(msr, MSR_IORR_FIRST, MSR_IORR_LAST) || msr == MSR_TOP_MEM || msr == MSR_TOP_MEM2 ||
	       msr == MSR_SYSCFG || in(msr, MSR_SMM_BASE, MSR_SMM_MASK) ||
	       in(msr, MSR_RMP_BASE, MSR_RMP_END) || msr == MSR_MMCONFIG ||
	       in(msr, MSR_TME_ACTIVATE, MSR_TME_LAST);
}

void msr_init(void)
{
	const struct hv_backend *b = hv_backend();

	b->msr_intercept(MSR_TSC, false, true);
	b->msr_intercept(MSR_TSC_ADJUST, false, true);
	b->msr_intercept(MSR_APIC_BASE, false, true);
	microcode_init();
	/* Those in the lower range, but for VMX's own (its backend's). MSRs outside the bitmaps all exit. */
	for (uint32_t msr = 0; msr < 0x2000; msr++)
		if ((is_absent(msr) && !in(msr, MSR_VMX_BASIC, MSR_VMX_LAST)) || is_memory_map(msr))
			b->msr_intercept(msr, is_absent(msr), true);
	for (uint32_t msr = MSR_SYSCFG; msr <= MSR_RMP_END; msr++)
		if (is_memory_map(msr))
			b->msr_intercept(msr, false, true);
	b->msr_intercept(MSR_TSC_RATIO, true, true);
}

/* From here on, functions return false where the guest gets #GP. */
static bool msr_read(struct percpu *cpu, uint32_t msr, uint64_t *value)
{
	if (msr == MSR_EFER)
		*value = greg(cpu, GREG_EFER);
	else if (is_absent(msr) || rdmsr_safe(msr, value))
		return false;
	if (msr == MSR_FEATURE_CONTROL)
		*value = (*value & ~FEATURE_CONTROL_VMX) | FEATURE_CONTROL_LOCK;
	return true;
}

/* The CPU itself decides which bits it takes, refuses or ignores; our own are unchanged meanwhile. */
static bool efer_bits_valid(uint64_t *value)
{
	uint64_t own = rdmsr(MSR_EFER), kept = EFER_LME | EFER_LMA | EFER_NXE | EFER_SVME;
	int refused = wrmsr_safe(MSR_EFER, (*value & ~kept) | (own & kept));

	*value = (rdmsr(MSR_EFER) & ~kept) | (*value & kept);
	wrmsr(MSR_EFER, own);
	return !refused && !(*value & EFER_SVME);
}

static bool write_efer(struct percpu *cpu, uint64_t value)
{
	uint64_t old = greg(cpu, GREG_EFER);

	if (!efer_bits_valid(&value) || ((value ^ old) & EFER_LME && greg(cpu, GREG_CR0) & CR0_PG))
		return false;
	hv_backend()->set(cpu, GREG_EFER, (value & ~EFER_LMA) | (old & EFER_LMA));
	return true;
}

static bool write_memory_map(uint32_t msr, uint64_t value)
{
	uint64_t now;

	return !rdmsr_safe(msr, &now) && !((value ^ now) & ~(msr == MSR_SYSCFG ? SYSCFG_MTRR_BITS : 0));
}

/* The guest may set the TSC; the log's clock runs on. Records that wait have stamps of the old TSC. */
static bool write_tsc(struct percpu *cpu, uint32_t msr, uint64_t value)
{
	bool exact = cpu_facts.tsc_adjust;

	journal_drain(cpu); /* the stamps of its pending records are of the old count */
	uint64_t before = exact ? rdmsr(MSR_TSC_ADJUST) : rdtsc();

	if (wrmsr_safe(msr, value))
		return false;
	uint64_t moved = (exact ? rdmsr(MSR_TSC_ADJUST) : rdtsc()) - before;

	cpu->tsc_bias += moved;
	cpu->exit_tsc += moved; /* else the change would count as time in this exit */
	return true;
}

/* MSRs of system calls: part of the guest's state. The CPU checks the value. */
static bool write_entry(struct percpu *cpu, enum guest_reg reg, uint32_t msr, uint64_t value)
{
	if (wrmsr_safe(msr, value))
		return false;
	hv_backend()->set(cpu, reg, value);
	return true;
}

static bool msr_write(struct percpu *cpu, uint32_t msr, uint64_t value)
{
	if (is_absent(msr) || msr == MSR_FEATURE_CONTROL)
		return false;
	if (microcode_takes(cpu, msr, value))
		return true;
	if (pin_refuses_msr(cpu, msr, value))
		return false;
	if (msr == MSR_EFER)
		return write_efer(cpu, value);
	if (in(msr, MSR_STAR, MSR_FMASK))
		return write_entry(cpu, GREG_STAR + (msr - MSR_STAR), msr, value);
	if (in(msr, MSR_SYSENTER_CS, MSR_SYSENTER_EIP))
		return write_entry(cpu, GREG_SYSENTER_CS + (msr - MSR_SYSENTER_CS), msr, value);
	if (msr == MSR_X2APIC_ICR)
		return ipi_write_icr_msr(cpu, value);
	if (is_memory_map(msr))
		return write_memory_map(msr, value);
	if (msr == MSR_TSC || msr == MSR_TSC_ADJUST)
		return write_tsc(cpu, msr, value);
	/*
	 * Moved over the hypervisor's memory, the APIC's page would take that memory away; and the page is
	 * watched where it is. With the APIC off, no other CPU could make this one leave the guest.
	 */
	if ((msr == MSR_APIC_BASE &&
	     ((value ^ rdmsr(msr)) & CR3_ADDR_MASK || (hv_locked() && !(value & APIC_BASE_ENABLE)))) ||
	    wrmsr_safe(msr, value))
		return false;
	if (mtrr_is_msr(msr) && nested_retype())
		smp_flush_all(cpu);
	return true;
}

enum hv_action exit_msr(struct percpu *cpu, const struct hv_exit *x)
{
	uint32_t msr = (uint32_t)cpu->gprs.rcx;
	uint64_t value = cpu->gprs.rdx << 32 | (uint32_t)cpu->gprs.rax;
	bool read = x->reason == RW_EXIT_MSR_READ;

	if (!(read ? msr_read(cpu, msr, &value) : msr_write(cpu, msr, value)))
		return exit_inject(cpu, VEC_GP, true, 0);
	if (read) {
		cpu->gprs.rax = (uint32_t)value;
		cpu->gprs.rdx = value >> 32;
	}
	return HV_ADVANCE;
}

/*
 * Before the lock, only a write that changes the guest's CR0.NE or CR4.VMXE exits. NE: copy the new value to
 * what the guest reads and run the instruction again; this time it does not exit, and the CPU checks the
 * rest. VMXE: reserved without VMX.
 */
enum hv_action exit_cr(struct percpu *cpu, struct hv_exit *x)
{
	if (x->cr.cr == 4 && x->cr.known && x->cr.value & CR4_VMXE)
		return exit_inject(cpu, VEC_GP, true, 0);
	if (cpu->pin.phase == PIN_ON)
		return pin_cr_write(cpu, x);
	hv_backend()->set(cpu, GREG_CR0, (greg(cpu, GREG_CR0) & ~CR0_NE) | (x->cr.value & CR0_NE));
	/* A breakpoint on the instruction has already hit; the exit has cleared RF. */
	hv_backend()->set(cpu, GREG_RFLAGS, greg(cpu, GREG_RFLAGS) | RFLAGS_RF);
	return HV_RESUME;
}

enum hv_action exit_xsetbv(struct percpu *cpu)
{
	/* XCR0 is the guest's even now; the CPU checks the value, but not the guest's ring. */
	if (greg(cpu, GREG_CPL) ||
	    xsetbv_safe((uint32_t)cpu->gprs.rcx, cpu->gprs.rdx << 32 | (uint32_t)cpu->gprs.rax))
		return exit_inject(cpu, VEC_GP, true, 0);
	return HV_ADVANCE;
}

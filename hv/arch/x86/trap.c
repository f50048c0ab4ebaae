/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Exceptions in the hypervisor itself: instructions that may fault, NMIs, and fatal ones. */
#include "dev/apic.h"
#include "arch/x86/insn.h"
#include "core/panic.h"
#include "core/percpu.h"

void trap_exception(struct percpu *cpu, const struct hv_trap_frame *frame);
bool trap_nmi(struct percpu *cpu);

/* An instruction that may fault: the fix-up is set before it; trap.asm clears it and resumes there. */
#define GUARDED(insn, ok, ...) \
	__asm__ volatile("lea 1f(%%rip), %0; mov %0, %%gs:%c[fixup]; " insn "\n" \
			 "1: xor %0, %0; xchg %0, %%gs:%c[fixup]" \
			 : "=&r"(ok)__VA_ARGS__)

int rdmsr_safe(uint32_t msr, uint64_t *value)
{
	uint64_t ok;
	uint32_t lo, hi;

	GUARDED("rdmsr", ok, , "=&a"(lo), "=&d"(hi) : "c"(msr), [fixup] "i"(PERCPU_OFF_FIXUP) : "memory");
	*value = (uint64_t)hi << 32 | lo;
	return ok ? 0 : -1;
}

#define GUARDED_WRITE(insn) \
	int insn##_safe(uint32_t index, uint64_t value) \
	{ \
		uint64_t ok; \
		GUARDED(#insn, ok, \
			: "c"(index), "a"((uint32_t)value), \
			  "d"((uint32_t)(value >> 32)), [fixup] "i"(PERCPU_OFF_FIXUP) \
			: "memory"); \
		return ok ? 0 : -1; \
	}
GUARDED_WRITE(wrmsr)
GUARDED_WRITE(xsetbv)

/*
 * A machine check that the hypervisor survives is the guest's: it is injected at the next entry, and the
 * banks are unchanged. Any other is fatal. Intel SDM volume 3, "Machine-Check Architecture", IA32_MCG_STATUS.
 */
void trap_exception(struct percpu *cpu, const struct hv_trap_frame *frame)
{
	if (frame->vector != VEC_MC || !(rdmsr(MSR_MCG_STATUS) & MCG_STATUS_RIPV))
		panic_trap(cpu, frame);
	cpu->machine_check = true;
}

/*
 * An NMI while the hypervisor runs. On VMX it is the guest's: it is sent to this CPU again and stays pending
 * until NMIs are unblocked, in the guest. On SVM it comes only while svm_drop_nmi() sets GIF to take a kick
 * that has done its work, and while a CPU waits for the INIT that parks it.
 * Return: whether NMIs stay blocked. See trap.asm.
 */
bool trap_nmi(struct percpu *cpu)
{
	if (cpu->dropping_nmi)
		return false;
	cpu->stats.exits[RW_EXIT_NMI]++;
	apic_send(apic_x2() ? cpu->apic_id : apic_read(APIC_ID_REG) >> 24, ICR_NMI | ICR_ASSERT);
	return true;
}

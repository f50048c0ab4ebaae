/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Exceptions of the hypervisor itself: instructions that may fault, NMIs, and the end. */
#include "arch/x86/insn.h"
#include "core/panic.h"
#include "core/percpu.h"

#define APIC_BASE_X2 BIT(10)
#define APIC_BASE_ADDR 0x000ffffffffff000ull
#define APIC_ICR_LOW 0x300
#define APIC_ICR_HIGH 0x310
#define APIC_ID 0x20
#define ICR_PENDING BIT(12)
#define ICR_NMI 0x4400u /* assert, delivery mode NMI, physical destination */

void trap_fatal(struct percpu *cpu, const struct hv_trap_frame *frame);
void trap_nmi(struct percpu *cpu);

/*
 * An instruction that may raise an exception: the fix-up is set before it and found cleared behind it when it did.
 * trap.asm goes on at the fix-up.
 */
#define GUARDED(insn, ok, ...)                                      \
	__asm__ volatile("lea 1f(%%rip), %0\n\t"                    \
			 "mov %0, %%gs:%c[fixup]\n\t" insn "\n"     \
			 "1:\n\t"                                   \
			 "xor %0, %0\n\t"                           \
			 "xchg %0, %%gs:%c[fixup]"                  \
			 : "=&r"(ok) __VA_ARGS__)

int rdmsr_safe(uint32_t msr, uint64_t *value)
{
	uint64_t ok;
	uint32_t lo, hi;

	GUARDED("rdmsr", ok, , "=&a"(lo), "=&d"(hi) : "c"(msr), [fixup] "i"(PERCPU_OFF_FIXUP) : "memory");
	*value = (uint64_t)hi << 32 | lo;
	return ok ? 0 : -1;
}

int wrmsr_safe(uint32_t msr, uint64_t value)
{
	uint64_t ok;

	GUARDED("wrmsr", ok, : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)),
		[fixup] "i"(PERCPU_OFF_FIXUP) : "memory");
	return ok ? 0 : -1;
}

int xsetbv_safe(uint32_t index, uint64_t value)
{
	uint64_t ok;

	GUARDED("xsetbv", ok, : "c"(index), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)),
		[fixup] "i"(PERCPU_OFF_FIXUP) : "memory");
	return ok ? 0 : -1;
}

void trap_fatal(struct percpu *cpu, const struct hv_trap_frame *frame)
{
	panic_trap(cpu, frame);
}

/* Sends an NMI to this CPU: it stays pending until NMIs are open again, in the guest. See trap.asm. */
void trap_nmi(struct percpu *cpu)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	cpu->stats.exits[RW_EXIT_NMI]++;
	if (base & APIC_BASE_X2) {
		wrmsr(MSR_X2APIC_ICR, (uint64_t)cpu->apic_id << 32 | ICR_NMI);
		return;
	}

	volatile uint8_t *apic = (volatile uint8_t *)(RW_HV_GUEST + (base & APIC_BASE_ADDR));
	uint32_t id = *(volatile uint32_t *)(apic + APIC_ID);

	/* The guest may be in the middle of an IPI of its own: its destination is put back. */
	uint32_t high = *(volatile uint32_t *)(apic + APIC_ICR_HIGH);

	while (*(volatile uint32_t *)(apic + APIC_ICR_LOW) & ICR_PENDING)
		cpu_relax();
	*(volatile uint32_t *)(apic + APIC_ICR_HIGH) = id;
	*(volatile uint32_t *)(apic + APIC_ICR_LOW) = ICR_NMI;
	while (*(volatile uint32_t *)(apic + APIC_ICR_LOW) & ICR_PENDING)
		cpu_relax();
	*(volatile uint32_t *)(apic + APIC_ICR_HIGH) = high;
}

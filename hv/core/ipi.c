/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* IPIs that the guest sends, where INIT and SIPI do not exit. */
#include "core/ipi.h"

#include "arch/x86/apic.h"
#include "arch/x86/insn.h"
#include "core/end.h"
#include "core/state.h"
#include "log/printk.h"

#define XAPIC_BROADCAST  0xffu
#define X2APIC_BROADCAST UINT32_MAX

static bool matches(const struct percpu *self, const struct percpu *target, uint32_t dest, uint32_t low)
{
	switch (low & ICR_SHORTHAND) {
	case ICR_ALL:
		return true;
	case ICR_OTHERS:
		return target != self;
	default:
		return target->apic_id == dest || dest == (apic_x2() ? X2APIC_BROADCAST : XAPIC_BROADCAST);
	}
}

/* Remembers what the IPI does to the CPUs that it goes to. */
static void note(struct percpu *cpu, uint32_t dest, uint32_t low)
{
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++) {
		struct percpu *target = percpu_of(i);

		if (!matches(cpu, target, dest, low))
			continue;
		if ((low & ICR_MODE) == ICR_SIPI) {
			__atomic_store_n(&target->sipi_vector, low & ICR_VECTOR, __ATOMIC_SEQ_CST);
		} else {
			/*
			 * It is out of the guest, or comes out at once: nobody waits for it, and it drops all
			 * when it comes back.
			 */
			__atomic_store_n(&target->flush_wanted, true, __ATOMIC_SEQ_CST);
			__atomic_store_n(&target->parked, true, __ATOMIC_SEQ_CST);
			__atomic_store_n(&target->in_guest, false, __ATOMIC_SEQ_CST);
		}
	}
}

/* An IPI of the guest. Return: the ICR's low half as it goes out; 0: it does not. */
static uint32_t filter(struct percpu *cpu, uint32_t dest, uint32_t low)
{
	uint32_t mode = low & ICR_MODE;

	/* INIT level de-assert does nothing on any CPU that has SVM. */
	if ((mode != ICR_INIT && mode != ICR_SIPI) ||
	    (mode == ICR_INIT && (low & ICR_LEVEL) && !(low & ICR_ASSERT)))
		return low;
	if (((low & ICR_LOGICAL) && !(low & ICR_SHORTHAND)) || (low & ICR_SHORTHAND) == ICR_SELF) {
		printk("CPU %u: INIT or SIPI to a logical destination or to itself is not supported, dropped",
		       cpu->index);
		return 0;
	}
	if (mode == ICR_INIT && matches(cpu, percpu_of(0), dest, low))
		exit_reset("INIT to the boot CPU");
	note(cpu, dest, low);
	if (mode == ICR_SIPI)
		low = (low & ~ICR_VECTOR) | (uint32_t)(hv.boot->trampoline_phys / PAGE_SIZE);
	return low;
}

void ipi_write_register(struct percpu *cpu, uint32_t offset, uint32_t value)
{
	/*
	 * A register is the first four of its sixteen bytes. Its id the APIC keeps: IPIs are matched by it.
	 */
	if (offset & 15 || offset == APIC_ID_REG)
		return;
	if (offset == APIC_ICR_LOW) {
		value = filter(cpu, apic_read(APIC_ICR_HIGH) >> 24, value);
		if (!value)
			return;
	}
	apic_write(offset, value);
}

bool ipi_write_icr_msr(struct percpu *cpu, uint64_t value)
{
	if (value & ICR_RESERVED)
		return false; /* as the CPU would; nothing has been sent, and nothing is noted */
	uint32_t low = filter(cpu, (uint32_t)(value >> 32), (uint32_t)value);

	if (!low && (uint32_t)value) /* 0 is a legal command, and not one that filter() drops */
		return true;
	return !wrmsr_safe(MSR_X2APIC_ICR, (value & ~0xffffffffull) | low);
}

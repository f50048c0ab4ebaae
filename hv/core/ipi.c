/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* IPIs that the guest sends, where INIT and SIPI do not exit. */
#include "core/ipi.h"

#include "dev/apic.h"
#include "arch/x86/insn.h"
#include "core/end.h"
#include "core/spinlock.h"
#include "core/state.h"
#include "log/printk.h"
#include "protect/code_rules.h"

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

/* The CPUs that a command reaches. INIT: they are out of the guest, or leave now: nobody waits for them. */
static void note_init(struct percpu *cpu, uint32_t dest, uint32_t low)
{
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++) {
		struct percpu *target = percpu_of(i);

		if (!matches(cpu, target, dest, low))
			continue;
		__atomic_store_n(&target->flush_wanted, true, __ATOMIC_SEQ_CST); /* when it returns */
		__atomic_store_n(&target->parked, true, __ATOMIC_SEQ_CST);
		__atomic_store_n(&target->judge, false, __ATOMIC_SEQ_CST);
		__atomic_store_n(&target->in_guest, false, __ATOMIC_SEQ_CST);
	}
}

static void note_sipi(struct percpu *cpu, uint32_t dest, uint32_t low)
{
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		if (matches(cpu, percpu_of(i), dest, low))
			__atomic_store_n(&percpu_of(i)->sipi_vector, low & ICR_VECTOR, __ATOMIC_SEQ_CST);
}

/* Return: false if the CPU refuses the command. */
static bool write_icr(bool x2, uint64_t value)
{
	if (x2)
		return !wrmsr_safe(MSR_X2APIC_ICR, value);
	apic_write(APIC_ICR_LOW, (uint32_t)value);
	return true;
}

/*
 * Sends INIT or SIPI. The vector is stored before the CPU looks for it. INIT is noted only once it is sent:
 * if the command faulted after the note, nobody would wait for a CPU that is still in the guest. The lock
 * keeps another CPU's SIPI from starting the target between INIT and its note.
 */
static bool send(struct percpu *cpu, bool x2, uint64_t value)
{
	static struct spinlock lock = SPINLOCK(ICR); /* (x) */
	uint32_t dest = (uint32_t)(value >> 32), low = (uint32_t)value;

	spin_lock(&lock);
	if ((low & ICR_MODE) == ICR_SIPI) {
		note_sipi(cpu, dest, low);
		value = (value & ~(uint64_t)ICR_VECTOR) | hv.boot->trampoline_phys / PAGE_SIZE;
	}
	bool sent = write_icr(x2, value);

	if (sent && (low & ICR_MODE) == ICR_INIT)
		note_init(cpu, dest, low);
	spin_unlock(&lock);
	return sent;
}

/* A command of the guest; the upper half of @value is its destination. Return: false: the CPU refuses it. */
static bool command(struct percpu *cpu, bool x2, uint64_t value)
{
	uint32_t dest = (uint32_t)(value >> 32), low = (uint32_t)value, mode = low & ICR_MODE;

	/* INIT level de-assert does nothing on any CPU that has SVM. */
	if ((mode != ICR_INIT && mode != ICR_SIPI) ||
	    (mode == ICR_INIT && (low & ICR_LEVEL) && !(low & ICR_ASSERT)))
		return write_icr(x2, value);
	if (((low & ICR_LOGICAL) && !(low & ICR_SHORTHAND)) || (low & ICR_SHORTHAND) == ICR_SELF) {
		printk("CPU %u: INIT or SIPI to a logical destination or to itself is not supported, dropped",
		       cpu->index);
		return true;
	}
	if (mode == ICR_INIT && matches(cpu, percpu_of(0), dest, low))
		exit_reset("INIT to the boot CPU");
	if (mode == ICR_SIPI && !code_may_start(cpu, low & ICR_VECTOR))
		return true;
	return send(cpu, x2, value);
}

void ipi_write_register(struct percpu *cpu, uint32_t offset, uint32_t value)
{
	/* A register is the first four of 16 bytes. The APIC id cannot change: IPIs are matched by it. */
	if (offset & 15 || offset == APIC_ID_REG)
		return;
	if (offset != APIC_ICR_LOW)
		apic_write(offset, value);
	else if (apic_has_page()) /* else nothing is sent, so nothing may be noted */
		command(cpu, false, (uint64_t)(apic_read(APIC_ICR_HIGH) >> 24) << 32 | value);
}

bool ipi_write_icr_msr(struct percpu *cpu, uint64_t value)
{
	if (value & ICR_RESERVED)
		return false; /* as the CPU would */
	return command(cpu, true, value);
}

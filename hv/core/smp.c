/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Several CPUs. */
#include "core/smp.h"

#include "arch/x86/insn.h"
#include "core/spinlock.h"
#include "core/panic.h"
#include "core/state.h"

/* A CPU in SMM, or one that a hypervisor below us has descheduled, may take time. */
#define SMP_PATIENCE_S 10

static struct spinlock lock = SPINLOCK(SHOOTDOWN); /* (x) one shoot-down at a time */
static bool stopping;                              /* (x) the machine stops, for good */

void smp_left_guest(struct percpu *cpu)
{
	__atomic_store_n(&cpu->in_guest, false, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&stopping, __ATOMIC_SEQ_CST) && !cpu->panicking)
		__asm__ volatile("cli; hlt");
}

bool smp_enter_guest(struct percpu *cpu)
{
	/* in_guest first: who wants something later sees it, and kicks. A parked CPU runs nothing. */
	if (!__atomic_load_n(&cpu->parked, __ATOMIC_SEQ_CST))
		__atomic_store_n(&cpu->in_guest, true, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&stopping, __ATOMIC_SEQ_CST))
		smp_left_guest(cpu); /* does not return; nobody waits for this CPU */
	if (!__atomic_exchange_n(&cpu->flush_wanted, false, __ATOMIC_SEQ_CST))
		return false;
	hv_backend()->flush(cpu);
	return true;
}

static bool is_inside(const struct percpu *cpu)
{
	return __atomic_load_n(&cpu->in_guest, __ATOMIC_SEQ_CST);
}

/* Moves @cpu's kick_state from @from to @to. Return: false if it was not @from. */
static bool kick_moves(struct percpu *cpu, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&cpu->kick, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* Makes @target leave the guest, if it is there. A kick already sent, or the IRET of an NMI, also does. */
static void kick(struct percpu *target)
{
	if (is_inside(target) && kick_moves(target, KICK_NONE, KICK_SENT))
		hv_backend()->kick(target);
}

/* A kick not seen by its CPU for a second is lost (an INIT of that CPU discards it) and is sent again. */
static void wait_for(const struct percpu *target)
{
	uint64_t start = rdtsc(), sent = start;

	while (is_inside(target) && __atomic_load_n(&target->flush_wanted, __ATOMIC_SEQ_CST)) {
		uint64_t now = rdtsc();

		if (now - start > SMP_PATIENCE_S * hv.boot->tsc_hz)
			hv_panic("CPU %u does not leave the guest", target->index);
		if (now - sent > hv.boot->tsc_hz) {
			sent = now;
			if (__atomic_load_n(&target->kick, __ATOMIC_SEQ_CST) == KICK_SENT)
				hv_backend()->kick(target);
		}
		cpu_relax();
	}
}

void smp_flush_all(struct percpu *cpu)
{
	hv_backend()->flush(cpu);
	if (hv.boot->cpu_count == 1)
		return;
	spin_lock(&lock);
	cpu->stats.shootdowns++;
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++) {
		struct percpu *target = percpu_of(i);

		if (target == cpu)
			continue;
		__atomic_store_n(&target->flush_wanted, true, __ATOMIC_SEQ_CST);
		kick(target);
	}
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		if (percpu_of(i) != cpu)
			wait_for(percpu_of(i));
	spin_unlock(&lock);
}

bool smp_take_kick(struct percpu *cpu)
{
	return kick_moves(cpu, KICK_SENT, KICK_NONE);
}

bool smp_take_nmi(struct percpu *cpu)
{
	/* Atomic with the answer: a kick is sent before and seen here, or not sent until smp_nmi_over(). */
	return !kick_moves(cpu, KICK_NONE, KICK_HELD) && smp_take_kick(cpu);
}

void smp_nmi_over(struct percpu *cpu)
{
	__atomic_store_n(&cpu->kick, KICK_NONE, __ATOMIC_SEQ_CST);
}

void smp_stop_others(const struct percpu *cpu)
{
	__atomic_store_n(&stopping, true, __ATOMIC_SEQ_CST);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		if (percpu_of(i) != cpu)
			kick(percpu_of(i));
}

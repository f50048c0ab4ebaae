/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Spin locks, and the only definition of the order in which a CPU may hold several. */
#pragma once

#include "arch/x86/insn.h"
#include "core/lock_order.h"

/*
 * A CPU that holds a lock takes only locks further down this list; each rank belongs to one lock. The unit
 * tests check it at run time (tests/unit/hv/mm/lock_order.c). Locks are taken in exit handlers, interrupts
 * off: a CPU that waits for one is out of the guest, and no shoot-down waits for it. A panic takes only
 * LOCK_PRINT, which it breaks first.
 */
enum lock_rank {
	LOCK_UNRANKED,
	LOCK_AGENT,     /* hv_agent_lock: what the agent registered, locking and unlocking */
	LOCK_KBC,       /* core/io.c: what the keyboard controller expects, until the write to it */
	LOCK_ICR,       /* core/ipi.c: from an INIT of the guest until it is noted */
	LOCK_SHOOTDOWN, /* core/smp.c: one shoot-down at a time, until the other CPUs have left the guest */
	LOCK_NESTED,    /* mm/nested.c: the common map, its tables, the page pool */
	LOCK_PATCH,     /* protect/patch.c: kernel text while a change of it is judged and made */
	LOCK_HEARTBEAT, /* protect/heartbeat.c: what was heard from the agent */
	LOCK_EVIDENCE,  /* protect/evidence.c: held-back reads, bursts of patches, the rate of alert lines */
	LOCK_JOURNAL,   /* log/journal.c: the store and all rings; held for a whole dump */
	LOCK_PRINT,     /* log/printk.c: the serial line */
	LOCK_RANKS
};

struct spinlock {
	uint32_t held;
	uint32_t rank; /* enum lock_rank, never changes */
};

/** SPINLOCK() - a free lock of rank LOCK_@name. */
/* clang-format off */
#define SPINLOCK(name) { .rank = LOCK_##name }
/* clang-format on */

static inline void spin_lock(struct spinlock *lock)
{
	lock_order_take(lock->rank);
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			cpu_relax();
}

static inline void spin_unlock(struct spinlock *lock)
{
	lock_order_release(lock->rank);
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

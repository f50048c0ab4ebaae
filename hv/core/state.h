/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * State shared by all CPUs: the machine as the loader described it, what the agent registered, and whether
 * that is locked.
 *
 * State is labelled (here, in core/percpu.h, and in files with their own state) with who accesses it, and
 * under which rule:
 *  (b) set at boot, by the first CPU or by the one that starts; never changes after its first guest entry
 *  (o) the owning CPU only, in its exit handlers
 *  (t) as (o), and the owner's exception and NMI handlers
 *  (c) written by the owning CPU only, in aligned words; others may read an old value
 *  (x) any CPU, atomically
 *  (a) under hv_agent_lock        (s) under the shoot-down's lock     (n) under the nested tables' lock
 *  (e) under the evidence's lock  (j) under the journal's lock        (p) under the serial line's lock
 *  (k) under the keyboard controller's lock   (h) under the heartbeats' lock   (w) under the patches' lock
 *  (d) under the watched data's lock
 * Two labels, as (a, x): written under the first, read under the second. Locks: core/spinlock.h.
 */
#pragma once

#include "abi/bootinfo.h"
#include "core/spinlock.h"
#include "abi/hypercall.h"
#include "protect/ranges.h"
#include "protect/sites.h"
#include "protect/symbols.h"

struct hv_state {
	const struct rw_bootinfo *boot; /* (b) */
	bool registered;                /* (a, x) hv_registered() */
	bool locked;                    /* (a, x) hv_locked() */
	/*
	 * What the agent registered. Fixed from the lock on, until RW_HC_KEXEC forgets it. Read without the
	 * lock after hv_registered() or hv_locked(): a late reader gets an old answer or none, but never
	 * reads out of bounds.
	 */
	struct rw_agent_info agent; /* (a, c) */
	struct ranges ranges;       /* (a, c) */
	struct symbols symbols;     /* (a, c) */
	struct sites sites;         /* (a, c) */
};

extern struct hv_state hv;
extern struct spinlock hv_agent_lock;

/** hv_registered(), hv_locked() - once true, everything written before is visible. Context: any. */
static inline bool hv_registered(void)
{
	return __atomic_load_n(&hv.registered, __ATOMIC_ACQUIRE);
}

static inline bool hv_locked(void)
{
	return __atomic_load_n(&hv.locked, __ATOMIC_ACQUIRE);
}

/** hv_set_registered(), hv_set_locked() - Context: (a). */
static inline void hv_set_registered(bool on)
{
	__atomic_store_n(&hv.registered, on, __ATOMIC_RELEASE);
}

static inline void hv_set_locked(bool on)
{
	__atomic_store_n(&hv.locked, on, __ATOMIC_RELEASE);
}

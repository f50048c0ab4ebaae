/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * What all CPUs share: the machine as the loader described it, the agent's words, and whether they are locked
 * in.
 */
#pragma once

#include "abi/bootinfo.h"
#include "core/spinlock.h"
#include "abi/hypercall.h"
#include "protect/ranges.h"
#include "protect/symbols.h"

struct hv_state {
	const struct rw_bootinfo *boot;
	struct spinlock agent_lock; /* the fields below; from the lock on they change for RW_HC_KEXEC only */
	bool registered;
	bool locked; /* read without a lock */
	struct rw_agent_info agent;
	struct ranges ranges;
	struct symbols symbols;
};

extern struct hv_state hv;

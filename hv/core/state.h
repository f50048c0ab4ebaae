/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What all CPUs share: the machine as the loader described it, the agent's words, and whether they are locked in. */
#ifndef HV_STATE_H
#define HV_STATE_H

#include "bootinfo.h"
#include "core/lock.h"
#include "hypercall.h"
#include "log/intake.h"
#include "policy/ranges.h"
#include "policy/symbols.h"

#include <stdbool.h>

struct hv_state {
	const struct rw_bootinfo *boot;
	struct log_clock clock;
	struct spinlock agent_lock;  /* the fields below, until the lock; then they do not change */
	bool registered;
	bool locked;                 /* set once; read without a lock */
	struct rw_agent_info agent;
	struct ranges ranges;
	struct symbols symbols;
};

extern struct hv_state hv;

#endif

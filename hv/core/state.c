/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What all CPUs share, and where each CPU's own state lies. */
#include "core/state.h"

#include "core/percpu.h"
#include "mm/page_pool.h"

struct hv_state hv;                              /* core/state.h */
struct spinlock hv_agent_lock = SPINLOCK(AGENT); /* (x) */

struct percpu *percpu_of(uint32_t index)
{
	return hv_virt(hv.boot->percpu_phys + (uint64_t)index * RW_PERCPU_SIZE + RW_PERCPU_DATA);
}

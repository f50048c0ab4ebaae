/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Called for each lock that a CPU takes and releases. Empty here; the unit tests check the order. */
#ifndef HV_LOCK_ORDER_H /* not #pragma once: tests/unit/hv/mm/host.h substitutes the check */
#define HV_LOCK_ORDER_H

#include <stdint.h>

/** lock_order_take(), lock_order_release() - @rank: enum lock_rank of core/spinlock.h. */
static inline void lock_order_take(uint32_t rank)
{
	(void)rank;
}

static inline void lock_order_release(uint32_t rank)
{
	(void)rank;
}

#endif

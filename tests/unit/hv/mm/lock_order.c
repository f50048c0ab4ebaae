/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Checks the lock order wherever the sources take locks. */
#include "tests/unit/hv/mm/machine.h"
#include "tests/unit/hv/mm/lock_order.h"

#include "core/spinlock.h"

static uint32_t held; /* one bit per rank */
static unsigned int taken[LOCK_RANKS];

bool lock_order_allows(uint32_t held_ranks, uint32_t rank)
{
	return rank > LOCK_UNRANKED && rank < LOCK_RANKS && !(held_ranks >> rank);
}

void lock_order_take(uint32_t rank)
{
	if (!lock_order_allows(held, rank))
		fail_msg("a lock of rank %u is taken while those of bits %x are held: see core/spinlock.h",
			 rank, held);
	held |= 1u << rank;
	taken[rank]++;
}

void lock_order_release(uint32_t rank)
{
	assert_true(held >> rank & 1 || rank == LOCK_PRINT);
	held &= ~(1u << rank);
}

unsigned int lock_order_taken(uint32_t rank)
{
	return taken[rank];
}

uint32_t lock_order_held(void)
{
	return held;
}

void lock_order_reset(void)
{
	held = 0;
	memset(taken, 0, sizeof(taken));
}

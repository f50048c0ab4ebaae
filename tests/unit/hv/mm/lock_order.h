/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Checks the lock order wherever the sources take locks: replaces hv/core/lock_order.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** lock_order_take() - fail the test if a lock of this or a later rank is held, or if @rank is invalid. */
void lock_order_take(uint32_t rank);

/** lock_order_release() - release a held lock; LOCK_PRINT need not be held, as a panic breaks it. */
void lock_order_release(uint32_t rank);

/** lock_order_allows() - whether a lock of @rank may be taken while @held, one bit per rank, are held. */
bool lock_order_allows(uint32_t held, uint32_t rank);

/** lock_order_taken() - how often @rank was taken since the reset. lock_order_held() - held locks as bits. */
unsigned int lock_order_taken(uint32_t rank);
uint32_t lock_order_held(void);

/** lock_order_reset() - no lock is held: a cmocka set-up calls it. */
void lock_order_reset(void);

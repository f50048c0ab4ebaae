/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The order of locks, checked where the sources take them: in place of hv/core/lock_order.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** lock_order_take() - the test fails if a lock of this or a later rank is held, or if @rank is none. */
void lock_order_take(uint32_t rank);

/** lock_order_release() - of one that is held; LOCK_PRINT, which a panic breaks, may not be. */
void lock_order_release(uint32_t rank);

/** lock_order_allows() - whether a lock of @rank may be taken while those of @held, a bit a rank, are. */
bool lock_order_allows(uint32_t held, uint32_t rank);

/** lock_order_taken() - how often a lock of @rank was taken since the reset. lock_order_held() - as bits. */
unsigned int lock_order_taken(uint32_t rank);
uint32_t lock_order_held(void);

/** lock_order_reset() - none is held: a cmocka set-up calls it. */
void lock_order_reset(void);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Data of the guest that stays writable, but seldom or never changes: named by the agent before the lock,
 * compared with what it was each time that the agent makes itself heard. A change is recorded, not undone.
 */
#pragma once

#include "core/input_error.h"
#include "core/percpu.h"

#define WATCHED_LEN_MAX 256u                                        /* bytes of one area */
#define WATCHED_MAX     (32u + 2u * RW_MAX_CPUS)                    /* areas */
#define WATCHED_BYTES   (16u * WATCHED_LEN_MAX + 32u * RW_MAX_CPUS) /* of all areas together */
#define WATCHED_GAP_NS  10000000ull /* they are not compared more often than this */

/**
 * watched_add() - takes one RW_HC_PROTECT argument whose ranges have the flag RW_RANGE_WATCHED, all of it or
 * nothing.
 * @list: private copy, untrusted
 * @err: set on error, index: number of the entry
 * Context: (a), before the lock. Return: 0; -RW_EINVAL: a field; -RW_EFAULT: not RAM; -RW_ENOSPC.
 */
int watched_add(const struct rw_protect_list *list, struct input_error *err);

/** watched_start() - keeps what the areas hold now, at the lock. Context: (a). */
void watched_start(void);

/**
 * watched_check() - compares all areas. Each that differs makes a record with the bytes around the first
 * difference, and an alert; then what it holds now is kept. Context: an exit handler, without locks.
 */
void watched_check(struct percpu *cpu);

/** watched_forget() - another kernel takes over. Context: (a). */
void watched_forget(void);

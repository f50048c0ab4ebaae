/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Many patches in a short time, as a tracer makes them when it is switched on: one record for all but the
 * first of them. All functions are called under the evidence's lock.
 */
#pragma once

#include "core/percpu.h"

/* Patches of a burst that get records of their own. */
#define PATCH_SINGLES 256u

/* A burst ends this long after its last patch; a longer one gets a record each time this has passed. */
#define PATCH_BURST_GAP_NS 100000000ull
#define PATCH_BURST_MAX_NS 10000000000ull

/* Bytes that a patch of a burst changes at most: those of a call, a jump or a NOP in their place. */
#define PATCH_BURST_BYTES 5u

/* Parts of memory in a record; nearer ones are joined. */
#define PATCH_AREAS 32u

/**
 * patch_burst_take() - decide whether a patch gets a record of its own, and count it if it does not.
 * @e: a finished patch, made on @cpu
 *
 * The first PATCH_SINGLES patches of a burst get records, and so does each one that changes more than
 * PATCH_BURST_BYTES bytes, or that touches a call of the LSM hooks.
 *
 * Context: an exit handler. Return: true: it is counted, and its bytes are recorded nowhere else.
 */
bool patch_burst_take(struct percpu *cpu, const struct evidence *e);

/**
 * patch_burst_tick() - store the record of a burst that is over: at each drain.
 * patch_burst_flush() - store it whether the burst is over or not: at the end of a run.
 */
void patch_burst_tick(struct percpu *cpu);
void patch_burst_flush(struct percpu *cpu);

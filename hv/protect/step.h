/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * A refused access is not decoded: the guest's instruction runs once, on this CPU alone, on a view of memory
 * with copies of the pages that it may not touch. A comparison shows what it did to them; that is discarded
 * (skip), or copied to the real page (the kernel's own patching). So every instruction works, of any length.
 */
#pragma once

#include "core/percpu.h"
#include "protect/step_state.h"

/** step_init() - allocates @cpu's view from the pool. Before the start. Return: 0 or -RW_ENOSPC. */
int step_init(struct percpu *cpu);

/**
 * step_add() - replaces the page of @gpa, which was hit, with a copy, and starts the step if it is not
 * active.
 * Return: 0; -RW_ENOSPC: more than STEP_PAGES pages; -RW_EINVAL: it has a copy already; -RW_EFAULT: not guest
 * RAM.
 */
int step_add(struct percpu *cpu, uint64_t gpa, enum step_kind kind);

/** step_alone() - one instruction in a step without copies: for one that would exit otherwise. */
void step_alone(struct percpu *cpu);

/** step_refresh() - updates an active step's view after a change of the common map. The caller flushes. */
void step_refresh(struct percpu *cpu);

/**
 * step_done() - after RW_EXIT_STEP: arms the next iteration of a repeated instruction, or finishes.
 * step_finish() - ends the step now: compares, copies or discards, stores the record. With @ran false the
 * instruction faults again after this, so nothing is recorded.
 * Return: true if #DB must be injected because the guest single-steps itself.
 */
bool step_done(struct percpu *cpu);
bool step_finish(struct percpu *cpu, bool ran);

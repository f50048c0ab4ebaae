/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The kernel's page tables still map what was locked: the kernel's text and read-only data, the agent, the
 * IDT. The nested tables guard the frames; a kernel that is made to use other frames at the same linear
 * addresses would not notice. So the guest's tables are walked at exits, and compared with what they mapped
 * at the lock.
 */
#pragma once

#include "core/percpu.h"

#define REMAP_GAP_MS 50u /* a CPU's tables are not compared more often than this */

/**
 * remap_lock() - records how the current tables map what is being locked. What they do not map as the agent
 * named it is not compared later. Context: (a), before the lock holds.
 */
void remap_lock(struct percpu *cpu);

/**
 * remap_check() - compares the tables that @cpu uses, if that is due. An entry that leads elsewhere makes a
 * record and an alert; as page_tables says it is put back, and no CPU uses the old one after that.
 * @hypercall: the exit is a hypercall: under page-table isolation, at the agent's, user mode's tables are
 * compared as well
 * Context: an exit handler, without locks.
 */
void remap_check(struct percpu *cpu, bool hypercall);

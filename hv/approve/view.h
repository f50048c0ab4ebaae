/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Only approved code in kernel mode, on a CPU whose nested tables have one execute permission for both
 * modes (no MBEC, no GMET): the configuration's exec_fallback.
 *
 * strict: a map of memory for each mode (enum nested_map). A fetch that the current map refuses and the
 * other mode's allows changes the map, so each entry of the kernel exits, and each return. In user mode's
 * map no approved code is executable: whichever way the CPU leaves ring 3, it arrives at pinned addresses
 * of approved code, and so in the kernel's map. The other ways lead through gates in a descriptor table,
 * which user mode's map therefore has as a copy without any.
 *
 * smep: one map. Memory is data until ring 3 executes it; it then loses write permission, until it is
 * written to and is data again.
 */
#pragma once

#include "core/percpu.h"

/** view_fallback() - enum rw_exec_fallback in force; off where the CPU needs none. Context: after probe(). */
uint32_t view_fallback(void);

/** view_init() - allocates what @cpu needs, before its first entry. Return: 0 or -RW_ENOSPC. */
int view_init(struct percpu *cpu);

/** view_perm() - NPERM_* that the tables need for pages that are to have @perm. */
unsigned int view_perm(unsigned int perm);

/** view_use() - uses @map from the next entry on. No step is active. */
void view_use(struct percpu *cpu, enum nested_map map);

/** view_restart() - the CPU was reset by INIT: it starts in kernel mode. */
void view_restart(struct percpu *cpu);

/** view_release() - before another kernel starts: both maps become the same. The caller flushes every CPU. */
void view_release(void);

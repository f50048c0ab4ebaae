/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Lines about the kernel's own patching: one at once for the first patch of a burst, one for the number that
 * followed. All functions are called under the evidence's lock.
 */
#pragma once

#include "core/percpu.h"

/* A burst ends this long after its last patch, or this long after its first. */
#define PATCH_GAP_NS   100000000ull
#define PATCH_BURST_NS 1000000000ull

/**
 * patch_notice() - reports that @cpu let a patch of @target (a name) through, at @symbol + @off, by the
 * task @who of @pid. The line is printed at once: silencing the agent afterwards does not remove it. Context:
 * an exit handler.
 */
void patch_notice(const struct percpu *cpu, const char *target, const char *symbol, uint64_t off,
		  const char *who, uint32_t pid);

/**
 * patch_notice_tick() - prints the second line if the burst is over: at each drain.
 * patch_notice_flush() - prints it whether the burst is over or not: at the end of a run.
 */
void patch_notice_tick(const struct percpu *cpu);
void patch_notice_flush(void);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Microcode runs below the hypervisor: the level that the firmware has loaded stays. */
#pragma once

#include "core/percpu.h"

/** microcode_init() - the intercept. Before the start. */
void microcode_init(void);

/** microcode_level() - of this CPU; 0 where it does not say. */
uint32_t microcode_level(void);

/**
 * microcode_takes() - whether a write of @value, the linear address of an update, to @msr loads microcode.
 * It is not done then; recorded once before the lock, where a stock kernel with an update in its initial RAM
 * disk does it on each CPU, and once after it. The guest sees the level unchanged, as after an update that
 * the CPU refuses.
 */
bool microcode_takes(struct percpu *cpu, uint32_t msr, uint64_t value);

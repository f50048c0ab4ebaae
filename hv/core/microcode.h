/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Microcode runs below the hypervisor: the revision that the firmware loaded stays. */
#pragma once

#include "core/percpu.h"

/** microcode_init() - requests the intercept. Before the start. */
void microcode_init(void);

/** microcode_level() - this CPU's microcode revision; 0 if it reports none. */
uint32_t microcode_level(void);

/**
 * microcode_takes() - whether a write of @value, the linear address of an update, to @msr loads microcode.
 * If so, the load is suppressed, and recorded once before the lock, where a stock kernel with an update in
 * its initial RAM disk attempts it on each CPU, and once after. The guest sees an unchanged revision, as
 * after an update that the CPU refuses.
 */
bool microcode_takes(struct percpu *cpu, uint32_t msr, uint64_t value);

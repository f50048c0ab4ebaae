/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The one dispatcher: every exit of both backends comes here, decoded. */
#pragma once

#include "core/action.h"

/** exit_dispatch() - handles @x: counts, decides, changes the guest's state. Interrupts are off. */
void exit_dispatch(struct percpu *cpu, struct hv_exit *x);

/** io_init(), msr_init() - ask the backend for the intercepts. Before the start. */
void io_init(void);
void msr_init(void);

/**
 * io_lock() - at the lock, or at the start with watch_resets = start: also intercepts resets through ports
 * CF9, 60, 64 and 92, so that the log is dumped first. This is slow during boot: CF9 lies inside the PCI
 * configuration address, and 64 is polled. 60 counts only after a command that announces it; it is
 * intercepted all the time, because bitmaps in use by CPUs must not change at each command, and a keystroke
 * is rare.
 */
void io_lock(void);

/* Handlers, one per concern. All get untrusted guest state. */
enum hv_action exit_cpuid(struct percpu *cpu);
enum hv_action exit_msr(struct percpu *cpu, const struct hv_exit *x);
enum hv_action exit_xsetbv(struct percpu *cpu);
enum hv_action exit_cr(struct percpu *cpu, struct hv_exit *x);
enum hv_action exit_io(struct percpu *cpu, const struct hv_exit *x);
enum hv_action exit_hypercall(struct percpu *cpu);
enum hv_action exit_nested(struct percpu *cpu, const struct hv_exit *x);

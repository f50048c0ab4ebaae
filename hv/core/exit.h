/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The one dispatcher: every exit of both backends comes here, decoded. */
#pragma once

#include "core/percpu.h"

/* What a handler wants done with the guest; the dispatcher alone does it. */
enum hv_action {
	HV_RESUME,  /* go on at the same instruction (or wherever the handler set RIP) */
	HV_ADVANCE, /* go on behind the instruction */
	HV_INJECT,  /* deliver cpu->to_inject */
	HV_FATAL    /* the hypervisor cannot go on */
};

/* exit_dispatch() - handles @x: counts, decides, changes the guest's state. Called by the backend, interrupts off. */
void exit_dispatch(struct percpu *cpu, struct hv_exit *x);

/* exit_inject() - sets cpu->to_inject to an exception. Return: HV_INJECT, for a handler's return. */
enum hv_action exit_inject(struct percpu *cpu, uint8_t vector, bool has_error, uint32_t error);

/*
 * exit_reset() - the guest ends in what resets a machine, @why: the log leaves, and it is reset.
 * exit_reset_machine() - resets by the chipset's register, else by a triple fault of our own.
 */
void exit_reset(const char *why) __attribute__((noreturn));
void exit_reset_machine(void) __attribute__((noreturn));

/* io_init(), msr_init() - ask the backend for the intercepts. Before the start. */
void io_init(void);
void msr_init(void);

/*
 * io_lock() - at the lock, or at the start with watch_resets = start: resets by port CF9, 64 or 92 are noticed, too, so
 * that the log leaves before. While booting that is slow: CF9 lies inside the PCI configuration address, 64 is polled.
 */
void io_lock(void);

/* Handlers, one for each concern. All get untrusted guest state. */
enum hv_action exit_cpuid(struct percpu *cpu);
enum hv_action exit_msr(struct percpu *cpu, const struct hv_exit *x);
enum hv_action exit_xsetbv(struct percpu *cpu);
enum hv_action exit_cr(struct percpu *cpu, const struct hv_exit *x);
enum hv_action exit_io(struct percpu *cpu, const struct hv_exit *x);
enum hv_action exit_hypercall(struct percpu *cpu);
enum hv_action exit_nested(struct percpu *cpu, const struct hv_exit *x);

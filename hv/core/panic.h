/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The end, when the hypervisor itself cannot continue or is told to stop. */
#pragma once

#include "core/percpu.h"

/* Registers as the exception entry saves them on the stack. */
struct hv_trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/** hv_panic() - prints why, a trace, last exit, guest's registers and the store, and stops. Any context. */
void hv_panic(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/** panic_note_exit() - remembers @x as this CPU's last exit. panic_exit_name() - as in the counters. */
void panic_note_exit(struct percpu *cpu, const struct hv_exit *x);
const char *panic_exit_name(const struct hv_exit *x);

/** panic_trap() - panics on an exception in the hypervisor itself that has no fix-up. */
void panic_trap(struct percpu *cpu, const struct hv_trap_frame *frame) __attribute__((noreturn));

/**
 * hv_stop() - stops the machine for good, as configured (on_violation = stop), after dumping the store.
 * hv_halt_machine() - the run is over and the log is dumped: stops the machine for good.
 */
void hv_stop(const char *reason) __attribute__((noreturn));
void hv_halt_machine(void) __attribute__((noreturn));

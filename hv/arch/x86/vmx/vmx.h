/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Shared among the files of the VMX backend; what is not explained here is as in struct hv_backend. */
#pragma once

#include "arch/x86/backend.h"
#include "arch/x86/segment.h"
#include "arch/x86/vmx/vmcs.h"
#include "core/percpu.h"

/* percpu.backend_flags */
#define VMX_FLUSH    1u /* INVEPT before the next entry */
#define VMX_STEP_STI 2u /* the step has set the STI shadow */

/* entry.asm: vmx_launch() enters the guest for the first time; exits arrive at vmx_exit_entry. */
void vmx_launch(struct percpu *cpu) __attribute__((noreturn));
extern const char vmx_exit_entry[];

/* For entry.asm: vmx_exit() at an exit, registers saved; vmx_entry_failed() after a failed entry. */
void vmx_exit(struct percpu *cpu);
void vmx_entry_failed(struct percpu *cpu) __attribute__((noreturn));

/** vmx_controls_init() - fixes the controls from the capability MSRs. Return: NULL, or what is missing. */
const char *vmx_controls_init(void);
bool vmx_has_exec_modes(void); /* as in struct hv_backend */

/* Write to the current VMCS: controls, with the bitmaps' addresses; guest (from @handoff) and host state. */
void vmx_controls_write(void);
const char *vmx_state_init(struct percpu *cpu, const struct rw_handoff *handoff);

/* msr.c. vmx_bitmaps_init() comes first. Return: NULL or an error line. */
extern uint8_t *vmx_msr_bitmap, *vmx_io_bitmap;
const char *vmx_bitmaps_init(void);
void vmx_io_intercept(uint16_t port, unsigned int count);
void vmx_msr_intercept(uint32_t msr, bool read, bool write);

/* nested.c */
extern const struct nested_format vmx_ept;
uint64_t vmx_eptp(uint64_t root);
void vmx_flush(struct percpu *cpu);

/* state.c */
void vmx_write_segments(const struct segment seg[SEG_COUNT]);
uint64_t vmx_get(struct percpu *cpu, enum guest_reg reg);
void vmx_set(struct percpu *cpu, enum guest_reg reg, uint64_t value);
void vmx_get_tables(struct percpu *cpu, struct segment *table);
void vmx_set_tables(struct percpu *cpu, const struct segment *table);
void vmx_pin(struct percpu *cpu, uint64_t cr0, uint64_t cr4);
void vmx_use_map(struct percpu *cpu);
void vmx_advance(struct percpu *cpu, unsigned int len);
void vmx_inject(struct percpu *cpu, const struct hv_event *event);
void vmx_describe(struct percpu *cpu);

/* start.c, step.c */
void vmx_kick(const struct percpu *target);
void vmx_park(struct percpu *cpu);
void vmx_start_at(struct percpu *cpu, uint8_t vector);
void vmx_step_begin(struct percpu *cpu, uint64_t root_pa);
bool vmx_step_end(struct percpu *cpu);

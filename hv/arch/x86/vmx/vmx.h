/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Between the files of the VMX backend. */
#ifndef HV_VMX_H
#define HV_VMX_H

#include "arch/x86/backend.h"
#include "arch/x86/vmx/vmcs.h"
#include "core/percpu.h"

/* percpu.backend_flags */
#define VMX_FLUSH 1u /* INVEPT before the next entry */

static inline uint64_t vmcs_read(enum vmcs_field field)
{
	uint64_t v;

	__asm__ volatile("vmread %1, %0" : "=rm"(v) : "r"((uint64_t)field) : "cc");
	return v;
}

/* vmcs_write() - panics when the field does not exist: then the hypervisor's own idea of the CPU is wrong. */
void vmcs_write(enum vmcs_field field, uint64_t value);

/* entry.asm. vmx_enter() returns only when VMLAUNCH failed. */
uint64_t vmx_enter(struct percpu *cpu);
extern const char vmx_exit_entry[];

/* vmx_exit() - from entry.asm, GPRs saved: decodes, dispatches, prepares the next entry. */
void vmx_exit(struct percpu *cpu);
/* vmx_resume_failed() - from entry.asm. */
void vmx_resume_failed(struct percpu *cpu) __attribute__((noreturn));

/* vmx_controls_init() - fixes the controls from the capability MSRs. Return: NULL, or what is missing. */
const char *vmx_controls_init(void);
/* vmx_controls_write() - writes controls and bitmaps into the current VMCS. */
void vmx_controls_write(void);

/* vmx_state_init() - writes guest state (from @handoff) and host state into the current VMCS. */
void vmx_state_init(struct percpu *cpu, const struct rw_handoff *handoff);

/* vmx_bitmaps_init() - pages for the MSR and I/O bitmaps. Return: NULL or an error line. */
const char *vmx_bitmaps_init(void);
void vmx_bitmaps_write(void);
void vmx_io_intercept(uint16_t port, unsigned int count);
void vmx_msr_intercept(uint32_t msr, bool read, bool write);

/* nested.c */
uint64_t vmx_ept_leaf(uint64_t pa, unsigned int perm, enum mem_type type, int level);
uint64_t vmx_ept_table(uint64_t pa);
bool vmx_ept_present(uint64_t entry);
bool vmx_ept_is_leaf(uint64_t entry, int level);
uint64_t vmx_ept_pa(uint64_t entry);
unsigned int vmx_ept_perm(uint64_t entry);
bool vmx_has_1g(void);
uint64_t vmx_eptp(uint64_t root);
void vmx_invept(void);
void vmx_flush(struct percpu *cpu);

/* state.c, step.c */
uint64_t vmx_get(struct percpu *cpu, enum guest_reg reg);
void vmx_set(struct percpu *cpu, enum guest_reg reg, uint64_t value);
void vmx_advance(struct percpu *cpu, unsigned int len);
void vmx_inject(struct percpu *cpu, const struct hv_event *event);
void vmx_describe(struct percpu *cpu);
void vmx_write_segment(enum vmx_segment s, uint16_t selector, uint64_t base, uint32_t limit, uint32_t ar);

/* start.c */
void vmx_kick(const struct percpu *target);
void vmx_park(struct percpu *cpu);
void vmx_start_at(struct percpu *cpu, uint8_t vector);
void vmx_step_begin(struct percpu *cpu, uint64_t root_pa);
bool vmx_step_end(struct percpu *cpu);

#endif

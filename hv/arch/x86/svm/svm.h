/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Shared among the files of the SVM backend; what is not explained here is as in struct hv_backend. */
#pragma once

#include "arch/x86/backend.h"
#include "arch/x86/svm/vmcb.h"
#include "core/percpu.h"

/* percpu.backend_flags: what the current step changed or observed. */
#define SVM_STEP_ACTIVE BIT(0)
#define SVM_STEP_TF     BIT(1) /* the guest itself had RFLAGS.TF set */
#define SVM_STEP_SCE    BIT(2) /* the guest has EFER.SCE set */
#define SVM_STEP_BTF    BIT(3) /* the guest had DEBUGCTL.BTF set */
#define SVM_STEP_DONE   BIT(4) /* the instruction has run: its #DB came */

#define SVM_SAVED_DR6 0 /* index in percpu.backend_saved */

#define SVM_ASID 1u /* 0 is the hypervisor's; the next may be that of user mode's map */

/* Optional features of this kind of CPU; set once before the start, .gmet before the nested tables. */
struct svm_features {
	bool gmet;          /* nested tables tell CPL 3 from the others for execution */
	bool next_rip;      /* VMCB.next_rip is written for intercepted instructions */
	bool flush_by_asid; /* VMCB_TLB_FLUSH_ASID exists */
	bool smp;           /* other CPUs kick with NMIs, which are intercepted */
	bool invlpgb;       /* the guest may flush other CPUs' TLBs with INVLPGB: of one ASID */
	bool user_asid;     /* user mode's map has an ASID of its own */
};
extern struct svm_features svm_features;

static inline struct vmcb *svm_vmcb(const struct percpu *cpu)
{
	return cpu->area;
}

/** svm_run() - enters this CPU's guest; each exit calls svm_exit(). Context: GS base is set. */
void svm_run(struct percpu *cpu) __attribute__((noreturn));

/** svm_exit() - handles an exit: decodes, dispatches, prepares the VMCB for VMRUN. Context: GIF is 0. */
void svm_exit(struct percpu *cpu);

/** svm_decode() - fills @x from the VMCB, notes the end of a step. An event of unknown type is a panic. */
void svm_decode(struct percpu *cpu, struct hv_exit *x);

/** svm_decode_event() - decodes EXITINTINFO @info. Return: false: of unknown type, @event is EVENT_NONE. */
bool svm_decode_event(uint64_t info, struct hv_event *event);

/**
 * svm_insn_length() - for CPUs without next-RIP save: length in bytes of the instruction @opcode (of @n
 * bytes) with its prefixes; @n if @code, @count bytes of the guest's, is missing or has changed since it ran.
 */
uint8_t svm_insn_length(const uint8_t *code, size_t count, bool long_mode, const uint8_t *opcode, uint8_t n);

/* msr.c: the permission maps. svm_maps_init() comes first. Return: NULL or an error line. */
extern uint8_t *svm_msrpm, *svm_msrpm_step /* every MSR exits */, *svm_iopm;
const char *svm_maps_init(void);
void svm_io_intercept(uint16_t port, unsigned int count);
void svm_msr_intercept(uint32_t msr, bool read, bool write);

/* state.c */
uint64_t svm_get(struct percpu *cpu, enum guest_reg reg);
void svm_set(struct percpu *cpu, enum guest_reg reg, uint64_t value);
void svm_get_tables(struct percpu *cpu, struct segment *table);
void svm_set_tables(struct percpu *cpu, const struct segment *table);
void svm_advance(struct percpu *cpu, unsigned int len);
void svm_inject(struct percpu *cpu, const struct hv_event *event);
void svm_use_map(struct percpu *cpu);
void svm_flush(struct percpu *cpu);
void svm_describe(struct percpu *cpu);

/* step.c: single steps, and the intercepts and tables in force outside of one. */
void svm_steady_intercepts(struct percpu *cpu);
void svm_pin(struct percpu *cpu, uint64_t cr0, uint64_t cr4);
void svm_pass_nmi(struct percpu *cpu);
void svm_steady(struct percpu *cpu);
bool svm_btf(void); /* the guest traps branches only */
void svm_step_begin(struct percpu *cpu, uint64_t root_pa);
bool svm_step_trapped(const struct percpu *cpu); /* after a #DB: it ends the current step */
bool svm_step_end(struct percpu *cpu);

/* start.c */
const char *svm_trampoline_init(uint64_t page);
void svm_kick(const struct percpu *target);
void svm_drop_nmi(struct percpu *cpu);
void svm_park(struct percpu *cpu) __attribute__((noreturn));

/* nested.c */
extern const struct nested_format svm_npt;

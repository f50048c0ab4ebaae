/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Per-CPU state of the hypervisor. Lies at RW_PERCPU_DATA of the CPU's area; GS base points at it. */
#pragma once

#include "approve/view_state.h"
#include "arch/x86/backend.h"
#include "abi/bootinfo.h"
#include "protect/pin_state.h"
#include "protect/heartbeat_state.h"
#include "protect/step_state.h"
#include "log/intake.h"
#include "abi/record.h"
#include "abi/stats.h"

#define HV_GDT_ENTRIES 8

struct hv_tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, iomap;
} __attribute__((packed));
_Static_assert(sizeof(struct hv_tss) == 104, "64-bit TSS: Intel SDM volume 3, \"64-Bit Task State Segment\"");

/* A kick is an INIT (VMX) or NMI (SVM) with which another CPU makes this one leave the guest: core/smp.h. */
enum kick_state {
	KICK_NONE,
	KICK_SENT, /* one is pending: a second could be taken for the guest's own */
	KICK_HELD  /* SVM: the guest is handling its own NMI; no NMI exits before its IRET, which exits */
};

/* Labels: core/state.h. A CPU that restarts after INIT (SVM) rewrites its (b) fields with what they hold. */
struct percpu {
	struct percpu *self;   /* (b) 0x00: for assembly */
	struct hv_gprs gprs;   /* (o) 0x08 */
	uint64_t backend_area; /* (b) 0x88: for assembly: SVM: physical address of the VMCB */
	uint64_t backend_host; /* (b) 0x90: for assembly: SVM: physical address of VMLOAD's host state */
	uint64_t fault_fixup;  /* (t) 0x98: RIP to resume at after the next exception; 0: panic */
	uint32_t index;        /* (b) */
	uint32_t apic_id;      /* (b) */
	uint64_t gdt[HV_GDT_ENTRIES] __attribute__((aligned(16))); /* (b) */
	struct hv_tss tss __attribute__((aligned(16)));            /* (b) */
	void *area;                /* (b) VMCS or VMCB, whose contents are (o) */
	void *host_area;           /* (b) VMXON region, or SVM host save area */
	uint64_t host_area_pa;     /* (b) */
	struct hv_event to_inject; /* (o) */
	struct step_state step;    /* (o) */
	struct pin_state pin;      /* (o); phase and since (c, x) */
	struct view_state view;    /* (o) */
	struct evidence held;      /* (e) last record, and the accesses that repeat or continue it */
	uint64_t patch_stack;      /* (o) kernel stack of the last patch: evidence.c */
	uint64_t patch_ns;         /* (o) when it was made */
	uint64_t exit_tsc;         /* (o) TSC at the last exit */
	uint64_t guest_gs;         /* (o) GS base of the guest's kernel: core/hypercall.c */
	uint64_t tsc_bias;         /* (c) how far the guest has moved this CPU's TSC */
	uint64_t spurious_gpa;     /* (o) core/fault.c */
	uint32_t spurious_count;   /* (o) */
	bool in_guest;             /* (x) may use nested translations: core/smp.h, as the next three */
	bool flush_wanted;         /* (x) flush before the next entry */
	uint32_t kick;             /* (x) enum kick_state */
	bool parked;               /* (x) waits for SIPI: core/ap_park.h */
	bool judge;                /* (x) another CPU has locked since this one's last exit: core/ap_park.h */
	bool starting;             /* (o) the last exit was SIPI */
	bool dropping_nmi;    /* (t) svm_drop_nmi() is taking a kick's NMI, or the CPU waits for its INIT */
	bool machine_check;   /* (t) came in the hypervisor: goes to the guest at the next entry */
	uint32_t sipi_vector; /* (x) SVM: where the guest wants this CPU to start; set before the SIPI */
	uint32_t panicking;   /* (t) */
	bool guest_entered;   /* (b) */
	uint64_t backend_saved[4];  /* (o) backend's own: what step_begin() changed */
	uint32_t backend_flags;     /* (o) backend's own */
	uint64_t remap_tsc;         /* (o) exit_tsc when page tables were compared: approve/remap.h */
	struct heartbeat heartbeat; /* (h); when it was checked for (o) */
	struct rw_cpu_stats stats;  /* (c); records, bytes, lost and malformed (j, c) */
	struct log_ring ring;       /* (j) */
};

#define PERCPU_OFF_FIXUP 0x98
_Static_assert(offsetof(struct percpu, gprs) == 0x08, "gpr.inc");
_Static_assert(offsetof(struct percpu, backend_area) == 0x88, "gpr.inc");
_Static_assert(offsetof(struct percpu, backend_host) == 0x90, "gpr.inc");
_Static_assert(offsetof(struct percpu, fault_fixup) == PERCPU_OFF_FIXUP, "gpr.inc");
_Static_assert(sizeof(struct percpu) <= RW_PERCPU_SIZE - RW_PERCPU_DATA, "fits its area");

/** percpu_this() - the state of the current CPU. After GS base is set. */
static inline struct percpu *percpu_this(void)
{
	struct percpu *cpu;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/** percpu_of() - the state of any CPU, by its index. */
struct percpu *percpu_of(uint32_t index);

/** greg() - the guest's register @reg, through the backend's get(). */
static inline uint64_t greg(struct percpu *cpu, enum guest_reg reg)
{
	return hv_backend()->get(cpu, reg);
}

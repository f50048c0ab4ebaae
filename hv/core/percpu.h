/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the hypervisor keeps for each CPU. Lies at RW_PERCPU_DATA of the CPU's area; GS base points at it. */
#pragma once

#include "arch/x86/backend.h"
#include "abi/bootinfo.h"
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

struct percpu {
	struct percpu *self;   /* 0x00: for assembly */
	struct hv_gprs gprs;   /* 0x08 */
	uint64_t backend_area; /* 0x88: for assembly: SVM: physical address of the VMCB */
	uint64_t backend_host; /* 0x90: for assembly: SVM: physical address of the host state for VMLOAD */
	uint64_t fault_fixup;  /* 0x98: RIP to go on at when the next exception comes; 0: panic */
	uint32_t index, apic_id;
	uint64_t gdt[HV_GDT_ENTRIES] __attribute__((aligned(16)));
	struct hv_tss tss __attribute__((aligned(16)));
	void *area;      /* VMCS or VMCB */
	void *host_area; /* VMXON region, or SVM host save area */
	uint64_t host_area_pa;
	struct hv_event to_inject;
	struct step_state step;
	/* last record, and reads that run on from it: see evidence_record() */
	struct evidence held_read;
	uint64_t exit_tsc; /* at the last exit */
	uint64_t tsc_bias; /* by how much the guest has moved this CPU's TSC */
	uint64_t spurious_gpa;
	uint32_t spurious_count;
	/* core/smp.h; written by other CPUs, too */
	bool in_guest;     /* may be using nested translations */
	bool flush_wanted; /* before the next entry */
	bool kicked;       /* an INIT or NMI of ours is on its way */
	bool parked;       /* waits for SIPI */
	bool starting;     /* SIPI was its last exit */
	bool dropping_nmi;
	bool machine_check;   /* came while the hypervisor ran: the guest's, at the next entry */
	uint32_t sipi_vector; /* SVM: where the guest wants it to start */
	uint32_t panicking;
	bool guest_entered;
	uint64_t backend_saved[4]; /* backend's own: what step_begin() changed */
	uint32_t backend_flags;
	struct rw_cpu_stats stats;
	struct log_ring ring;
};

#define PERCPU_OFF_FIXUP 0x98
_Static_assert(offsetof(struct percpu, gprs) == 0x08, "gpr.inc");
_Static_assert(offsetof(struct percpu, backend_area) == 0x88, "gpr.inc");
_Static_assert(offsetof(struct percpu, backend_host) == 0x90, "gpr.inc");
_Static_assert(offsetof(struct percpu, fault_fixup) == PERCPU_OFF_FIXUP, "gpr.inc");
_Static_assert(sizeof(struct percpu) <= RW_PERCPU_SIZE - RW_PERCPU_DATA, "fits its area");

/* percpu_this() - of the CPU that runs this. After GS base is set. */
static inline struct percpu *percpu_this(void)
{
	struct percpu *cpu;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/* percpu_of() - of any CPU, by its index. */
struct percpu *percpu_of(uint32_t index);

/* greg() - the guest's register @reg, by the backend's get(). */
static inline uint64_t greg(struct percpu *cpu, enum guest_reg reg)
{
	return hv_backend()->get(cpu, reg);
}

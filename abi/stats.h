/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's counters: the agent gets them by hypercall, rwlog and rwrun in stats frames. */
#pragma once

#include "abi/store.h"

/* Why the hypervisor was entered, for both backends. */
enum rw_exit_reason {
	RW_EXIT_CPUID,
	RW_EXIT_MSR_READ,
	RW_EXIT_MSR_WRITE,
	RW_EXIT_CR,
	RW_EXIT_XSETBV,
	RW_EXIT_IO,
	RW_EXIT_HYPERCALL,
	RW_EXIT_VIRT_INSN,  /* the guest's VMX or SVM instruction */
	RW_EXIT_CACHE_INSN, /* INVD, WBINVD where it must exit */
	RW_EXIT_NESTED,     /* EPT violation, nested page fault */
	RW_EXIT_STEP,       /* end of a single step: monitor trap flag, #DB */
	RW_EXIT_EXCEPTION,
	RW_EXIT_INTERRUPT,
	RW_EXIT_NMI,
	RW_EXIT_INIT,
	RW_EXIT_SIPI,
	RW_EXIT_SHUTDOWN,    /* triple fault */
	RW_EXIT_TASK_SWITCH, /* by a 32-bit TSS: not supported */
	RW_EXIT_OTHER,
	RW_EXIT_COUNT
};
/* clang-format off */
#define RW_EXIT_NAMES \
	{ "cpuid", "msr_read", "msr_write", "cr", "xsetbv", "io", "hypercall", "virt_insn", "cache_insn", \
	  "nested", "step", "exception", "interrupt", "nmi", "init", "sipi", "shutdown", "task_switch", "other" }
/* clang-format on */

/* Counters of one CPU since the hypervisor's start. Payload of a stats frame: one per CPU. */
struct rw_cpu_stats {
	uint32_t cpu;
	uint32_t apic_id;
	uint64_t exits[RW_EXIT_COUNT];
	uint64_t hv_cycles;     /* TSC cycles spent in the hypervisor */
	uint64_t records;       /* moved into the store from this CPU */
	uint64_t bytes;         /* of these records */
	uint64_t lost;          /* records the agent could not put into its ring */
	uint64_t malformed;     /* ring contents refused */
	uint64_t violations;    /* accesses refused */
	uint64_t patches;       /* writes of the kernel's own patching, let through */
	uint64_t refused_calls; /* hypercalls answered with an error */
	uint64_t shootdowns;    /* flushes of nested translations requested from other CPUs */
};
RW_ASSERT_SIZE(struct rw_cpu_stats, 8 + 8 * RW_EXIT_COUNT + 9 * 8);

/*
 * The counters that are not exits, each 64 bits wide: their names in output, in the order shown.
 */
struct rw_counter_field {
	const char *name;
	size_t off;
};
/* clang-format off */
#define RW_COUNTER_FIELDS \
	{ { "hv_cycles", offsetof(struct rw_cpu_stats, hv_cycles) }, \
	  { "records", offsetof(struct rw_cpu_stats, records) }, \
	  { "bytes", offsetof(struct rw_cpu_stats, bytes) }, \
	  { "lost", offsetof(struct rw_cpu_stats, lost) }, \
	  { "malformed", offsetof(struct rw_cpu_stats, malformed) }, \
	  { "violations", offsetof(struct rw_cpu_stats, violations) }, \
	  { "patches", offsetof(struct rw_cpu_stats, patches) }, \
	  { "refused_calls", offsetof(struct rw_cpu_stats, refused_calls) }, \
	  { "shootdowns", offsetof(struct rw_cpu_stats, shootdowns) } }
/* clang-format on */

/* A class's part of the store. */
struct rw_class_usage {
	uint64_t used;    /* bytes of live records */
	uint64_t evicted; /* records evicted */
};

/*
 * rw_status.code: without the first three new kernel code is not stopped, by configuration or as the CPU
 * cannot. The others say which modules the configuration wants: if not the hypervisor, the agent refuses the
 * rest.
 */
#define RW_CODE_ACTIVE           1u /* from the lock on only approved pages run in kernel mode */
#define RW_CODE_AUDIT            2u /* others run, too, and are recorded */
#define RW_CODE_JIT_OFF          4u /* the agent turns the BPF JIT off */
#define RW_CODE_MODULES_NONE     8u
#define RW_CODE_MODULES_APPROVED 16u /* those whose SHA-256 is in the policy area: abi/approved.h */
#define RW_CODE_IN_PART          32u /* but for what user mode has executed: exec_fallback = smep */

/* Answer of RW_HC_STATUS. */
struct rw_status {
	uint32_t abi_version;
	uint32_t cpus;                      /* that run under the hypervisor */
	uint32_t locked;                    /* 1 after the lock */
	uint32_t backend;                   /* 0 VMX/EPT, 1 SVM/NPT */
	uint32_t ranges;                    /* named by the agent */
	uint32_t on_violation;              /* 0 skip, 1 fault, 2 stop */
	uint64_t protected_pages;           /* of 4 KiB, read-only for the guest */
	uint64_t pages_by_kind[RW_TARGETS]; /* by enum rw_target; objects counted in bytes/4096 rounded up */
	uint64_t store_bytes;               /* capacity */
	uint64_t store_used;                /* bytes of live records */
	uint64_t store_first;               /* oldest sequence number held */
	uint64_t store_next;                /* next sequence number */
	uint64_t evicted;                   /* records evicted */
	uint64_t symbols;                   /* names held */
	uint64_t uptime_ns;                 /* of the hypervisor */
	uint32_t kexec;                     /* 0 refuse, 1 allow */
	uint32_t code;                      /* RW_CODE_* */
	uint8_t boot_id[16];                /* as the store's header has it: it names the log */
	struct rw_class_usage by_class[RW_STORE_CLASSES]; /* by enum rw_class */
};
RW_ASSERT_SIZE(struct rw_status, 24 + 8 + 8 * RW_TARGETS + 56 + 8 + 16 + 16 * RW_STORE_CLASSES);

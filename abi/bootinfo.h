/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * What boot/ hands to hv/: memory, machine, configuration; and the page tables that boot/ builds for it.
 *
 * boot/ reserves one physically contiguous, 2 MiB aligned region (EfiReservedMemoryType) and lays it out as
 *
 *     image      hv's ELF segments, in order, page by page
 *     bootinfo   struct rw_bootinfo
 *     tables     page tables of the hypervisor itself
 *     percpu     RW_PERCPU_SIZE for each CPU
 *     pool       pages that hv hands out at start (nested page tables, VMCS, bitmaps)
 *     policy     abi/policy.h: what the agent is to do; the guest can read these pages, and only these
 *     sites      RW_SITES_SIZE: where the kernel patches itself, given by the agent
 *     symbols    RW_SYMBOLS_SIZE: names given by the agent
 *     pages      RW_PAGE_STATE_BYTES for each page of RAM: what the page is
 *     store      RW_STORE_HDR_SIZE + blocks
 *
 * Virtual addresses of the hypervisor (its own CR3; four-level paging):
 *
 *     RW_HV_LINK    image, each ELF segment with its own permissions, W^X
 *     RW_HV_REGION  region from bootinfo on: virtual = RW_HV_REGION + (physical - region_phys), RW, NX;
 *                   the image is not mapped here, nor are the guard pages of the per-CPU areas
 *     RW_HV_GUEST   all other physical memory: virtual = RW_HV_GUEST + physical, RW, NX, without the region
 *     lower half    the loader's own code, identity mapped, RX, for the entry; hv removes it on the last CPU
 */
#pragma once

#include "abi/types.h"

#define RW_BOOTINFO_MAGIC   0x42575752u /* "RWWB" */
#define RW_BOOTINFO_VERSION 4u

#define RW_HV_LINK   0xffffffff80000000ull
#define RW_HV_REGION 0xffffff0000000000ull
#define RW_HV_GUEST  0xffff800000000000ull

#define RW_MAX_CPUS     64u
#define RW_MAX_RANGES   512u
#define RW_SYMBOLS_SIZE (4u << 20)
#define RW_SITES_SIZE   (1u << 20)
/* Per page of RAM: under 0.1 % of it. Three for the page, the rest for the ranges that the agent names. */
#define RW_PAGE_STATE_BYTES 4u
#define RW_PAGE_STATE_MIN   (80u << 10) /* for those, in a small machine */
#define RW_EXIT_PORTS       4u          /* as many as QEMU's isa-debug-exit has */

/* A CPU's area: guard pages are not mapped. */
#define RW_PERCPU_GUARD0    0x0000u
#define RW_PERCPU_STACK     0x1000u /* 16 KiB, grows down from RW_PERCPU_STACK_TOP */
#define RW_PERCPU_STACK_TOP 0x5000u
#define RW_PERCPU_GUARD1    0x5000u
#define RW_PERCPU_DF        0x6000u /* 4 KiB: double fault, machine check */
#define RW_PERCPU_DF_TOP    0x7000u
#define RW_PERCPU_GUARD2    0x7000u
#define RW_PERCPU_NMI       0x8000u /* 4 KiB: NMI */
#define RW_PERCPU_NMI_TOP   0x9000u
#define RW_PERCPU_GUARD3    0x9000u
#define RW_PERCPU_DATA      0xa000u /* struct percpu of hv/ */
#define RW_PERCPU_SIZE      0x10000u

/* rw_settings.on_violation */
enum rw_on_violation {
	RW_ON_VIOLATION_SKIP = 0,
	RW_ON_VIOLATION_FAULT = 1,
	RW_ON_VIOLATION_STOP = 2
};

/*
 * rw_settings.kexec, rw_status.kexec: whether a locked kernel may start another one.
 */
enum rw_kexec {
	RW_KEXEC_REFUSE = 0,
	RW_KEXEC_ALLOW = 1
};

/*
 * rw_settings.control_state: what happens to a change of the control state that is pinned at the lock.
 */
enum rw_control_state {
	RW_CONTROL_ENFORCE = 0, /* refused and recorded */
	RW_CONTROL_AUDIT = 1,   /* recorded and carried out */
	RW_CONTROL_OFF = 2      /* not watched */
};

/* rw_settings.kernel_code: what becomes of code that nobody approved, when it runs in kernel mode. */
enum rw_kernel_code {
	RW_KERNEL_CODE_ENFORCE = 0,
	RW_KERNEL_CODE_AUDIT = 1, /* it runs, and its first time is recorded */
	RW_KERNEL_CODE_OFF = 2
};

/* rw_settings.exec_fallback: how that is done where nested tables do not tell kernel mode from user mode. */
enum rw_exec_fallback {
	RW_EXEC_FALLBACK_OFF = 0, /* not at all */
	RW_EXEC_FALLBACK_STRICT =
		1,                /* a map of memory for each mode: two exits for each entry of the kernel */
	RW_EXEC_FALLBACK_SMEP = 2 /* memory is code or data, by what was last done with it */
};

/* rw_settings.modules: which modules are approved after the lock. */
enum rw_modules {
	RW_MODULES_ANY = 0,
	RW_MODULES_NONE = 1,
	RW_MODULES_APPROVED = 2 /* those whose file approved.conf lists */
};

/* rw_settings.dynamic_code: code in the kernel's area for modules that nobody approved. */
enum rw_dynamic_code {
	RW_DYNAMIC_CODE_AUDIT = 0,
	RW_DYNAMIC_CODE_DENY = 1
};

/* rw_settings.bpf_jit */
enum rw_bpf_jit {
	RW_BPF_JIT_DENY = 0,           /* the agent turns it off before the lock */
	RW_BPF_JIT_APPROVE_AT_LOCK = 1 /* it stays on; what it makes after the lock is dynamic code */
};

/* rw_settings.on_agent_loss */
enum rw_on_agent_loss {
	RW_ON_AGENT_LOSS_RECORD = 0,
	RW_ON_AGENT_LOSS_STOP = 1
};

/* rw_settings.patches: what happens to a patch of kernel text that the agent's sites do not allow. */
enum rw_patches {
	RW_PATCHES_VERIFY = 0, /* it is refused */
	RW_PATCHES_RECORD = 1  /* it is made, and recorded like the others */
};

/* rw_settings.kprobes: whether kprobes may be placed elsewhere than where functions can be traced. */
enum rw_kprobes {
	RW_KPROBES_DENY = 0,
	RW_KPROBES_ALLOW = 1
};

/* rw_settings.page_tables: what becomes of page tables that no longer map locked memory as at the lock. */
enum rw_page_tables {
	RW_PAGE_TABLES_ENFORCE = 0, /* the entry is put back, and recorded */
	RW_PAGE_TABLES_AUDIT = 1,   /* recorded */
	RW_PAGE_TABLES_OFF = 2      /* not compared */
};

/* Configuration that the loader only passes on. */
struct rw_settings {
	uint32_t on_violation;  /* enum rw_on_violation */
	uint32_t kexec;         /* enum rw_kexec */
	uint32_t on_agent_loss; /* enum rw_on_agent_loss */
	uint32_t control_state; /* enum rw_control_state */
	uint32_t kernel_code;   /* enum rw_kernel_code */
	uint32_t exec_fallback; /* enum rw_exec_fallback */
	uint32_t modules;       /* enum rw_modules */
	uint32_t dynamic_code;  /* enum rw_dynamic_code */
	uint32_t bpf_jit;       /* enum rw_bpf_jit */
	uint32_t patches;       /* enum rw_patches */
	uint32_t kprobes;       /* enum rw_kprobes */
	uint32_t page_tables;   /* enum rw_page_tables */
};

/* A piece of guest RAM: what the hypervisor may read and write for the guest. */
struct rw_mem_range {
	uint64_t base; /* page-aligned */
	uint64_t size; /* bytes, page-aligned */
};

struct rw_bootinfo {
	uint32_t magic;
	uint32_t version;
	uint64_t size; /* of this structure */

	/* The region and its parts: physical addresses, bytes, all page-aligned. */
	uint64_t region_phys, region_size; /* 2 MiB aligned */
	uint64_t image_phys, image_size;
	uint64_t bootinfo_phys;
	uint64_t tables_phys, tables_size; /* tables_phys is the PML4 */
	uint64_t percpu_phys;
	uint64_t pool_phys, pool_size;
	uint64_t policy_phys, policy_size; /* whole pages that hold nothing else */
	uint64_t sites_phys, sites_size;
	uint64_t symbols_phys, symbols_size;
	uint64_t pages_phys, pages_size;
	uint64_t store_phys, store_size;
	/* a page below 640 KiB, outside the region, for CPUs reset by INIT; 0: none */
	uint64_t trampoline_phys;

	/* The machine. */
	uint64_t ram_top;    /* end of the highest RAM */
	uint64_t mapped_top; /* end of RW_HV_GUEST: everything below is mapped there; at least 4 GiB */
	uint64_t mem_top;    /* end of all memory and MMIO known to the firmware, at least 4 GiB */
	uint64_t tsc_hz;
	uint64_t tsc_start;  /* TSC at boot_epoch */
	uint64_t boot_epoch; /* seconds since 1970 UTC; 0: the firmware's clock does not work */
	uint8_t boot_id[16]; /* random */
	uint32_t cpu_count;
	uint32_t apic_id[RW_MAX_CPUS];
	uint32_t range_count;                   /* in ram */
	struct rw_mem_range ram[RW_MAX_RANGES]; /* ascending, disjoint; hv's region is not in it */

	/* From ACPI's FADT; a port is 0 if there is none or it is not an I/O port. */
	/* PM1 control registers: SLP_EN written here ends the run, or is refused */
	uint16_t pm1a_cnt, pm1b_cnt;
	uint16_t reset_port; /* RESET_REG */
	uint8_t reset_value;
	/* bit for each SLP_TYP that ends the run; the others are refused */
	uint8_t pm1a_off_types, pm1b_off_types;
	uint8_t reserved0[7];

	/* Configuration. */
	uint16_t serial_port; /* I/O base of the hypervisor's own UART; 0: none */
	uint16_t exit_port;   /* a write to one of RW_EXIT_PORTS from here ends the run; 0: none */
	uint32_t serial_baud;
	uint32_t agent; /* 1: signature leaf and hypercalls answer */
	/* 1: watch the ports that reset the machine from the start, not only after the lock */
	uint32_t watch_resets;
	struct rw_settings settings;
};

#define RW_HANDOFF_ERROR_LEN 160u

/*
 * A CPU's firmware context at the handoff: the guest resumes with it. boot/ fills it in its own memory;
 * hv reads it through RW_HV_GUEST. Assembly on both sides uses the offsets.
 */
struct rw_handoff {
	uint64_t rip;        /* 0x00: where the guest resumes, with RAX = 0 and RSP = rsp */
	uint64_t rsp;        /* 0x08: the loader has saved all other registers on its stack */
	uint64_t rflags;     /* 0x10 */
	uint64_t cr0;        /* 0x18 */
	uint64_t cr3;        /* 0x20 */
	uint64_t cr4;        /* 0x28 */
	uint64_t efer;       /* 0x30 */
	uint16_t gdtr_limit; /* 0x38: as SGDT stores it: limit, then base */
	uint8_t gdtr_base[8];
	uint8_t pad0[6];
	uint16_t idtr_limit; /* 0x48 */
	uint8_t idtr_base[8];
	uint8_t pad1[6];
	uint16_t cs, ss, ds, es, fs, gs, tr, ldtr; /* 0x58 */
	uint64_t fs_base;                          /* 0x68 */
	uint64_t gs_base;                          /* 0x70 */
	char error[RW_HANDOFF_ERROR_LEN];          /* 0x78: if hv returns, the reason, NUL-terminated */
};
RW_ASSERT_OFFSET(struct rw_handoff, gdtr_limit, 0x38);
RW_ASSERT_OFFSET(struct rw_handoff, idtr_limit, 0x48);
RW_ASSERT_OFFSET(struct rw_handoff, cs, 0x58);
RW_ASSERT_OFFSET(struct rw_handoff, fs_base, 0x68);
RW_ASSERT_OFFSET(struct rw_handoff, error, 0x78);

/*
 * The entry, one CPU at a time, the boot CPU (index 0) last, with interrupts off: the loader fills
 * struct rw_handoff, loads CR3 with tables_phys (CR4.PCIDE is off, CR4.LA57 is off, EFER.NXE is set first),
 * sets RSP to the CPU's RW_PERCPU_STACK_TOP in RW_HV_REGION and jumps to the image's ELF entry with
 *     RDI = virtual address of struct rw_bootinfo (RW_HV_REGION)
 *     RSI = index of this CPU, from 0
 *     RDX = virtual address of struct rw_handoff (RW_HV_GUEST)
 *     RCX = physical address (identity mapped) of the loader's error return
 * On success hv never returns: the CPU continues as a guest at handoff.rip. On failure hv restores CR0, CR4
 * and EFER as they were at the entry and jumps to the address in RCX with error set; the loader's code there
 * loads its own CR3 and RSP (address of the handoff in RDX, minus RW_HV_GUEST), GDT, IDT and segments, and
 * reports.
 */

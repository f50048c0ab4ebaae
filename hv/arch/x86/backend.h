/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The interface between the core and a backend (VMX/EPT, SVM/NPT): a third can be written from this page
 * alone. At an exit, the backend's assembly saves the guest's general registers into cpu->gprs; its C code
 * decodes the vendor's exit information into a struct hv_exit, calls exit_dispatch(), and resumes the guest.
 * A backend decides nothing about the guest.
 */
#pragma once

#include "arch/x86/regs.h"
#include "abi/stats.h"

#include <stdbool.h>
#include <stdint.h>

struct percpu;
struct rw_handoff;
struct segment;

/* The guest's general registers, in the order of entry.asm (gpr.inc). rsp is not live here: use GREG_RSP. */
struct hv_gprs {
	uint64_t rax, rcx, rdx, rbx, unused_rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15;
};

/* Guest state in the VMCS or VMCB, as the guest sees it. From CS_LONG on: read only. */
enum guest_reg {
	GREG_RIP,
	GREG_RSP,
	GREG_RFLAGS,
	GREG_CR0,
	GREG_CR2, /* set only while handling an exit, for an injected #PF */
	GREG_CR3,
	GREG_CR4,
	GREG_EFER,
	GREG_CS_BASE,
	/* where system calls lead; consecutive, as the numbers of the MSRs are */
	GREG_STAR,
	GREG_LSTAR,
	GREG_CSTAR,
	GREG_SFMASK,
	GREG_SYSENTER_CS,
	GREG_SYSENTER_ESP,
	GREG_SYSENTER_EIP,
	GREG_CS_LONG, /* 1 if CS.L is set and the CPU is in long mode */
	GREG_CPL,
	GREG_FS_BASE,
	GREG_GS_BASE,
	GREG_KERNEL_GS_BASE, /* what SWAPGS would load */
	GREG_DR7,
	GREG_COUNT
};

/* An event to inject into the guest, or one whose delivery an exit interrupted. */
enum hv_event_type {
	EVENT_NONE,
	EVENT_INTR,
	EVENT_NMI,
	EVENT_EXCEPTION,
	EVENT_SOFT
};
struct hv_event {
	enum hv_event_type type;
	uint8_t vector;
	bool has_error;
	uint32_t error;
};

#define HV_TABLES 0xffu

/* Access bits of a nested fault. */
#define NACC_READ  1u
#define NACC_WRITE 2u
#define NACC_EXEC  4u

/* A decoded exit, in the same form for both vendors. */
struct hv_exit {
	enum rw_exit_reason reason;
	uint64_t raw;            /* the vendor's exit reason or code, for messages */
	uint64_t info[2];        /* exit qualification and 0; EXITINFO1 and EXITINFO2 */
	uint8_t insn_len;        /* bytes to ADVANCE over; 0: not an instruction's exit, or not known */
	struct hv_event pending; /* event whose delivery this exit interrupted */
	union {
		struct {
			uint64_t gpa, gva; /* gva: guest-linear address, if gva_valid */
			/* walk: the CPU itself accessed the guest's page tables */
			bool gva_valid, walk;
			uint8_t access; /* NACC_* */
			bool misconfig; /* an error in the hypervisor's tables: a reserved bit or the like */
		} nested;
		struct {
			uint16_t port;
			uint8_t size; /* 1, 2, 4 */
			bool in, string, rep;
		} io;
		struct {
			uint8_t cr;     /* 0, 4; HV_TABLES: the registers of descriptor tables */
			bool known;     /* value and insn_len are; else the core reads the code */
			uint64_t value; /* what the guest wants to write */
		} cr;
		struct {
			uint8_t vector;
			bool has_error;
			uint32_t error;
			uint64_t cr2; /* for #PF */
		} exception;
		struct {
			uint8_t vector;
		} sipi;
	};
};

/*
 * Format of nested tables. Levels: 1 is 4 KiB, 2 2 MiB, 3 1 GiB, 4 the root; @perm 0 is not present.
 * Execution in kernel mode (XS) and in user mode (XU) differ for the CPU only where has_exec_modes() says so:
 * elsewhere XS decides for both, and XU is only kept. With GMET, XS includes XU.
 */
#define NPERM_R   1u
#define NPERM_W   2u
#define NPERM_XS  4u
#define NPERM_XU  0x400u
#define NPERM_X   (NPERM_XS | NPERM_XU)
#define NPERM_RWX (NPERM_R | NPERM_W | NPERM_X)
struct nested_format {
	uint64_t (*leaf)(uint64_t pa, unsigned int perm, enum mem_type type, int level);
	uint64_t (*table)(uint64_t pa);
	bool (*present)(uint64_t entry);
	bool (*is_leaf)(uint64_t entry, int level); /* for a present entry; true for every entry at level 1 */
	uint64_t (*pa)(uint64_t entry);
	unsigned int (*perm)(uint64_t entry);
	/* without exec modes: the present leaf @entry, executable if it has one of the permissions @by */
	uint64_t (*exec)(uint64_t entry, unsigned int by);
	bool types; /* entries carry memory types that must follow the MTRRs (EPT); else always WB (NPT) */
};

/* For is_leaf and pa of struct nested_format: these bits are in the same places in both vendors' formats. */
static inline bool entry_is_leaf(uint64_t entry, int level)
{
	return level == 1 || entry & PTE_PS;
}

static inline uint64_t entry_address(uint64_t entry)
{
	return entry & CR3_ADDR_MASK;
}

/*
 * All run on the CPU that @cpu describes, with interrupts off. Functions that return a string: NULL, or one
 * line that says what is wrong.
 */
struct hv_backend {
	const char *name; /* "VMX/EPT", "SVM/NPT" */
	uint32_t id;      /* rw_store_hdr.backend: 0, 1 */
	const struct nested_format *nested;

	/** has_1g() - whether nested tables may have 1 GiB leaves. Before the start. */
	bool (*has_1g)(void);

	/**
	 * has_exec_modes() - whether nested tables tell kernel mode's execution from user mode's: by MBEC
	 * (VMX) the guest's own translation decides, by GMET (SVM) the CPL. After probe().
	 */
	bool (*has_exec_modes)(void);

	/**
	 * probe() - checks that this CPU has all that is needed, and that the firmware unlocked it. Changes
	 * nothing.
	 */
	const char *(*probe)(void);

	/**
	 * global_init() - set-up shared by all CPUs: once, on the first, after the nested tables exist.
	 * Bitmaps come from the pool.
	 */
	const char *(*global_init)(void);

	/**
	 * cpu_init() - enables virtualization; the guest will start at @handoff, a private copy. Error: as
	 * before the call.
	 */
	const char *(*cpu_init)(struct percpu *cpu, const struct rw_handoff *handoff);

	/** cpu_launch() - enters the guest for the first time. A failed entry is a panic. */
	__attribute__((noreturn)) void (*cpu_launch)(struct percpu *cpu);

	/** cpu_exit() - leaves virtualization after a failed start: VMXOFF, or EFER.SVME off. */
	void (*cpu_exit)(struct percpu *cpu);

	/** get(), set() - access guest state while handling an exit; a panic where that cannot be. */
	uint64_t (*get)(struct percpu *cpu, enum guest_reg reg);
	void (*set)(struct percpu *cpu, enum guest_reg reg, uint64_t value);

	/** advance() - moves RIP over the instruction (@len bytes) and ends an STI or MOV SS shadow. */
	void (*advance)(struct percpu *cpu, unsigned int len);

	/** inject() - delivers @event at the next entry: at most one. EVENT_SOFT runs again by itself. */
	void (*inject)(struct percpu *cpu, const struct hv_event *event);

	/**
	 * step_begin() - from the next entry on: uses nested root @root_pa and runs one guest instruction (or
	 * iteration) with maskable interrupts held back, then RW_EXIT_STEP. If already active, arms the next
	 * step.
	 */
	void (*step_begin)(struct percpu *cpu, uint64_t root_pa);

	/**
	 * step_end() - restores the common root and state. True: the guest single-steps itself, inject #DB
	 * (DR6 is set).
	 */
	bool (*step_end)(struct percpu *cpu);

	/**
	 * pin() - from the next entry on, exits when a MOV to CR0 or CR4 changes one of these bits, and on a
	 * load of GDTR, IDTR or TR if cpu->pin.tables says so; also on whatever this CPU cannot tell from
	 * these. All 0: no more.
	 */
	void (*pin)(struct percpu *cpu, uint64_t cr0, uint64_t cr4);

	/** get_tables(), set_tables() - the SEG_TABLES registers from SEG_GDTR on (arch/x86/segment.h). */
	void (*get_tables)(struct percpu *cpu, struct segment *table);
	void (*set_tables)(struct percpu *cpu, const struct segment *table);

	/**
	 * use_map() - uses the root of cpu->view.map from the next entry on, or, in a step, from its end on.
	 * Without flush(): what the guest itself has flushed stays flushed in both maps.
	 */
	void (*use_map)(struct percpu *cpu);

	/** flush() - drops this CPU's translations through all nested tables before the next entry. */
	void (*flush)(struct percpu *cpu);

	/** kick() - makes @target, another CPU in the guest, exit soon: with INIT (VMX) or NMI (SVM). */
	void (*kick)(const struct percpu *target);

	/* After RW_EXIT_NMI: drops a kick; lets the guest take the NMI. NULL where kicks are INITs. */
	void (*drop_nmi)(struct percpu *cpu);
	void (*pass_nmi)(struct percpu *cpu);

	/**
	 * park() - the CPU waits for SIPI, in the state after INIT. Does not return where core_sends_sipi.
	 * start_at() - after RW_EXIT_SIPI: starts at page @vector.
	 */
	void (*park)(struct percpu *cpu);
	void (*start_at)(struct percpu *cpu, uint8_t vector);

	/* INIT and SIPI do not exit: INIT resets the CPU, and core/ap_start.c sends SIPI to our page. */
	bool core_sends_sipi;
	/** trampoline() - fills that page, at physical address @page; once, after global_init(). */
	const char *(*trampoline)(uint64_t page);

	/**
	 * io_intercept(), msr_intercept() - from now on, every CPU exits on @count ports from @port, or on
	 * accesses to @msr. After global_init().
	 */
	void (*io_intercept)(uint16_t port, unsigned int count);
	void (*msr_intercept)(uint32_t msr, bool read, bool write);

	/** describe() - prints, with printk, guest state that only this backend has; for a panic. */
	void (*describe)(struct percpu *cpu);
};

extern const struct hv_backend vmx_backend, svm_backend;

/** backend_choose() - by CPU features; once, before all else. Return: NULL, or why the CPU is unsuitable. */
const char *backend_choose(void);

/** hv_backend() - the backend in use; the underlying flag is set once at the start. */
const struct hv_backend *hv_backend(void);

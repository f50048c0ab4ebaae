/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The interface between the core and a backend (VMX/EPT, SVM/NPT): a third can be written from this page
 * alone. The way in: its assembly saves the guest's general registers into cpu->gprs, its C decodes the
 * vendor's exit information into a struct hv_exit, calls exit_dispatch(), and enters the guest again. It
 * decides nothing about the guest.
 */
#pragma once

#include "arch/x86/regs.h"
#include "abi/stats.h"

#include <stdbool.h>
#include <stdint.h>

struct percpu;
struct rw_handoff;

/* The guest's general registers. Order is that of entry.asm (gpr.inc); rsp is not live here: use GREG_RSP. */
struct hv_gprs {
	uint64_t rax, rcx, rdx, rbx, unused_rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15;
};

/* Guest state that lives in the VMCS or VMCB, as the guest sees it. From CS_LONG on: read only. */
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
	GREG_CS_LONG, /* 1 when CS.L is set and the CPU is in long mode */
	GREG_CPL,
	GREG_FS_BASE,
	GREG_GS_BASE,
	GREG_KERNEL_GS_BASE, /* what SWAPGS would load */
	GREG_DR7,
	GREG_COUNT
};

/* An event to put into the guest, or one whose delivery an exit interrupted. */
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

/* Access bits of a nested fault. */
#define NACC_READ  1u
#define NACC_WRITE 2u
#define NACC_EXEC  4u

/* An exit, decoded: the same for both vendors. */
struct hv_exit {
	enum rw_exit_reason reason;
	uint64_t raw;     /* the vendor's exit reason or code, for messages */
	uint64_t info[2]; /* exit qualification and 0; EXITINFO1 and EXITINFO2 */
	uint8_t insn_len; /* bytes to ADVANCE over; 0: the exit is not an instruction's, or not known */
	struct hv_event pending; /* event whose delivery this exit interrupted */
	union {
		struct {
			uint64_t gpa, gva; /* gva: guest-linear address, if gva_valid */
			/* walk: the access was the CPU's own, on the guest's page tables */
			bool gva_valid, walk;
			uint8_t access; /* NACC_* */
			bool misconfig; /* the hypervisor's own mistake: a reserved bit or the like */
		} nested;
		struct {
			uint16_t port;
			uint8_t size; /* 1, 2, 4 */
			bool in, string, rep;
		} io;
		struct {
			uint8_t cr;     /* 0, 4 */
			uint64_t value; /* that the guest wants to write */
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

/* How nested tables are written. Levels: 1 is 4 KiB, 2 2 MiB, 3 1 GiB, 4 the root; @perm 0 is not present. */
#define NPERM_R   1u
#define NPERM_W   2u
#define NPERM_X   4u
#define NPERM_RWX 7u
struct nested_format {
	uint64_t (*leaf)(uint64_t pa, unsigned int perm, enum mem_type type, int level);
	uint64_t (*table)(uint64_t pa);
	bool (*present)(uint64_t entry);
	bool (*is_leaf)(uint64_t entry, int level); /* of a present entry; true for every entry at level 1 */
	uint64_t (*pa)(uint64_t entry);
	unsigned int (*perm)(uint64_t entry);
	bool types; /* entries carry memory types that must follow the MTRRs (EPT); else always WB (NPT) */
};

/* For is_leaf and pa of struct nested_format: both vendors' formats have these in the same places. */
static inline bool entry_is_leaf(uint64_t entry, int level)
{
	return level == 1 || entry & PTE_PS;
}

static inline uint64_t entry_address(uint64_t entry)
{
	return entry & CR3_ADDR_MASK;
}

/*
 * All run on the CPU that @cpu describes, with interrupts off. Strings: NULL, or one line that says what is
 * wrong.
 */
struct hv_backend {
	const char *name; /* "VMX/EPT", "SVM/NPT" */
	uint32_t id;      /* rw_store_hdr.backend: 0, 1 */
	const struct nested_format *nested;

	/** has_1g() - whether nested tables may have 1 GiB leaves. Before the start. */
	bool (*has_1g)(void);

	/** probe() - has this CPU all that is needed, unlocked by the firmware? Changes nothing. */
	const char *(*probe)(void);

	/** global_init() - once, on the first CPU, after the nested tables exist: bitmaps, from the pool. */
	const char *(*global_init)(void);

	/**
	 * cpu_init() - enables virtualization; the guest will go on at @handoff, a private copy. Error: as
	 * before.
	 */
	const char *(*cpu_init)(struct percpu *cpu, const struct rw_handoff *handoff);

	/** cpu_launch() - enters the guest for the first time. An entry that fails is a panic. */
	__attribute__((noreturn)) void (*cpu_launch)(struct percpu *cpu);

	/** cpu_exit() - leaves virtualization after a failed start: VMXOFF, or EFER.SVME off. */
	void (*cpu_exit)(struct percpu *cpu);

	/** get(), set() - guest state, while handling an exit. What cannot be had or written is a panic. */
	uint64_t (*get)(struct percpu *cpu, enum guest_reg reg);
	void (*set)(struct percpu *cpu, enum guest_reg reg, uint64_t value);

	/** advance() - moves RIP over the instruction (@len bytes) and ends an STI or MOV SS shadow. */
	void (*advance)(struct percpu *cpu, unsigned int len);

	/** inject() - @event is delivered at the next entry: at most one. EVENT_SOFT runs anew by itself. */
	void (*inject)(struct percpu *cpu, const struct hv_event *event);

	/**
	 * step_begin() - from the next entry on: nested root @root_pa, one guest instruction (or iteration)
	 * with maskable interrupts held back, then RW_EXIT_STEP. While active, it arms the next step.
	 */
	void (*step_begin)(struct percpu *cpu, uint64_t root_pa);

	/**
	 * step_end() - back to the common root and state. True: the guest steps itself, inject #DB (DR6 is
	 * set).
	 */
	bool (*step_end)(struct percpu *cpu);

	/** flush() - this CPU's translations through the nested tables are dropped before the next entry. */
	void (*flush)(struct percpu *cpu);

	/**
	 * kick() - makes @target, another CPU that is in the guest, exit soon: by INIT (VMX) or NMI (SVM).
	 */
	void (*kick)(const struct percpu *target);

	/*
	 * After RW_EXIT_NMI: it was a kick and is dropped, or the guest takes it. NULL where kicks are INITs.
	 */
	void (*drop_nmi)(struct percpu *cpu);
	void (*pass_nmi)(struct percpu *cpu);

	/*
	 * After RW_EXIT_INIT: state as after INIT, waits for SIPI. After RW_EXIT_SIPI: starts at page
	 * @vector.
	 */
	void (*park)(struct percpu *cpu);
	void (*start_at)(struct percpu *cpu, uint8_t vector);

	/*
	 * No INIT or SIPI exits, park(), start_at(): INIT resets the CPU, core/ap_start.c sends SIPI to our
	 * page.
	 */
	bool core_sends_sipi;
	/** trampoline() - fills that page, at physical address @page; once, after global_init(). */
	const char *(*trampoline)(uint64_t page);

	/*
	 * Every CPU exits on @count ports from @port; on accesses to @msr: from now on, after global_init().
	 */
	void (*io_intercept)(uint16_t port, unsigned int count);
	void (*msr_intercept)(uint32_t msr, bool read, bool write);

	/** describe() - guest state that only this backend has, printed with printk, for a panic. */
	void (*describe)(struct percpu *cpu);
};

extern const struct hv_backend vmx_backend, svm_backend;

/**
 * backend_choose() - by the CPU's features; once, before all else. Return: NULL, or why the CPU cannot do it.
 */
const char *backend_choose(void);

/** hv_backend() - the one that this machine uses; the flag behind it is set once at start. */
const struct hv_backend *hv_backend(void);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The VMCB and its codes: AMD APM volume 2, appendixes "Layout of VMCB" and "SVM Intercept Exit Codes". */
#ifndef HV_SVM_VMCB_H
#define HV_SVM_VMCB_H

#include "arch/x86/regs.h"
#include "types.h"

/* Intercept words, in the order of the VMCB. */
enum vmcb_intercept_word {
	ICPT_CR,        /* reads in the low half, writes in the high half */
	ICPT_DR,
	ICPT_EXCEPTION, /* by vector */
	ICPT_MISC1,
	ICPT_MISC2,
	ICPT_MISC3,
	ICPT_WORDS
};

#define ICPT1_NMI BIT(1)
#define ICPT1_CPUID BIT(18)
#define ICPT1_IRET BIT(20)
#define ICPT1_INTN BIT(21)
#define ICPT1_INVD BIT(22)
#define ICPT1_HLT BIT(24)
#define ICPT1_INVLPGA BIT(26)
#define ICPT1_IOIO_PROT BIT(27)
#define ICPT1_MSR_PROT BIT(28)
#define ICPT1_TASK_SWITCH BIT(29)
#define ICPT1_SHUTDOWN BIT(31)
#define ICPT2_VMRUN BIT(0)
#define ICPT2_VMMCALL BIT(1)
#define ICPT2_VMLOAD BIT(2)
#define ICPT2_VMSAVE BIT(3)
#define ICPT2_STGI BIT(4)
#define ICPT2_CLGI BIT(5)
#define ICPT2_SKINIT BIT(6)
#define ICPT2_MWAIT BIT(11)
#define ICPT2_ICEBP BIT(13)

#define VMCB_TLB_NOTHING 0u
#define VMCB_TLB_FLUSH_ALL 1u
#define VMCB_TLB_FLUSH_ASID 3u

#define VMCB_INT_MASKING BIT(24) /* of int_control: the host's RFLAGS.IF masks interrupts, not the guest's */
#define VMCB_INT_SHADOW BIT(0)   /* of int_state */

#define VMCB_NP_ENABLE BIT(0)
#define VMCB_INVLPGB_ENABLE BIT(7)

/* EVENTINJ and EXITINTINFO. */
#define VMCB_EVENT_VECTOR(e) ((uint8_t)(e))
#define VMCB_EVENT_TYPE(e) ((unsigned int)((e) >> 8 & 7))
#define VMCB_EVENT_TYPE_SHIFT 8
#define VMCB_EVENT_INTR 0u
#define VMCB_EVENT_NMI 2u
#define VMCB_EVENT_EXCEPTION 3u
#define VMCB_EVENT_SOFT 4u
#define VMCB_EVENT_HAS_ERROR BIT(11)
#define VMCB_EVENT_VALID BIT(31)
#define VMCB_EVENT_ERROR_SHIFT 32

/* EXITINFO1 of an I/O exit. */
#define VMCB_IO_IN BIT(0)
#define VMCB_IO_STRING BIT(2)
#define VMCB_IO_REP BIT(3)
#define VMCB_IO_SIZE(info) ((uint8_t)((info) >> 4 & 7)) /* 1, 2, 4: one bit each */
#define VMCB_IO_PORT(info) ((uint16_t)((info) >> 16))

/* EXITINFO1 of a nested page fault. */
#define VMCB_NPF_WRITE BIT(1)
#define VMCB_NPF_RESERVED BIT(3)
#define VMCB_NPF_FETCH BIT(4)
#define VMCB_NPF_WALK BIT(33)

enum vmcb_exit_code {
	VMEXIT_EXCEPTION = 0x40,
	VMEXIT_EXCEPTION_LAST = 0x5f,
	VMEXIT_NMI = 0x61,
	VMEXIT_CPUID = 0x72,
	VMEXIT_IRET = 0x74,
	VMEXIT_SWINT = 0x75,
	VMEXIT_INVD = 0x76,
	VMEXIT_HLT = 0x78,
	VMEXIT_INVLPGA = 0x7a,
	VMEXIT_IOIO = 0x7b,
	VMEXIT_MSR = 0x7c,
	VMEXIT_TASK_SWITCH = 0x7d,
	VMEXIT_SHUTDOWN = 0x7f,
	VMEXIT_VMRUN = 0x80,
	VMEXIT_VMMCALL = 0x81,
	VMEXIT_VMLOAD = 0x82,
	VMEXIT_VMSAVE = 0x83,
	VMEXIT_STGI = 0x84,
	VMEXIT_CLGI = 0x85,
	VMEXIT_SKINIT = 0x86,
	VMEXIT_MWAIT = 0x8b,
	VMEXIT_ICEBP = 0x8d,
	VMEXIT_NPF = 0x400,
};
#define VMEXIT_INVALID UINT32_MAX /* -1; QEMU writes only the low half: compare 32 bits */

struct vmcb_segment {
	uint16_t selector;
	uint16_t attributes; /* descriptor bits 40 to 47 and 52 to 55, put together */
	uint32_t limit;      /* in bytes */
	uint64_t base;
};
RW_ASSERT_SIZE(struct vmcb_segment, 16);

#define VMCB_ATTR_LONG BIT(9)
#define VMCB_ATTR_TSS_BUSY 0x008bu /* present, system, busy 64-bit TSS */

struct vmcb_control {
	uint32_t intercept[ICPT_WORDS];
	uint8_t reserved1[0x3c - 0x18];
	uint16_t pause_threshold;
	uint16_t pause_count;
	uint64_t iopm_base_pa;
	uint64_t msrpm_base_pa;
	uint64_t tsc_offset;
	uint32_t asid;
	uint8_t tlb_control;
	uint8_t reserved2[3];
	uint64_t int_control;
	uint64_t int_state;
	uint64_t exit_code;
	uint64_t exit_info[2];
	uint64_t exit_int_info;
	uint64_t nested_ctl;
	uint64_t avic_apic_bar;
	uint64_t ghcb_pa;
	uint64_t event_inj;
	uint64_t nested_cr3;
	uint64_t lbr_control;
	uint64_t clean;
	uint64_t next_rip;
	uint8_t reserved3[0x400 - 0xd0];
};
RW_ASSERT_SIZE(struct vmcb_control, 0x400);
RW_ASSERT_OFFSET(struct vmcb_control, pause_threshold, 0x3c);
RW_ASSERT_OFFSET(struct vmcb_control, iopm_base_pa, 0x40);
RW_ASSERT_OFFSET(struct vmcb_control, msrpm_base_pa, 0x48);
RW_ASSERT_OFFSET(struct vmcb_control, tsc_offset, 0x50);
RW_ASSERT_OFFSET(struct vmcb_control, asid, 0x58);
RW_ASSERT_OFFSET(struct vmcb_control, tlb_control, 0x5c);
RW_ASSERT_OFFSET(struct vmcb_control, int_control, 0x60);
RW_ASSERT_OFFSET(struct vmcb_control, int_state, 0x68);
RW_ASSERT_OFFSET(struct vmcb_control, exit_code, 0x70);
RW_ASSERT_OFFSET(struct vmcb_control, exit_info, 0x78);
RW_ASSERT_OFFSET(struct vmcb_control, exit_int_info, 0x88);
RW_ASSERT_OFFSET(struct vmcb_control, nested_ctl, 0x90);
RW_ASSERT_OFFSET(struct vmcb_control, avic_apic_bar, 0x98);
RW_ASSERT_OFFSET(struct vmcb_control, ghcb_pa, 0xa0);
RW_ASSERT_OFFSET(struct vmcb_control, event_inj, 0xa8);
RW_ASSERT_OFFSET(struct vmcb_control, nested_cr3, 0xb0);
RW_ASSERT_OFFSET(struct vmcb_control, lbr_control, 0xb8);
RW_ASSERT_OFFSET(struct vmcb_control, clean, 0xc0);
RW_ASSERT_OFFSET(struct vmcb_control, next_rip, 0xc8);

struct vmcb_save {
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	uint8_t reserved1[0xcb - 0xa0];
	uint8_t cpl;
	uint8_t reserved2[4];
	uint64_t efer;
	uint8_t reserved3[0x148 - 0xd8];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
	uint8_t reserved4[0x1d8 - 0x180];
	uint64_t rsp;
	uint64_t s_cet, ssp, isst_addr;
	uint64_t rax;
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
	uint64_t cr2;
	uint8_t reserved5[0x268 - 0x248];
	uint64_t g_pat;
	uint64_t debugctl, br_from, br_to, last_excp_from, last_excp_to;
	uint8_t reserved6[0xc00 - 0x298];
};
RW_ASSERT_SIZE(struct vmcb_save, 0xc00);
RW_ASSERT_OFFSET(struct vmcb_save, cs, 0x10);
RW_ASSERT_OFFSET(struct vmcb_save, ss, 0x20);
RW_ASSERT_OFFSET(struct vmcb_save, ds, 0x30);
RW_ASSERT_OFFSET(struct vmcb_save, fs, 0x40);
RW_ASSERT_OFFSET(struct vmcb_save, gs, 0x50);
RW_ASSERT_OFFSET(struct vmcb_save, gdtr, 0x60);
RW_ASSERT_OFFSET(struct vmcb_save, ldtr, 0x70);
RW_ASSERT_OFFSET(struct vmcb_save, idtr, 0x80);
RW_ASSERT_OFFSET(struct vmcb_save, tr, 0x90);
RW_ASSERT_OFFSET(struct vmcb_save, cpl, 0xcb);
RW_ASSERT_OFFSET(struct vmcb_save, efer, 0xd0);
RW_ASSERT_OFFSET(struct vmcb_save, cr4, 0x148);
RW_ASSERT_OFFSET(struct vmcb_save, cr3, 0x150);
RW_ASSERT_OFFSET(struct vmcb_save, cr0, 0x158);
RW_ASSERT_OFFSET(struct vmcb_save, dr7, 0x160);
RW_ASSERT_OFFSET(struct vmcb_save, dr6, 0x168);
RW_ASSERT_OFFSET(struct vmcb_save, rflags, 0x170);
RW_ASSERT_OFFSET(struct vmcb_save, rip, 0x178);
RW_ASSERT_OFFSET(struct vmcb_save, rsp, 0x1d8);
RW_ASSERT_OFFSET(struct vmcb_save, s_cet, 0x1e0);
RW_ASSERT_OFFSET(struct vmcb_save, rax, 0x1f8);
RW_ASSERT_OFFSET(struct vmcb_save, star, 0x200);
RW_ASSERT_OFFSET(struct vmcb_save, kernel_gs_base, 0x220);
RW_ASSERT_OFFSET(struct vmcb_save, sysenter_cs, 0x228);
RW_ASSERT_OFFSET(struct vmcb_save, cr2, 0x240);
RW_ASSERT_OFFSET(struct vmcb_save, g_pat, 0x268);
RW_ASSERT_OFFSET(struct vmcb_save, debugctl, 0x270);

struct vmcb {
	struct vmcb_control control;
	struct vmcb_save save;
};
RW_ASSERT_SIZE(struct vmcb, RW_PAGE_SIZE);

#endif

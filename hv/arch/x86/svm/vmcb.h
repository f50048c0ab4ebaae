/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The VMCB and its codes: AMD APM volume 2, appendixes "Layout of VMCB" and "SVM Intercept Exit Codes". */
#pragma once

#include "arch/x86/regs.h"
#include "arch/x86/segment.h"

enum vmcb_exit_code {
	VMEXIT_CR0_WRITE = 0x10,
	VMEXIT_CR4_WRITE = 0x14,
	VMEXIT_EXCEPTION = 0x40,
	VMEXIT_EXCEPTION_LAST = 0x5f,
	VMEXIT_INTR = 0x60,
	VMEXIT_NMI = 0x61,
	VMEXIT_IDTR_WRITE = 0x6a,
	VMEXIT_GDTR_WRITE = 0x6b,
	VMEXIT_TR_WRITE = 0x6d,
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
	VMEXIT_ICEBP = 0x88,
	VMEXIT_MWAIT = 0x8b,
	VMEXIT_NPF = 0x400
};
#define VMEXIT_INVALID UINT32_MAX /* -1; QEMU writes only the low half: compare 32 bits */

/* Intercept words, in the order of the VMCB: one bit per exit code, from 0 on. */
enum vmcb_intercept_word {
	ICPT_CR,
	ICPT_DR,
	ICPT_EXCEPTION,
	ICPT_MISC1,
	ICPT_MISC2,
	ICPT_MISC3,
	ICPT_WORDS
};
#define ICPT(exit_code) (1u << (exit_code) % 32)

enum {
	VMCB_TLB_NOTHING = 0, /* of tlb_control */
	VMCB_TLB_FLUSH_ALL = 1,
	VMCB_TLB_FLUSH_ASID = 3,
	VMCB_INT_MASKING = BIT(24), /* of int_control: the host's RFLAGS.IF counts, not the guest's */
	VMCB_INT_SHADOW = BIT(0),   /* of int_state */
	VMCB_NP_ENABLE = BIT(0),    /* of nested_ctl, as the next two */
	VMCB_GMET_ENABLE = BIT(3),
	VMCB_INVLPGB_ENABLE = BIT(7)
};

/* EXITINFO1 of an I/O exit. */
enum {
	VMCB_IO_IN = BIT(0),
	VMCB_IO_STRING = BIT(2),
	VMCB_IO_REP = BIT(3)
};
#define VMCB_IO_SIZE(info) ((uint8_t)((info) >> 4 & 7)) /* 1, 2, 4: one bit each */
#define VMCB_IO_PORT(info) ((uint16_t)((info) >> 16))

/* EXITINFO1 of a nested page fault. */
enum {
	VMCB_NPF_WRITE = BIT(1),
	VMCB_NPF_RESERVED = BIT(3),
	VMCB_NPF_FETCH = BIT(4)
};
#define VMCB_NPF_WALK BIT(33)

/* Reserved fields, and those of unused features, stay 0. */
struct vmcb_control {
	uint32_t intercept[ICPT_WORDS];
	uint8_t reserved1[0x40 - 0x18];
	uint64_t iopm_base_pa, msrpm_base_pa, tsc_offset;
	uint32_t asid;
	uint8_t tlb_control, reserved2[3];
	uint64_t int_control, int_state;
	uint64_t exit_code, exit_info[2], exit_int_info;
	uint64_t nested_ctl, reserved3[2];
	uint64_t event_inj, nested_cr3, reserved4;
	uint64_t clean; /* 0: nothing is clean, all is reloaded at each VMRUN */
	uint64_t next_rip;
	uint8_t reserved5[0x400 - 0xd0];
};
RW_ASSERT_SIZE(struct vmcb_control, 0x400);

struct vmcb_save {
	struct segment seg[SEG_COUNT];
	uint8_t reserved1[0xcb - 0xa0], cpl, reserved2[4];
	uint64_t efer;
	uint8_t reserved3[0x148 - 0xd8];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
	uint8_t reserved4[0x1d8 - 0x180];
	uint64_t rsp, s_cet, ssp, isst_addr, rax;
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip, cr2;
	uint8_t reserved5[0x268 - 0x248];
	uint64_t g_pat, debugctl;
	uint8_t reserved6[0xc00 - 0x278];
};
RW_ASSERT_SIZE(struct vmcb_save, 0xc00);

#define AT(member, offset) (offsetof(struct vmcb, member) == (offset))
struct vmcb {
	struct vmcb_control control;
	struct vmcb_save save;
};
RW_ASSERT_SIZE(struct vmcb, RW_PAGE_SIZE);
_Static_assert(AT(control.iopm_base_pa, 0x40) && AT(control.msrpm_base_pa, 0x48) &&
		       AT(control.tsc_offset, 0x50) && AT(control.asid, 0x58) &&
		       AT(control.tlb_control, 0x5c) && AT(control.int_control, 0x60) &&
		       AT(control.int_state, 0x68) && AT(control.exit_code, 0x70) &&
		       AT(control.exit_info, 0x78) && AT(control.exit_int_info, 0x88) &&
		       AT(control.nested_ctl, 0x90) && AT(control.event_inj, 0xa8) &&
		       AT(control.nested_cr3, 0xb0) && AT(control.clean, 0xc0) && AT(control.next_rip, 0xc8),
	       "control area as in the manual");
_Static_assert(AT(save.seg[SEG_ES], 0x400) && AT(save.seg[SEG_CS], 0x410) && AT(save.seg[SEG_SS], 0x420) &&
		       AT(save.seg[SEG_DS], 0x430) && AT(save.seg[SEG_FS], 0x440) &&
		       AT(save.seg[SEG_GS], 0x450) && AT(save.seg[SEG_GDTR], 0x460) &&
		       AT(save.seg[SEG_LDTR], 0x470) && AT(save.seg[SEG_IDTR], 0x480) &&
		       AT(save.seg[SEG_TR], 0x490),
	       "segments as in the manual");
_Static_assert(AT(save.cpl, 0x4cb) && AT(save.efer, 0x4d0) && AT(save.cr4, 0x548) && AT(save.cr3, 0x550) &&
		       AT(save.cr0, 0x558) && AT(save.dr7, 0x560) && AT(save.dr6, 0x568) &&
		       AT(save.rflags, 0x570) && AT(save.rip, 0x578) && AT(save.rsp, 0x5d8) &&
		       AT(save.s_cet, 0x5e0) && AT(save.rax, 0x5f8) && AT(save.star, 0x600) &&
		       AT(save.kernel_gs_base, 0x620) && AT(save.sysenter_cs, 0x628) && AT(save.cr2, 0x640) &&
		       AT(save.g_pat, 0x668) && AT(save.debugctl, 0x670),
	       "save area as in the manual");
#undef AT

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Architectural register bits, MSR numbers and exception vectors of x86-64 that both backends use. */
#pragma once

#include <stdint.h>

#define BIT(n) (1ull << (n))

/* SDM volume 3, "Control Registers", "Debug Registers"; APM volume 2, "Extended Feature Enable Register". */
enum {
	CR0_PE = BIT(0),
	CR0_ET = BIT(4),
	CR0_NE = BIT(5),
	CR0_WP = BIT(16),
	CR0_NW = BIT(29),
	CR0_CD = BIT(30),
	CR4_PSE = BIT(4),
	CR4_PAE = BIT(5),
	CR4_MCE = BIT(6),
	CR4_PGE = BIT(7),
	CR4_UMIP = BIT(11),
	CR4_LA57 = BIT(12),
	CR4_VMXE = BIT(13),
	CR4_FSGSBASE = BIT(16),
	CR4_OSXSAVE = BIT(18),
	CR4_SMEP = BIT(20),
	CR4_SMAP = BIT(21),
	CR4_PKE = BIT(22),
	CR4_CET = BIT(23),
	RFLAGS_FIXED = BIT(1),
	RFLAGS_TF = BIT(8),
	RFLAGS_IF = BIT(9),
	RFLAGS_DF = BIT(10),
	RFLAGS_RF = BIT(16),
	DR6_BD = BIT(13),
	DR6_BS = BIT(14),
	DR7_ENABLED = 0xff,
	DR7_RESET = 0x400,
	DEBUGCTL_BTF = BIT(1),
	EFER_SCE = BIT(0),
	EFER_LME = BIT(8),
	EFER_LMA = BIT(10),
	EFER_NXE = BIT(11),
	EFER_SVME = BIT(12),
};
#define CR0_PG                 BIT(31)
#define MISC_ENABLE_XD_DISABLE BIT(34)
#define CR3_ADDR_MASK          0x000ffffffffff000ull
/* With page-table isolation user mode uses the second page of a pair of roots, Linux' kernel the first. */
#define CR3_ISOLATION_USER BIT(12)
#define DR6_RESET          0xffff0ff0ull

enum {
	MSR_TSC = 0x10,
	MSR_APIC_BASE = 0x1b,
	APIC_BASE_BSP = BIT(8),
	APIC_BASE_ENABLE = BIT(11),
	MSR_FEATURE_CONTROL = 0x3a,
	MSR_TSC_ADJUST = 0x3b,
	MSR_BIOS_UPDT_TRIG = 0x79, /* Intel: loads microcode */
	MSR_PATCH_LEVEL = 0x8b,    /* of microcode; Intel's IA32_BIOS_SIGN_ID */
	MSR_MTRR_CAP = 0xfe,
	MSR_MTRR_PHYSBASE0 = 0x200,
	MSR_MTRR_FIX64K = 0x250,
	MSR_MTRR_FIX16K_80000 = 0x258,
	MSR_MTRR_FIX16K_A0000 = 0x259,
	MSR_MTRR_FIX4K_C0000 = 0x268,
	MSR_MTRR_DEF_TYPE = 0x2ff,
	MSR_MCG_STATUS = 0x17a,
	MCG_STATUS_RIPV = BIT(0), /* the interrupted program can resume */
	MSR_SYSENTER_CS = 0x174,
	MSR_SYSENTER_ESP = 0x175,
	MSR_SYSENTER_EIP = 0x176,
	MSR_MISC_ENABLE = 0x1a0, /* Intel */
	MSR_DEBUGCTL = 0x1d9,
	MSR_PAT = 0x277,
	MSR_VMX_BASIC = 0x480,
	MSR_VMX_LAST = 0x493,
	MSR_X2APIC_ICR = 0x830,
	MSR_TME_ACTIVATE = 0x982,
	MSR_TME_LAST = 0x984, /* and the registers of the excluded range */
	MSR_PEBS_FIRST = 0x3f1,
	MSR_PEBS_LAST = 0x3f5,
	MSR_DS_AREA = 0x600, /* debug store */
	MSR_RTIT_FIRST = 0x560,
	MSR_RTIT_LAST = 0x58f, /* Intel Processor Trace */
	/* hardware feedback interface, thread director */
	MSR_HFI_FIRST = 0x17d0,
	MSR_HFI_LAST = 0x17d4,
	/* of hypervisors: Hyper-V's numbers, and KVM's */
	MSR_PV_FIRST = 0x40000000,
	MSR_PV_LAST = 0x4000ffff,
	MSR_KVM_FIRST = 0x4b564d00,
	MSR_KVM_LAST = 0x4b564dff,
	MSR_KVM_OLD_WALL_CLOCK = 0x11,
	MSR_KVM_OLD_SYSTEM_TIME = 0x12,
	MSR_EFER = 0xc0000080,
	MSR_STAR = 0xc0000081,
	MSR_LSTAR = 0xc0000082,
	MSR_CSTAR = 0xc0000083,
	MSR_FMASK = 0xc0000084,
	MSR_GS_BASE = 0xc0000101,
	MSR_KERNEL_GS_BASE = 0xc0000102,
	MSR_TSC_RATIO = 0xc0000104,
	MSR_SYSCFG = 0xc0010010,
	SYSCFG_RDWR_DRAM = BIT(19),
	MSR_IORR_FIRST = 0xc0010016,
	MSR_IORR_LAST = 0xc0010019,
	MSR_TOP_MEM = 0xc001001a,
	MSR_TOP_MEM2 = 0xc001001d,
	MSR_PATCH_LOADER = 0xc0010020, /* AMD: loads microcode */
	MSR_SMM_BASE = 0xc0010111,
	MSR_SMM_MASK = 0xc0010113, /* and SMM_ADDR between them */
	MSR_VM_CR = 0xc0010114,
	MSR_VM_HSAVE_PA = 0xc0010117,
	MSR_SVM_KEY = 0xc0010118,
	MSR_MMCONFIG = 0xc0010058, /* MMIO Configuration Base Address */
	MSR_RMP_BASE = 0xc0010132,
	MSR_RMP_END = 0xc0010133,
};

enum {
	VEC_DB = 1,
	VEC_NMI = 2,
	VEC_BP = 3,
	VEC_OF = 4,
	VEC_UD = 6,
	VEC_DF = 8,
	VEC_GP = 13,
	VEC_PF = 14,
	VEC_MC = 18
};

/* Page-table entries of the guest and of the hypervisor itself. */
#define PTE_P  BIT(0)
#define PTE_PS BIT(7)
#define PTE_NX BIT(63)

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096ull
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#define SIZE_2M    (2ull << 20)
#define SIZE_1G    (1ull << 30)
#define SIZE_4G    (4ull << 30)

/* Memory types: the encodings of MTRRs and of EPT entries. */
enum mem_type {
	MEM_UC = 0,
	MEM_WC = 1,
	MEM_WT = 4,
	MEM_WP = 5,
	MEM_WB = 6
};

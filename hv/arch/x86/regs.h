/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Architectural register bits, MSR numbers and exception vectors of x86-64 that both backends use. */
#pragma once

#include <stdint.h>

#define BIT(n) (1ull << (n))

/* Control registers: Intel SDM volume 3, "Control Registers". */
#define CR0_PE BIT(0)
#define CR0_ET BIT(4)
#define CR0_NE BIT(5)
#define CR0_WP BIT(16)
#define CR0_NW BIT(29)
#define CR0_CD BIT(30)
#define CR0_PG BIT(31)
#define CR4_PSE BIT(4)
#define CR4_PAE BIT(5)
#define CR4_MCE BIT(6)
#define CR4_LA57 BIT(12)
#define CR4_VMXE BIT(13)
#define CR4_OSXSAVE BIT(18)
#define CR4_PKE BIT(22)
#define CR3_ADDR_MASK 0x000ffffffffff000ull

#define RFLAGS_FIXED BIT(1)
#define RFLAGS_TF BIT(8)
#define RFLAGS_IF BIT(9)
#define RFLAGS_RF BIT(16)

#define DR6_BS BIT(14)
#define DR6_RESET 0xffff0ff0ull
#define DR7_RESET 0x400ull
#define DEBUGCTL_BTF BIT(1)

#define EFER_SCE BIT(0)
#define EFER_LME BIT(8)
#define EFER_LMA BIT(10)
#define EFER_NXE BIT(11)
#define EFER_SVME BIT(12)

#define MSR_TSC 0x10u
#define MSR_APIC_BASE 0x1bu
#define MSR_FEATURE_CONTROL 0x3au
#define MSR_TSC_ADJUST 0x3bu
#define MSR_MTRR_CAP 0xfeu
#define MSR_MCG_STATUS 0x17au
#define MCG_STATUS_RIPV BIT(0) /* the interrupted program can go on */
#define MSR_SYSENTER_CS 0x174u
#define MSR_SYSENTER_ESP 0x175u
#define MSR_SYSENTER_EIP 0x176u
#define MSR_DEBUGCTL 0x1d9u
#define MSR_MTRR_PHYSBASE0 0x200u
#define MSR_MTRR_FIX64K 0x250u
#define MSR_MTRR_FIX16K_80000 0x258u
#define MSR_MTRR_FIX16K_A0000 0x259u
#define MSR_MTRR_FIX4K_C0000 0x268u
#define MSR_PAT 0x277u
#define MSR_MTRR_DEF_TYPE 0x2ffu
#define MSR_VMX_BASIC 0x480u
#define MSR_VMX_LAST 0x493u
#define MSR_X2APIC_ICR 0x830u
#define MSR_TME_ACTIVATE 0x982u
#define MSR_RTIT_FIRST 0x560u /* Intel Processor Trace */
#define MSR_RTIT_LAST 0x58fu
#define MSR_HFI_FIRST 0x17d0u /* hardware feedback interface, thread director */
#define MSR_HFI_LAST 0x17d4u
#define MSR_PV_FIRST 0x40000000u /* of hypervisors: Hyper-V's numbers, and KVM's */
#define MSR_PV_LAST 0x4000ffffu
#define MSR_KVM_FIRST 0x4b564d00u
#define MSR_KVM_LAST 0x4b564dffu
#define MSR_KVM_OLD_WALL_CLOCK 0x11u
#define MSR_KVM_OLD_SYSTEM_TIME 0x12u
#define MSR_EFER 0xc0000080u
#define MSR_STAR 0xc0000081u
#define MSR_LSTAR 0xc0000082u
#define MSR_CSTAR 0xc0000083u
#define MSR_FMASK 0xc0000084u
#define MSR_GS_BASE 0xc0000101u
#define MSR_KERNEL_GS_BASE 0xc0000102u
#define MSR_TSC_RATIO 0xc0000104u
#define MSR_SYSCFG 0xc0010010u
#define MSR_IORR_FIRST 0xc0010016u
#define MSR_IORR_LAST 0xc0010019u
#define MSR_TOP_MEM 0xc001001au
#define MSR_TOP_MEM2 0xc001001du
#define MSR_SMM_BASE 0xc0010111u /* and SMM_ADDR, SMM_MASK behind it */
#define MSR_SMM_MASK 0xc0010113u
#define MSR_VM_CR 0xc0010114u
#define MSR_RMP_BASE 0xc0010132u
#define MSR_RMP_END 0xc0010133u
#define MSR_VM_HSAVE_PA 0xc0010117u
#define MSR_SVM_KEY 0xc0010118u

#define VEC_DB 1u
#define VEC_NMI 2u
#define VEC_BP 3u
#define VEC_OF 4u
#define VEC_UD 6u
#define VEC_DF 8u
#define VEC_GP 13u
#define VEC_PF 14u
#define VEC_MC 18u

/* Page-table entries of the guest and of the hypervisor itself. */
#define PTE_P BIT(0)
#define PTE_PS BIT(7)

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096ull
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define SIZE_2M (2ull << 20)
#define SIZE_1G (1ull << 30)
#define SIZE_4G (4ull << 30)

/* Memory types: the encodings of MTRRs and of EPT entries. */
enum mem_type { MEM_UC = 0, MEM_WC = 1, MEM_WT = 4, MEM_WP = 5, MEM_WB = 6 };

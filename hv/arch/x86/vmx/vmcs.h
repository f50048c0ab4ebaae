/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The VMCS: Intel SDM volume 3, appendices "Field Encoding in VMCS", "VMX Basic Exit Reasons". */
#pragma once

#include "arch/x86/regs.h"

#include <stdbool.h>
#include <stddef.h>

enum vmcs_field {
	VMCS_VPID = 0x0000,
	VMCS_GUEST_SELECTOR = 0x0800,
	VMCS_HOST_ES = 0x0c00,
	VMCS_HOST_CS = 0x0c02,
	VMCS_HOST_SS = 0x0c04,
	VMCS_HOST_DS = 0x0c06,
	VMCS_HOST_FS = 0x0c08,
	VMCS_HOST_GS = 0x0c0a,
	VMCS_HOST_TR = 0x0c0c,
	VMCS_IO_BITMAP_A = 0x2000,
	VMCS_IO_BITMAP_B = 0x2002,
	VMCS_MSR_BITMAP = 0x2004,
	VMCS_EPTP = 0x201a,
	VMCS_XSS_EXIT_BITMAP = 0x202c,
	VMCS_PCONFIG_EXIT_BITMAP = 0x203e,
	VMCS_GUEST_PHYSICAL = 0x2400,
	VMCS_LINK_POINTER = 0x2800,
	VMCS_GUEST_DEBUGCTL = 0x2802,
	VMCS_GUEST_PAT = 0x2804,
	VMCS_GUEST_EFER = 0x2806,
	VMCS_HOST_PAT = 0x2c00,
	VMCS_HOST_EFER = 0x2c02,
	VMCS_PIN_CONTROLS = 0x4000,
	VMCS_CPU_CONTROLS = 0x4002,
	VMCS_EXCEPTION_BITMAP = 0x4004,
	VMCS_CR3_TARGET_COUNT = 0x400a,
	VMCS_EXIT_CONTROLS = 0x400c,
	VMCS_EXIT_MSR_STORE_COUNT = 0x400e,
	VMCS_EXIT_MSR_LOAD_COUNT = 0x4010,
	VMCS_ENTRY_CONTROLS = 0x4012,
	VMCS_ENTRY_MSR_LOAD_COUNT = 0x4014,
	VMCS_ENTRY_INTR_INFO = 0x4016,
	VMCS_ENTRY_ERROR_CODE = 0x4018,
	VMCS_CPU_CONTROLS2 = 0x401e,
	VMCS_INSN_ERROR = 0x4400,
	VMCS_EXIT_REASON = 0x4402,
	VMCS_IDT_INFO = 0x4408,
	VMCS_IDT_ERROR = 0x440a,
	VMCS_EXIT_INSN_LEN = 0x440c,
	VMCS_GUEST_LIMIT = 0x4800,
	VMCS_GUEST_AR = 0x4814,
	VMCS_GUEST_CS_AR = 0x4816,
	VMCS_GUEST_SS_AR = 0x4818,
	VMCS_GUEST_INTERRUPTIBILITY = 0x4824,
	VMCS_GUEST_ACTIVITY = 0x4826,
	VMCS_GUEST_SYSENTER_CS = 0x482a,
	VMCS_HOST_SYSENTER_CS = 0x4c00,
	VMCS_CR0_MASK = 0x6000,
	VMCS_CR4_MASK = 0x6002,
	VMCS_CR0_SHADOW = 0x6004,
	VMCS_CR4_SHADOW = 0x6006,
	VMCS_QUALIFICATION = 0x6400,
	VMCS_GUEST_LINEAR = 0x640a,
	VMCS_GUEST_CR0 = 0x6800,
	VMCS_GUEST_CR3 = 0x6802,
	VMCS_GUEST_CR4 = 0x6804,
	VMCS_GUEST_BASE = 0x6806,
	VMCS_GUEST_CS_BASE = 0x6808,
	VMCS_GUEST_FS_BASE = 0x680e,
	VMCS_GUEST_GS_BASE = 0x6810,
	VMCS_GUEST_DR7 = 0x681a,
	VMCS_GUEST_RSP = 0x681c,
	VMCS_GUEST_RIP = 0x681e,
	VMCS_GUEST_RFLAGS = 0x6820,
	VMCS_GUEST_PENDING_DBG = 0x6822,
	VMCS_GUEST_SYSENTER_ESP = 0x6824,
	VMCS_GUEST_SYSENTER_EIP = 0x6826,
	VMCS_HOST_CR0 = 0x6c00,
	VMCS_HOST_CR3 = 0x6c02,
	VMCS_HOST_CR4 = 0x6c04,
	VMCS_HOST_FS_BASE = 0x6c06,
	VMCS_HOST_GS_BASE = 0x6c08,
	VMCS_HOST_TR_BASE = 0x6c0a,
	VMCS_HOST_GDTR_BASE = 0x6c0c,
	VMCS_HOST_IDTR_BASE = 0x6c0e,
	VMCS_HOST_SYSENTER_ESP = 0x6c10,
	VMCS_HOST_SYSENTER_EIP = 0x6c12,
	VMCS_HOST_RSP = 0x6c14,
	VMCS_HOST_RIP = 0x6c16,
};

/* A segment's field: selectors, limits, access rights and bases all use the same order. */
#define VMCS_SEGMENT(group, order) ((enum vmcs_field)((group) + 2 * (order)))

/* Controls: primary and secondary processor-based, VM-exit, VM-entry. */
#define CPU_SECONDARY BIT(31)
enum {
	CPU_USE_IO_BITMAPS = BIT(25),
	CPU_MONITOR_TRAP = BIT(27),
	CPU_USE_MSR_BITMAPS = BIT(28),
	CPU2_EPT = BIT(1),
	CPU2_TABLES = BIT(2), /* "descriptor-table exiting" */
	CPU2_RDTSCP = BIT(3),
	CPU2_VPID = BIT(5),
	CPU2_UNRESTRICTED = BIT(7),
	CPU2_INVPCID = BIT(12),
	CPU2_XSAVES = BIT(20),
	CPU2_EXEC_MODES = BIT(22), /* "Mode-Based Execute Control for EPT" */
	CPU2_USER_WAIT = BIT(26),
	CPU2_PCONFIG = BIT(27),
	EXIT_SAVE_DEBUG = BIT(2),
	EXIT_HOST_64 = BIT(9),
	EXIT_SAVE_PAT = BIT(18),
	EXIT_LOAD_PAT = BIT(19),
	EXIT_SAVE_EFER = BIT(20),
	EXIT_LOAD_EFER = BIT(21),
	ENTRY_LOAD_DEBUG = BIT(2),
	ENTRY_GUEST_64 = BIT(9),
	ENTRY_LOAD_PAT = BIT(14),
	ENTRY_LOAD_EFER = BIT(15),
};

enum {
	INTERRUPTIBILITY_STI = BIT(0),
	INTERRUPTIBILITY_MOV_SS = BIT(1),
	INTERRUPTIBILITY_NMI = BIT(3)
};

/* EPT: "Format of EPT Entries", IA32_VMX_EPT_VPID_CAP, and the exit qualification for EPT violations. */
enum {
	EPT_R = BIT(0),
	EPT_W = BIT(1),
	EPT_X = BIT(2),   /* with mode-based execute control: of supervisor-mode addresses */
	EPT_XU = BIT(10), /* of user-mode addresses */
	EPT_TYPE_SHIFT = 3,
	EPTP_WALK_4 = 3 << 3,
	EPT_CAP_WALK_4 = BIT(6),
	EPT_CAP_WB = BIT(14),
	EPT_CAP_2M = BIT(16),
	EPT_CAP_1G = BIT(17),
	EPT_CAP_INVEPT = BIT(20),
	EPT_CAP_INVEPT_SINGLE = BIT(25),
	EPT_CAP_INVEPT_ALL = BIT(26),
	EPTQ_READ = BIT(0),
	EPTQ_WRITE = BIT(1),
	EPTQ_FETCH = BIT(2),
	EPTQ_LINEAR_VALID = BIT(7),
	EPTQ_NOT_WALK = BIT(8), /* if the linear address is valid: the access itself, not its page walk */
	EPTQ_NMI_UNBLOCKED = BIT(12),
};

enum vmx_exit_reason {
	VMX_EXIT_EXCEPTION = 0,
	VMX_EXIT_EXTERNAL = 1,
	VMX_EXIT_TRIPLE_FAULT = 2,
	VMX_EXIT_INIT = 3,
	VMX_EXIT_SIPI = 4,
	VMX_EXIT_TASK_SWITCH = 9,
	VMX_EXIT_CPUID = 10,
	VMX_EXIT_GETSEC = 11,
	VMX_EXIT_INVD = 13,
	VMX_EXIT_VMCALL = 18,
	VMX_EXIT_ENTRY_MC = 41,
	VMX_EXIT_VMCLEAR = 19,
	VMX_EXIT_VMXON = 27, /* and those in between: VMLAUNCH to VMXOFF */
	VMX_EXIT_CR = 28,
	VMX_EXIT_IO = 30,
	VMX_EXIT_RDMSR = 31,
	VMX_EXIT_WRMSR = 32,
	VMX_EXIT_MTF = 37,
	VMX_EXIT_GDTR_IDTR = 46,
	VMX_EXIT_LDTR_TR = 47,
	VMX_EXIT_EPT_VIOLATION = 48,
	VMX_EXIT_EPT_MISCONFIG = 49,
	VMX_EXIT_INVEPT = 50,
	VMX_EXIT_INVVPID = 53,
	VMX_EXIT_WBINVD = 54,
	VMX_EXIT_XSETBV = 55,
	VMX_EXIT_XSAVES = 63,
	VMX_EXIT_XRSTORS = 64,
	VMX_EXIT_SEAMCALL = 76,
	VMX_EXIT_TDCALL = 77,
	VMX_EXIT_URDMSR = 80,
	VMX_EXIT_UWRMSR = 81,
	VMX_EXIT_RDMSR_IMM = 84,
	VMX_EXIT_WRMSRNS_IMM = 85,
	VMX_EXIT_KNOWN
};
#define VMX_EXIT_ENTRY_FAILED BIT(31)

enum {
	MSR_VMX_CR0_FIXED0 = 0x486,
	MSR_VMX_CR0_FIXED1 = 0x487,
	MSR_VMX_CR4_FIXED0 = 0x488,
	MSR_VMX_CR4_FIXED1 = 0x489,
	MSR_VMX_PROCBASED_CTLS2 = 0x48b,
	MSR_VMX_EPT_VPID_CAP = 0x48c,
	MSR_VMX_TRUE_PIN = 0x48d,
	MSR_VMX_TRUE_CPU = 0x48e,
	MSR_VMX_TRUE_EXIT = 0x48f,
	MSR_VMX_TRUE_ENTRY = 0x490,
};

/*
 * vmcs.c has the instructions and nothing else: the unit tests substitute their own VMCS.
 * vmcs_read() - reads a field that the CPU has.
 * vmcs_write() - prints a line if the CPU refuses; the next entry then fails and says why.
 */
uint64_t vmcs_read(enum vmcs_field field);
void vmcs_write(enum vmcs_field field, uint64_t value);

struct vmcs_value {
	enum vmcs_field field;
	uint64_t value;
};
void vmcs_write_all(const struct vmcs_value *values, size_t count);

/** vmx_invept() - drops this CPU's translations through @eptp, or through all. Return: whether all. */
bool vmx_invept(uint64_t eptp);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the CPU with its VMCS, and of what the VMX backend alone calls. */
#pragma once

#include "arch/x86/vmx/vmx.h"
#include "tests/unit/hv/arch/x86/mock.h"

struct hw {
	uint64_t vmcs[0x8000]; /* by field: in place of vmcs.c */
	bool written[0x8000];
	uint64_t cr2, kernel_gs, msr_value;
	uint32_t msr_written;
	uint32_t cpuid1_eax;
	unsigned int debug_resets, invepts;
	bool invept_single; /* INVEPT drops the translations of one EPT only */
};
extern struct hw hw;

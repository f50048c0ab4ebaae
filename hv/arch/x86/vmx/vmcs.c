/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The instructions on the current VMCS. Intel SDM volume 3, "VMX Instruction Reference". */
#include "arch/x86/vmx/vmcs.h"

#include "arch/x86/insn.h"
#include "log/printk.h"

#define INVEPT_SINGLE 1u
#define INVEPT_ALL    2u

uint64_t vmcs_read(enum vmcs_field field)
{
	uint64_t v;

	__asm__ volatile("vmread %1, %0" : "=rm"(v) : "r"((uint64_t)field) : "cc");
	return v;
}

void vmcs_write(enum vmcs_field field, uint64_t value)
{
	uint8_t failed;

	__asm__ volatile("vmwrite %2, %1; setna %0"
			 : "=qm"(failed)
			 : "r"((uint64_t)field), "rm"(value)
			 : "cc");
	if (failed)
		printk("VMWRITE to field %x failed", field); /* the VM entry will say what is wrong */
}

void vmcs_write_all(const struct vmcs_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		vmcs_write(values[i].field, values[i].value);
}

bool vmx_invept(uint64_t eptp)
{
	uint64_t type = rdmsr(MSR_VMX_EPT_VPID_CAP) & EPT_CAP_INVEPT_ALL ? INVEPT_ALL : INVEPT_SINGLE;
	struct {
		uint64_t eptp, reserved;
	} descriptor = { eptp, 0 };

	__asm__ volatile("invept %0, %1" : : "m"(descriptor), "r"(type) : "cc", "memory");
	return type == INVEPT_ALL;
}

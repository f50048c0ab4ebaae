/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writing to the current VMCS. */
#include "arch/x86/vmx/vmx.h"

#include "log/printk.h"

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

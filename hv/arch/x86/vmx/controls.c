/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The VMX controls. Intel SDM volume 3, "Algorithms for Determining VMX Capabilities". */
#include "arch/x86/insn.h"
#include "arch/x86/vmx/vmx.h"
#include "mm/page_pool.h"

#define BASIC_TRUE_CONTROLS BIT(55)
#define XSS_PT              BIT(8)
#define CPU_CR3_EXITING     (BIT(15) | BIT(16))

static struct {
	uint32_t pin, cpu, cpu2, exit, entry;
} controls; /* (b) each starting CPU writes the same values: CPUs start one after the other */

/* @needed must be possible; @wanted is used where possible. Return: whether all of @needed is possible. */
static bool adjust(uint32_t msr, uint64_t needed, uint64_t wanted, uint32_t *value)
{
	uint64_t cap = rdmsr(msr);
	uint32_t must = (uint32_t)cap, may = (uint32_t)(cap >> 32);

	*value = ((uint32_t)(needed | wanted) & may) | must;
	return ((uint32_t)needed & may) == (uint32_t)needed;
}

const char *vmx_controls_init(void)
{
	if (!(rdmsr(MSR_VMX_BASIC) & BASIC_TRUE_CONTROLS))
		return "this CPU's VMX is too old: it cannot run a guest without an exit for each CR3 load";
	if (!adjust(MSR_VMX_TRUE_CPU,
		    CPU_USE_IO_BITMAPS | CPU_USE_MSR_BITMAPS | CPU_SECONDARY | CPU_MONITOR_TRAP, 0,
		    &controls.cpu) ||
	    controls.cpu & CPU_CR3_EXITING)
		return "this CPU's VMX lacks bitmaps, secondary controls or the monitor trap flag";
	controls.cpu &= ~(uint32_t)CPU_MONITOR_TRAP;
	/* Instructions that the CPU has must not raise #UD in the guest: their controls are on. */
	if (!adjust(MSR_VMX_PROCBASED_CTLS2, CPU2_EPT | CPU2_UNRESTRICTED | CPU2_TABLES,
		    CPU2_RDTSCP | CPU2_VPID | CPU2_INVPCID | CPU2_XSAVES | CPU2_EXEC_MODES | CPU2_USER_WAIT |
			    CPU2_PCONFIG,
		    &controls.cpu2))
		return "this CPU's VMX lacks EPT, unrestricted guests or exits for descriptor tables";
	controls.cpu2 &= ~(uint32_t)CPU2_TABLES; /* from the lock on: vmx_pin() */
	if (!adjust(MSR_VMX_TRUE_PIN, 0, 0, &controls.pin) ||
	    !adjust(MSR_VMX_TRUE_EXIT,
		    EXIT_HOST_64 | EXIT_SAVE_EFER | EXIT_LOAD_EFER | EXIT_SAVE_PAT | EXIT_LOAD_PAT,
		    EXIT_SAVE_DEBUG, &controls.exit) ||
	    !adjust(MSR_VMX_TRUE_ENTRY, ENTRY_GUEST_64 | ENTRY_LOAD_EFER | ENTRY_LOAD_PAT, ENTRY_LOAD_DEBUG,
		    &controls.entry))
		return "this CPU's VMX cannot switch EFER and PAT";
	return NULL;
}

bool vmx_has_exec_modes(void)
{
	return controls.cpu2 & CPU2_EXEC_MODES;
}

void vmx_controls_write(void)
{
	const struct vmcs_value values[] = {
		{ VMCS_PIN_CONTROLS, controls.pin },
		{ VMCS_CPU_CONTROLS, controls.cpu },
		{ VMCS_CPU_CONTROLS2, controls.cpu2 },
		{ VMCS_EXIT_CONTROLS, controls.exit },
		{ VMCS_ENTRY_CONTROLS, controls.entry },
		{ VMCS_EXCEPTION_BITMAP, 0 },
		{ VMCS_CR3_TARGET_COUNT, 0 },
		{ VMCS_EXIT_MSR_STORE_COUNT, 0 },
		{ VMCS_EXIT_MSR_LOAD_COUNT, 0 },
		{ VMCS_ENTRY_MSR_LOAD_COUNT, 0 },
		{ VMCS_ENTRY_INTR_INFO, 0 },
		{ VMCS_MSR_BITMAP, hv_phys(vmx_msr_bitmap) },
		{ VMCS_IO_BITMAP_A, hv_phys(vmx_io_bitmap) },
		{ VMCS_IO_BITMAP_B, hv_phys(vmx_io_bitmap) + PAGE_SIZE },
	};

	vmcs_write_all(values, sizeof(values) / sizeof(values[0]));
	if (controls.cpu2 & CPU2_VPID)
		vmcs_write(VMCS_VPID, 1);
	if (controls.cpu2 & CPU2_XSAVES)
		vmcs_write(VMCS_XSS_EXIT_BITMAP, XSS_PT); /* its state says where the trace is written */
	if (controls.cpu2 & CPU2_PCONFIG)
		vmcs_write(VMCS_PCONFIG_EXIT_BITMAP, 0);
}

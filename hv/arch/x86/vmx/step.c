/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Single steps by the monitor trap flag. Intel SDM volume 3, "Monitor Trap Flag". */
#include "arch/x86/vmx/vmx.h"

void vmx_step_begin(struct percpu *cpu, uint64_t root_pa)
{
	uint64_t blocked = vmcs_read(VMCS_GUEST_INTERRUPTIBILITY);

	/*
	 * An STI shadow holds interrupts back for one instruction; without it, an interrupt could come first,
	 * and the instruction would fault again. "Checks on Guest Non-Register State": allowed only with
	 * RFLAGS.IF, and not with TF, which would require a pending #DB.
	 */
	if ((vmcs_read(VMCS_GUEST_RFLAGS) & (RFLAGS_IF | RFLAGS_TF)) == RFLAGS_IF &&
	    !(blocked & (INTERRUPTIBILITY_STI | INTERRUPTIBILITY_MOV_SS))) {
		vmcs_write(VMCS_GUEST_INTERRUPTIBILITY, blocked | INTERRUPTIBILITY_STI);
		cpu->backend_flags |= VMX_STEP_STI;
	}
	vmcs_write(VMCS_CPU_CONTROLS, vmcs_read(VMCS_CPU_CONTROLS) | CPU_MONITOR_TRAP);
	vmcs_write(VMCS_EPTP, vmx_eptp(root_pa));
	cpu->backend_flags |= VMX_FLUSH; /* the view's tables are reused with new contents */
}

bool vmx_step_end(struct percpu *cpu)
{
	uint64_t blocked = vmcs_read(VMCS_GUEST_INTERRUPTIBILITY);

	/* Still set only if the instruction did not run. */
	if (cpu->backend_flags & VMX_STEP_STI && blocked & INTERRUPTIBILITY_STI)
		vmcs_write(VMCS_GUEST_INTERRUPTIBILITY, blocked & ~INTERRUPTIBILITY_STI);
	cpu->backend_flags &= ~VMX_STEP_STI;
	vmcs_write(VMCS_CPU_CONTROLS, vmcs_read(VMCS_CPU_CONTROLS) & ~CPU_MONITOR_TRAP);
	vmx_use_map(cpu);
	return false; /* a guest that single-steps itself has its #DB pending in the VMCS */
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Control registers and XCR0: the few changes that exit. */
#include "arch/x86/insn.h"
#include "core/exit.h"

/*
 * Only CR0.NE and CR4.VMXE are the hypervisor's, and a write exits only if it would change the guest's idea of them.
 * NE: take the new value into what the guest reads and run the instruction again: now it does not exit, and the CPU
 * itself checks all the rest. VMXE: reserved on a CPU without VMX.
 */
enum hv_action exit_cr(struct percpu *cpu, const struct hv_exit *x)
{
	if (x->cr.cr != 0)
		return exit_inject(cpu, VEC_GP, true, 0);
	hv_backend()->set(cpu, GREG_CR0, (greg(cpu, GREG_CR0) & ~CR0_NE) | (x->cr.value & CR0_NE));
	/* A breakpoint on the instruction has had its turn; the exit has cleared RF. */
	hv_backend()->set(cpu, GREG_RFLAGS, greg(cpu, GREG_RFLAGS) | RFLAGS_RF);
	return HV_RESUME;
}

enum hv_action exit_xsetbv(struct percpu *cpu)
{
	/* XCR0 is the guest's also while the hypervisor runs; the CPU checks the value, but for ring 0. */
	if (greg(cpu, GREG_CPL) ||
	    xsetbv_safe((uint32_t)cpu->gprs.rcx, cpu->gprs.rdx << 32 | (uint32_t)cpu->gprs.rax))
		return exit_inject(cpu, VEC_GP, true, 0);
	return HV_ADVANCE;
}

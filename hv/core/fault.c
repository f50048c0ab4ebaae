/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* An access that the nested page tables refuse: whose page is it? */
#include "approve/view_fault.h"
#include "core/ap_start.h"
#include "core/end.h"
#include "core/exit.h"
#include "core/smp.h"
#include "core/state.h"
#include "mm/nested.h"
#include "mm/page_pool.h"
#include "protect/code.h"
#include "protect/step.h"
#include "protect/violation.h"

/* Faults in a row at one address that the tables allow; more mean that the hypervisor is broken. */
#define SPURIOUS_MAX 64

/* The tables allow the access by now; those of a step follow them. */
static enum hv_action retry(struct percpu *cpu)
{
	if (cpu->step.active)
		step_refresh(cpu);
	hv_backend()->flush(cpu);
	return HV_RESUME;
}

/* The tables no longer refuse this access, or never mapped the address. */
static enum hv_action spurious(struct percpu *cpu, const struct hv_exit *x)
{
	if (!nested_perm(x->nested.gpa))
		return exit_inject(cpu, VEC_GP, true, 0); /* beyond what the CPU can address */
	if (cpu->spurious_gpa != x->nested.gpa)
		cpu->spurious_count = 0;
	cpu->spurious_gpa = x->nested.gpa;
	if (++cpu->spurious_count > SPURIOUS_MAX) {
		/* With MBEC a user-mode address in ring 0, while CR4.SMEP is off, counts as user mode's. */
		if (x->nested.access & NACC_EXEC && hv_locked())
			return violation(cpu, x, RW_TARGET_UNAPPROVED);
		return HV_FATAL;
	}
	return retry(cpu);
}

enum hv_action exit_nested(struct percpu *cpu, const struct hv_exit *x)
{
	uint64_t gpa = x->nested.gpa;
	uint32_t target = hv_is_policy(gpa) ? RW_TARGET_POLICY : hv_owns(gpa, 1) ? RW_TARGET_HYPERVISOR : 0;

	if (x->nested.misconfig)
		return HV_FATAL;
	if (view_follow(cpu, x))
		return HV_RESUME;
	if (ap_start_owns(gpa))
		return ap_start_apic_write(cpu, x);
	if (!target) {
		enum nested_late late = nested_map_late(gpa);

		if (late == NESTED_REUSED)
			smp_flush_all(cpu);
		if (late != NESTED_NOT_LATE)
			return retry(cpu); /* MMIO, touched for the first time */
		if (code_settle(cpu, x))
			return HV_RESUME;
		target = code_refused(cpu, x);
		if (!target)
			return spurious(cpu, x);
	}
	if (x->pending.type == EVENT_EXCEPTION && x->pending.vector == VEC_DF)
		exit_reset("triple fault"); /* a double fault that cannot be delivered is a triple fault */
	return violation(cpu, x, target);
}

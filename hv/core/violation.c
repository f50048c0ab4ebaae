/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Accesses that the nested page tables refuse. */
#include "core/exit.h"
#include "core/end.h"
#include "core/evidence.h"
#include "core/guest_info.h"
#include "core/panic.h"
#include "core/smp.h"
#include "core/startup.h"
#include "core/state.h"
#include "mm/nested.h"
#include "mm/page_pool.h"
#include "policy/verdict.h"

/*
 * Faults in a row at one address that the tables would allow, before the hypervisor takes itself for broken.
 */
#define SPURIOUS_MAX 64

static uint32_t classify(const struct hv_exit *x)
{
	if (x->pending.type != EVENT_NONE)
		return RW_ACCESS_DELIVERY;
	if (x->nested.walk)
		return RW_ACCESS_WALK;
	if (x->nested.access & NACC_WRITE)
		return RW_ACCESS_WRITE;
	return x->nested.access & NACC_EXEC ? RW_ACCESS_EXEC : RW_ACCESS_READ;
}

static enum policy_action verdict(struct percpu *cpu, const struct rw_rec_violation *rec)
{
	return policy_verdict(&(struct policy_access){
		.target = rec->target,
		.access = rec->access,
		.cpl = rec->cpl,
		.on_violation = hv.boot->on_violation,
		.locked = hv.locked,
		.in_poking_mm = hv.agent.poking_cr3 && (rec->cr3 & CR3_ADDR_MASK) == hv.agent.poking_cr3,
		.rip_in_kernel_text = guest_rip_target(cpu) == RW_TARGET_KERNEL_TEXT,
	});
}

/* No entry of the tables refuses this access any more, or none ever mapped it. */
static enum hv_action not_ours(struct percpu *cpu, const struct hv_exit *x)
{
	if (!nested_perm(x->nested.gpa))
		return exit_inject(cpu, VEC_GP, true, 0); /* beyond what the CPU can address */
	if (cpu->spurious_gpa != x->nested.gpa)
		cpu->spurious_count = 0;
	cpu->spurious_gpa = x->nested.gpa;
	if (++cpu->spurious_count > SPURIOUS_MAX)
		return HV_FATAL;
	hv_backend()->flush(cpu);
	return HV_RESUME;
}

/*
 * Records it, and tells the guest by #UD for hidden code, #DF for delivery, else #GP. Not #PF: the guest's
 * own page tables allow the access, so that Linux would take the fault for a stale TLB entry and try again
 * for ever.
 */
static enum hv_action refuse(struct percpu *cpu, struct rw_rec_violation *rec, enum rw_verdict verdict)
{
	rec->hdr.verdict = (uint8_t)verdict;
	violation_record(cpu, rec);
	if (verdict == RW_VERDICT_STOP)
		hv_stop("a violation, and on_violation = stop");
	if (rec->access == RW_ACCESS_EXEC)
		return exit_inject(cpu, VEC_UD, false, 0);
	return exit_inject(cpu, rec->access == RW_ACCESS_DELIVERY ? VEC_DF : VEC_GP, true, 0);
}

/* The instruction that is being stepped touches another page, too. */
static void further_page(struct percpu *cpu, struct step_state *s, struct rw_rec_violation *rec, bool patch)
{
	/* A patch that reaches beyond kernel text is none. */
	if (s->commit && !patch) {
		s->commit = false;
		s->rec.hdr.type = RW_REC_VIOLATION;
		s->rec.hdr.verdict = RW_VERDICT_SKIP;
	}
	if (rec->target != s->rec.target) {
		rec->hdr.verdict = RW_VERDICT_SKIP;
		violation_record(cpu, rec);
	}
}

/* Runs the instruction on copies; the record is finished when it has run. */
static enum hv_action step(struct percpu *cpu, struct rw_rec_violation *rec, bool patch)
{
	struct step_state *s = &cpu->step;
	bool first = !s->active || !s->rec.hdr.type;
	enum step_kind kind = rec->target == RW_TARGET_HYPERVISOR ? STEP_HIDDEN : STEP_PROTECTED;
	int ret = step_add(cpu, rec->gpa, kind);

	if (ret == -RW_ENOSPC && s->iterations) {
		/*
		 * A repeated instruction came to further pages: what it did so far is one record, the rest
		 * another.
		 */
		step_finish(cpu, true);
		first = true;
		ret = step_add(cpu, rec->gpa, kind);
	}
	if (ret) {
		/*
		 * More pages than one instruction can touch, or a page that even its copy does not satisfy.
		 */
		if (s->active)
			step_finish(cpu, false);
		return refuse(cpu, rec, RW_VERDICT_FAULT);
	}
	if (!first) {
		further_page(cpu, s, rec, patch);
		return HV_RESUME;
	}
	s->commit = patch;
	s->rec = *rec;
	s->rec.hdr.type = patch ? RW_REC_PATCH : RW_REC_VIOLATION;
	s->rec.hdr.verdict = patch ? RW_VERDICT_ALLOW : RW_VERDICT_SKIP;
	return HV_RESUME;
}

enum hv_action exit_nested(struct percpu *cpu, const struct hv_exit *x)
{
	struct rw_rec_violation rec;
	struct ranges_hit hit = { 0 };
	uint64_t gpa = x->nested.gpa;
	bool hidden = hv_owns(gpa, 1);

	if (x->nested.misconfig)
		return HV_FATAL;
	if (startup_owns(gpa))
		return startup_apic_write(cpu, x);
	if (!hidden) {
		if (nested_map_late(gpa)) {
			if (cpu->step.active)
				step_refresh(cpu);
			hv_backend()->flush(cpu);
			if (nested_tables_reused())
				smp_flush_all(cpu);
			return HV_RESUME;
		}
		if (!hv.locked || !ranges_find(&hv.ranges, gpa, &hit) ||
		    (x->nested.access & NACC_WRITE && nested_perm(gpa) & NPERM_W))
			return not_ours(cpu, x);
	}
	if (x->pending.type == EVENT_EXCEPTION && x->pending.vector == VEC_DF)
		exit_reset("triple fault"); /* a double fault that cannot be delivered is a triple fault */
	violation_describe(cpu, &rec, gpa, hidden ? RW_TARGET_HYPERVISOR : hit.kind, classify(x));
	rec.gva = x->nested.gva_valid ? x->nested.gva : guest_operand(cpu, rec.bytes, rec.nbytes, gpa);

	enum policy_action action = verdict(cpu, &rec);

	if (action == POLICY_DISCARD || action == POLICY_PATCH)
		return step(cpu, &rec, action == POLICY_PATCH);
	return refuse(cpu, &rec, action == POLICY_STOP ? RW_VERDICT_STOP : RW_VERDICT_FAULT);
}

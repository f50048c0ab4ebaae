/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Accesses to protected memory: the verdict, and its consequences. */
#include "protect/violation.h"

#include "core/guest_info.h"
#include "core/panic.h"
#include "core/state.h"
#include "policy/verdict.h"
#include "protect/evidence.h"
#include "protect/patch_copy.h"
#include "protect/step.h"

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

static enum policy_action verdict(struct percpu *cpu, uint32_t target, uint32_t access)
{
	uint64_t poking_cr3 = __atomic_load_n(&hv.agent.poking_cr3,
					      __ATOMIC_RELAXED); /* read once: kexec clears it */
	bool in_poking_mm = poking_cr3 && (greg(cpu, GREG_CR3) & CR3_ADDR_MASK) == poking_cr3;

	return policy_verdict(&(struct policy_access){
		.target = target,
		.access = access,
		.cpl = (uint8_t)greg(cpu, GREG_CPL),
		.on_violation = hv.boot->settings.on_violation,
		.locked = hv_locked(),
		.in_poking_mm = in_poking_mm,
		.rip_in_kernel_text = in_poking_mm && guest_rip_target(cpu) == RW_TARGET_KERNEL_TEXT,
	});
}

/*
 * Records the access, and injects #UD for hidden code, #DF for delivery, else #GP. Not #PF: the guest's own
 * page tables allow the access, so Linux would take the fault for a stale TLB entry and retry forever.
 */
static enum hv_action refuse(struct percpu *cpu, struct evidence *rec, enum rw_verdict verdict)
{
	rec->verdict = (uint8_t)verdict;
	evidence_record(cpu, rec);
	if (verdict == RW_VERDICT_STOP)
		hv_stop("a violation, and on_violation = stop");
	if (rec->access == RW_ACCESS_EXEC)
		return exit_inject(cpu, VEC_UD, false, 0);
	return exit_inject(cpu, rec->access == RW_ACCESS_DELIVERY ? VEC_DF : VEC_GP, true, 0);
}

/* A patch that its site does not allow is a write like any other. */
static enum hv_action refuse_copy(struct percpu *cpu, struct evidence *rec)
{
	enum rw_verdict verdict = policy_refusal(hv.boot->settings.on_violation, RW_VERDICT_SKIP);

	if (verdict != RW_VERDICT_SKIP)
		return refuse(cpu, rec, verdict);
	rec->verdict = RW_VERDICT_SKIP;
	evidence_record(cpu, rec);
	patch_copy_skip(cpu, rec);
	return HV_RESUME;
}

/* The stepped instruction touches another page, too. */
static void further_page(struct percpu *cpu, struct step_state *s, struct evidence *rec, bool patch)
{
	/* A write that reaches beyond code is not a patch. */
	if (s->commit && !patch) {
		s->commit = false;
		s->rec.type = RW_REC_VIOLATION;
		s->rec.verdict = RW_VERDICT_SKIP;
	}
	if (rec->target != s->rec.target) {
		rec->verdict = RW_VERDICT_SKIP;
		evidence_record(cpu, rec);
	}
}

/* Runs the instruction on copies; the record is finished after it has run. */
static enum hv_action step(struct percpu *cpu, struct evidence *rec, bool patch)
{
	struct step_state *s = &cpu->step;
	bool first = !s->active || !s->rec.type;
	enum step_kind kind = rec->target == RW_TARGET_HYPERVISOR ? STEP_HIDDEN :
			      rec->target == RW_TARGET_POLICY     ? STEP_POLICY :
								    STEP_PROTECTED;
	int ret = step_add(cpu, rec->gpa, kind);

	if (ret == -RW_ENOSPC && s->iterations) {
		/*
		 * A repeated instruction reached further pages: what it did so far is one record, the rest
		 * another.
		 */
		step_finish(cpu, true);
		first = true;
		ret = step_add(cpu, rec->gpa, kind);
	}
	if (ret) {
		/* More pages than one instruction can touch, or a page that faults even with its copy. */
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
	s->rec.type = patch ? RW_REC_PATCH : RW_REC_VIOLATION;
	s->rec.verdict = patch ? RW_VERDICT_ALLOW : RW_VERDICT_SKIP;
	return HV_RESUME;
}

enum hv_action violation(struct percpu *cpu, const struct hv_exit *x, uint32_t target)
{
	uint64_t gpa = x->nested.gpa;
	uint32_t access = classify(x);
	enum policy_action action = verdict(cpu, target, access);
	struct evidence rec;

	if (action == POLICY_PATCH && !cpu->step.active)
		switch (patch_copy(cpu, gpa, target, &rec)) {
		case PATCH_COPY_DONE:
			return HV_RESUME;
		case PATCH_COPY_REFUSED:
			return refuse_copy(cpu, &rec);
		case PATCH_COPY_NOT:
			break;
		}
	evidence_describe(cpu, &rec, gpa, target, access);
	rec.gva = x->nested.gva_valid      ? x->nested.gva :
		  access == RW_ACCESS_EXEC ? guest_fetch_address(cpu, gpa) :
					     guest_operand(cpu, rec.bytes, rec.nbytes, gpa);
	if (action == POLICY_DISCARD || action == POLICY_PATCH)
		return step(cpu, &rec, action == POLICY_PATCH);
	return refuse(cpu, &rec, action == POLICY_STOP ? RW_VERDICT_STOP : RW_VERDICT_FAULT);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Accesses that the nested page tables refuse. */
#include "core/violation.h"

#include "core/guest_info.h"
#include "core/panic.h"
#include "core/smp.h"
#include "core/startup.h"
#include "core/state.h"
#include "core/string.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/nested.h"
#include "mm/page_pool.h"
#include "policy/verdict.h"

/* Faults in a row at one address that the tables would allow, before the hypervisor takes itself for broken. */
#define SPURIOUS_MAX 64

/* Alert lines: this many at once, then one each 100 ms. */
#define ALERT_BURST 32ull
#define ALERT_NS 100000000ull

static const char *const target_names[] = RW_TARGET_NAMES;
static const char *const verdict_names[] = RW_VERDICT_NAMES;
static const char *const access_names[] = RW_ACCESS_NAMES;

static void fill_symbol(struct rw_rec_violation *rec)
{
	struct ranges_hit hit;
	struct symbols_hit sym;

	if (rec->target == RW_TARGET_HYPERVISOR || !ranges_find(&hv.ranges, rec->gpa, &hit))
		return;
	if (!symbols_lookup(&hv.symbols, hit.gva, ranges_linear_start(&hv.ranges, hit.range), &sym)) {
		memcpy(rec->symbol, sym.name, sym.len);
		rec->sym_off = sym.off;
		return;
	}
	memcpy(rec->symbol, hit.range->name, sizeof(hit.range->name));
	rec->sym_off = rec->gpa - hit.range->gpa;
}

void violation_move(struct rw_rec_violation *rec, uint64_t gpa)
{
	rec->gva = rec->gva && (rec->gpa ^ gpa) < PAGE_SIZE ? rec->gva + gpa - rec->gpa : 0;
	rec->gpa = gpa;
	memset(rec->symbol, 0, sizeof(rec->symbol));
	fill_symbol(rec);
}

void violation_describe(struct percpu *cpu, struct rw_rec_violation *rec, uint64_t gpa, uint32_t target, uint32_t access)
{
	*rec = (struct rw_rec_violation){
		.hdr = { .type = RW_REC_VIOLATION, .size = sizeof(*rec) },
		.target = (uint8_t)target, .access = (uint8_t)access, .gpa = gpa,
		.cpl = (uint8_t)greg(cpu, GREG_CPL), .rip = greg(cpu, GREG_RIP), .cr3 = greg(cpu, GREG_CR3),
	};
	rec->nbytes = (uint8_t)guest_read_virt(cpu, guest_linear_rip(cpu), rec->bytes, RW_CODE_BYTES);
	if (guest_process(cpu, &rec->proc))
		rec->hdr.flags |= RW_RECF_PROC;
	else
		memset(&rec->proc, 0, sizeof(rec->proc));
	fill_symbol(rec);
}

/* Alert lines are for whoever watches the serial line now; what is too much for it is in the log all the same. */
static bool may_alert(const struct percpu *cpu)
{
	static uint64_t next_ns, suppressed;
	static struct spinlock lock;
	uint64_t now = journal_now(cpu);

	spin_lock(&lock);
	/* A bucket of ALERT_BURST lines that fills by one each ALERT_NS. */
	bool may = next_ns <= now + ALERT_BURST * ALERT_NS;
	if (may)
		next_ns = (next_ns > now ? next_ns : now) + ALERT_NS;
	if (may && suppressed)
		printk("%lu alerts were not printed; they are in the log", suppressed);
	suppressed = may ? 0 : suppressed + 1;
	spin_unlock(&lock);
	return may;
}

static void alert(const struct percpu *cpu, const struct rw_rec_violation *rec)
{
	char who[RW_COMM_LEN + 1] = "a task not known";

	if (!may_alert(cpu))
		return;
	/* The name is the guest's: anything could stand in it. */
	for (unsigned int i = 0; rec->hdr.flags & RW_RECF_PROC && i < RW_COMM_LEN; i++) {
		char c = rec->proc.comm[i];

		who[i] = c && (c < ' ' || c > '~') ? '?' : c;
	}
	if (rec->access == RW_ACCESS_HYPERCALL)
		printk("ALERT hypercall %lu refused, rip %lx, by %s[%u]", rec->nr, rec->rip, who, rec->proc.pid);
	else
		printk("ALERT %s of %s %s+%lx at gpa %lx, rip %lx, cpl %u, by %s[%u]: %s", access_names[rec->access],
		       target_names[rec->target], rec->symbol, rec->sym_off, rec->gpa, rec->rip, rec->cpl, who,
		       rec->proc.pid, verdict_names[rec->hdr.verdict]);
}

static void store(struct percpu *cpu, struct rw_rec_violation *rec)
{
	*(rec->hdr.type == RW_REC_PATCH ? &cpu->stats.patches : &cpu->stats.violations) += 1 + rec->repeat;
	journal_append(cpu, &rec->hdr);
	if (rec->hdr.type == RW_REC_VIOLATION)
		alert(cpu, rec);
}

void violation_flush(struct percpu *cpu)
{
	struct rw_rec_violation *held = &cpu->held_read;

	if (!held->repeat)
		return;
	held->repeat--; /* it stands for itself and for those before it */
	store(cpu, held);
	held->repeat = 0;
}

static bool runs_on(const struct rw_rec_violation *last, const struct rw_rec_violation *rec)
{
	return rec->target == RW_TARGET_HYPERVISOR && rec->access == RW_ACCESS_READ && last->access == RW_ACCESS_READ &&
	       rec->rip == last->rip && rec->cr3 == last->cr3 && rec->gpa - last->gpa <= PAGE_SIZE;
}

void violation_record(struct percpu *cpu, struct rw_rec_violation *rec)
{
	struct rw_rec_violation *held = &cpu->held_read;
	uint32_t repeat = runs_on(held, rec) ? held->repeat + 1 : 0;

	if (!repeat) {
		violation_flush(cpu);
		store(cpu, rec);
	}
	*held = *rec;
	held->repeat = repeat;
}

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
		.target = rec->target, .access = rec->access, .cpl = rec->cpl,
		.on_violation = hv.boot->on_violation, .locked = hv.locked,
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
 * Records it, and tells the guest by #UD for hidden code, #DF for delivery, else #GP. Not #PF: the guest's own page
 * tables allow the access, so that Linux would take the fault for a stale TLB entry and try again for ever.
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
		/* A repeated instruction came to further pages: what it did so far is one record, the rest another. */
		step_finish(cpu, true);
		first = true;
		ret = step_add(cpu, rec->gpa, kind);
	}
	if (ret) {
		/* More pages than one instruction can touch, or a page that even its copy does not satisfy. */
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

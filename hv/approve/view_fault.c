/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Nested faults that only ask for the map of the other mode, or for a page to become code or data. */
#include "approve/view_fault.h"

#include "approve/view.h"
#include "arch/x86/segment.h"
#include "core/guest_info.h"
#include "core/panic.h"
#include "core/smp.h"
#include "core/state.h"
#include "mm/guest_copy.h"
#include "mm/page_pool.h"
#include "policy/verdict.h"
#include "protect/code.h"
#include "protect/code_rules.h"
#include "protect/evidence.h"
#include "protect/pin.h"
#include "protect/step.h"

/* Descriptors: Intel SDM volume 3, "Segment Descriptors", "System Descriptor Types". */
#define DESC_PRESENT BIT(47)
#define DESC_SEGMENT BIT(44) /* of code or data */

enum {
	DESC_LDT = 2,
	DESC_TSS = 9,
	DESC_TSS_BUSY = 11,
	GATE = 0, /* index in view_state.reported */
	LDT = 1,
	TURNS_MAX = 16 /* of one page in a row: it writes to itself */
};

/* Records, once, that @value of the table @name would lead user mode to code of anybody's choice. */
static void report(struct percpu *cpu, int which, const char *name, uint64_t value)
{
	static const uint64_t none;
	uint64_t *last = &cpu->view.reported[which];
	enum rw_verdict verdict = code_is_audit() ?
					  RW_VERDICT_ALLOW :
					  policy_refusal(hv.boot->settings.on_violation, RW_VERDICT_SKIP);

	if (*last == value)
		return;
	*last = value;
	evidence_control(cpu, name, &none, &value, sizeof(value), verdict);
	if (verdict == RW_VERDICT_STOP)
		hv_stop("a gate in a descriptor table, and on_violation = stop");
}

/* Whether the descriptor @d is what a far call or jump follows to another privilege level. */
static bool is_gate(uint64_t d)
{
	unsigned int type = d >> 40 & 0xf;

	return (d & (DESC_PRESENT | DESC_SEGMENT)) == DESC_PRESENT && type != DESC_LDT && type != DESC_TSS &&
	       type != DESC_TSS_BUSY;
}

/* Clears the gates among @count descriptors. Any of them may be named by a selector, also a second half. */
static void clear_gates(struct percpu *cpu, uint64_t *desc, size_t count)
{
	uint64_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_gate(desc[i]))
			continue;
		found = desc[i];
		if (!code_is_audit())
			desc[i] = 0;
	}
	if (found)
		report(cpu, GATE, "GDT", found);
	else
		cpu->view.reported[GATE] = 0;
}

/*
 * Brings this CPU's copy of the GDT, which nobody can write while user mode runs, up to date. Linux writes to
 * the table itself for each process with thread-local segments. Return: whether user mode may run.
 */
static bool copy_gdt(struct percpu *cpu, const struct segment *gdtr)
{
	struct view_state *v = &cpu->view;
	uint64_t gpa, first = gdtr->base & ~PAGE_MASK, page;

	if (first % sizeof(uint64_t) || first + gdtr->limit >= PAGE_SIZE ||
	    guest_translate(cpu, gdtr->base, &gpa) || guest_read(gpa, v->copy + first, gdtr->limit + 1ull))
		return false;
	clear_gates(cpu, (uint64_t *)(v->copy + first), (gdtr->limit + 1ull) / sizeof(uint64_t));
	page = gpa & PAGE_MASK;
	if (v->gdt == page)
		return true;
	v->gdt = nested_swap(cpu->index, page, hv_phys(v->copy)) ? 0 : page;
	hv_backend()->flush(cpu);
	return v->gdt;
}

/*
 * An LDT may have 8,192 entries, and other CPUs may write to it at any time: user mode has none. The kernel
 * loads a process's own when it switches to it, and does not miss it.
 */
static void drop_ldt(struct percpu *cpu, struct segment *table)
{
	struct segment *ldtr = &table[SEG_LDTR - SEG_GDTR];

	if (!(ldtr->selector & ~3u))
		return;
	report(cpu, LDT, "LDTR", ldtr->base);
	if (code_is_audit())
		return;
	*ldtr = (struct segment){ 0 };
	hv_backend()->set_tables(cpu, table);
}

/* Whether every way out of user mode leads to approved code, as far as this CPU's state decides that. */
static bool may_enter_user(struct percpu *cpu)
{
	struct segment table[SEG_TABLES];

	pin_update(cpu); /* a CPU that comes up may have its whole state by now */
	if (cpu->pin.phase == PIN_COMING_UP)
		return false;
	hv_backend()->get_tables(cpu, table);
	drop_ldt(cpu, table);
	return copy_gdt(cpu, &table[0]);
}

/* A fetch that is refused for ever is reported as a violation: core/fault.c. */
static bool follow_strict(struct percpu *cpu, uint64_t gpa)
{
	bool user = greg(cpu, GREG_CPL) == 3;
	enum nested_map want = user ? NESTED_USER : NESTED_KERNEL;

	if (cpu->view.map == want || !code_may_fetch(cpu, gpa) || (user && !may_enter_user(cpu)))
		return false;
	if (cpu->step.active)
		step_finish(cpu, cpu->step.iterations != 0); /* it has not run in the map that it needs */
	view_use(cpu, want);
	return true;
}

/* Gives the page of @gpa @perm, if it is still nobody's. Return: whether that was done. */
static bool turn(struct percpu *cpu, uint64_t gpa, unsigned int perm)
{
	struct ranges_hit hit;

	spin_lock(&hv_agent_lock);
	bool done = !ranges_find(&hv.ranges, gpa, &hit) && !nested_set_perm(gpa & PAGE_MASK, PAGE_SIZE, perm);

	if (done) {
		if (perm == nested_open())
			nested_merge(gpa & PAGE_MASK, PAGE_SIZE);
		code_flush(cpu);
	}
	spin_unlock(&hv_agent_lock);
	return done;
}

/*
 * A page that ring 3 executes becomes code, and one that is written to becomes data. A page that writes to
 * itself would do so for ever, so after some turns it becomes both.
 */
static bool follow_smep(struct percpu *cpu, const struct hv_exit *x)
{
	struct view_state *v = &cpu->view;
	uint64_t gpa = x->nested.gpa;
	unsigned int perm = nested_perm(gpa), missing;
	struct ranges_hit hit;

	if (x->nested.access & NACC_EXEC)
		missing = greg(cpu, GREG_CPL) == 3 ? NPERM_X : 0;
	else
		missing = x->nested.access & NACC_WRITE ? NPERM_W : 0;
	if (!missing || perm & missing || !guest_is_ram(gpa & PAGE_MASK, PAGE_SIZE) ||
	    ranges_find(&hv.ranges, gpa, &hit))
		return false;
	v->turns = v->turned == (gpa & PAGE_MASK) ? v->turns + 1 : 0;
	v->turned = gpa & PAGE_MASK;
	if (v->turns >= TURNS_MAX)
		return turn(cpu, gpa, NPERM_RWX);
	return turn(cpu, gpa, missing == NPERM_W ? nested_open() : NPERM_R | NPERM_X);
}

bool view_follow(struct percpu *cpu, const struct hv_exit *x)
{
	switch (view_fallback()) {
	case RW_EXEC_FALLBACK_STRICT:
		return x->nested.access & NACC_EXEC && follow_strict(cpu, x->nested.gpa);
	case RW_EXEC_FALLBACK_SMEP:
		return follow_smep(cpu, x);
	default:
		return false;
	}
}

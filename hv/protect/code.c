/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Pages that become code, or stop being code, after the lock. */
#include "protect/code.h"

#include "approve/module_check.h"
#include "approve/module_file.h"
#include "core/guest_info.h"
#include "core/smp.h"
#include "core/state.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/guest_copy.h"
#include "mm/nested.h"
#include "protect/code_rules.h"
#include "protect/evidence.h"
#include "protect/step.h"

/* Code, and a module's read-only data, that the kernel frees at some time. */
static bool is_transient(uint32_t kind)
{
	return kind == RW_TARGET_MODULE_TEXT || kind == RW_TARGET_MODULE_RODATA ||
	       kind == RW_TARGET_DYNAMIC_CODE;
}

/* Whether any page of @range is code that may be replaced; such pages become data. */
static bool forget_range(const struct rw_range *range)
{
	struct ranges_hit hit;
	bool any = false;

	for (uint64_t gpa = range->gpa; gpa < range->gpa + range->len; gpa += PAGE_SIZE) {
		if (!ranges_find(&hv.ranges, gpa, &hit) || !is_transient(hit.kind))
			continue;
		code_forget_page(gpa);
		any = true;
	}
	return any;
}

/* What the ranges of a module's list must be, besides what ranges_add() checks. */
static const char *bad_list(const struct rw_protect_list *list, uint32_t *index)
{
	for (*index = 0; *index < list->count; ++*index)
		if ((list->range[*index].kind != RW_TARGET_MODULE_TEXT &&
		     list->range[*index].kind != RW_TARGET_MODULE_RODATA) ||
		    list->range[*index].flags)
			return "a module has module_text and module_rodata, without flags";
	return NULL;
}

static void record_list(struct percpu *cpu, const struct rw_protect_list *list, enum rw_verdict verdict)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < list->count; i++)
		bytes += list->range[i].len;
	module_file_record(cpu, list->range[0].name, list->range[0].gva, bytes / PAGE_SIZE, verdict, NULL,
			   NULL);
}

static void forget_list(const struct rw_protect_list *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		forget_range(&list->range[i]);
}

/* Takes write permission from all of @list, or from nothing. */
static int restrict_list(const struct rw_protect_list *list)
{
	int ret = 0;

	for (uint32_t i = 0; i < list->count && !ret; i++)
		ret = code_restrict(&list->range[i]);
	if (ret)
		forget_list(list);
	return ret;
}

int code_approve(struct percpu *cpu, const struct rw_protect_list *list, struct input_error *err)
{
	/* A module with an approved file runs once it is compared with that. */
	bool compare = module_file_size(), flush = false;
	const char *bad;
	uint32_t index;

	if (ranges_check_head(list, err))
		return -RW_EINVAL;
	bad = bad_list(list, &index);
	if (bad)
		return input_error_set(err, index, bad, -RW_EINVAL);
	bad = module_file_refusal(list);
	if (bad) {
		record_list(cpu, list, RW_VERDICT_DENY);
		return input_error_set(err, 0, bad, -RW_EPERM);
	}
	for (uint32_t i = 0; i < list->count; i++)
		if (guest_is_ram(list->range[i].gpa, list->range[i].len))
			flush |= forget_range(&list->range[i]);
	if (flush)
		smp_flush_all(cpu);

	int ret = ranges_add(&hv.ranges, list, err);

	if (ret)
		return ret;
	ret = compare ? module_check_hold(list) : restrict_list(list);
	if (ret && compare) {
		module_check_forget(cpu);
		forget_list(list); /* what it does not hold yet */
	}
	smp_flush_all(cpu);
	if (ret)
		return input_error_set(err, 0, "no room for the pages, or for page tables", ret);
	if (!compare)
		record_list(cpu, list, RW_VERDICT_ALLOW);
	return 0;
}

void code_flush(struct percpu *cpu)
{
	if (cpu->step.active)
		step_refresh(cpu);
	smp_flush_all(cpu);
}

/* Ends the approval of the page of @gpa if it is code that the kernel has freed. Return: whether it was. */
static bool release(struct percpu *cpu, uint64_t gpa)
{
	struct ranges_hit hit;

	spin_lock(&hv_agent_lock);
	bool freed = ranges_find(&hv.ranges, gpa, &hit) && is_transient(hit.kind) &&
		     !guest_is_code(cpu, hit.gva, gpa, hit.kind != RW_TARGET_MODULE_RODATA);

	if (freed) {
		code_forget_page(gpa);
		code_flush(cpu);
	}
	spin_unlock(&hv_agent_lock);
	return freed;
}

/* Whether @gva lies where the kernel puts modules and the code that it makes at run time. */
static bool in_code_area(uint64_t gva)
{
	uint32_t area = __atomic_load_n(&hv.agent.code_area, __ATOMIC_RELAXED);

	return area && gva >= RW_SYMBOL_BASE + area && gva < RW_CODE_AREA_END;
}

static void record_first_run(struct percpu *cpu, const struct evidence *e)
{
	char who[RW_COMM_LEN + 1];
	uint64_t buf[JOURNAL_RECORD];
	struct rec_writer w;

	rec_begin(&w, buf, sizeof(buf), RW_REC_DYNAMIC_CODE, RW_VERDICT_ALLOW);
	if (e->task_known)
		rec_bytes(&w, RW_F_GUEST_TASK, &e->task, sizeof(e->task));
	rec_u64(&w, RW_F_GPA, e->gpa);
	rec_u64(&w, RW_F_GVA, e->gva);
	rec_u64(&w, RW_F_RIP, e->rip);
	rec_u64(&w, RW_F_CR3, e->cr3);
	rec_bytes(&w, RW_F_CODE, e->bytes, e->nbytes);
	journal_finish(cpu, &w);
	if (!evidence_may_alert(cpu))
		return;
	evidence_who(e, who);
	printk("unapproved code at %lx (gpa %lx) runs for the first time, by %s[%u]", e->gva, e->gpa, who,
	       e->task.pid);
}

/*
 * Makes the page of @gpa, at @gva, approved code: read-only as other code if the kernel makes its code there,
 * and with its other permissions as they are if the configuration lets all code run.
 */
static bool let_run(struct percpu *cpu, uint64_t gpa, uint64_t gva)
{
	struct rw_protect_list list = {
		.count = 1,
		.range[0] = { .gpa = gpa & PAGE_MASK,
			      .gva = gva & PAGE_MASK,
			      .len = PAGE_SIZE,
			      .kind = RW_TARGET_DYNAMIC_CODE,
			      .name = "dynamic code" },
	};
	struct input_error err;
	int ret;

	spin_lock(&hv_agent_lock);
	if (in_code_area(gva) && !ranges_add(&hv.ranges, &list, &err))
		ret = restrict_list(&list);
	else if (code_is_audit())
		ret = nested_set_perm(gpa & PAGE_MASK, PAGE_SIZE, nested_perm(gpa) | NPERM_XS);
	else
		ret = -RW_ENOSPC;
	if (!ret)
		code_flush(cpu);
	spin_unlock(&hv_agent_lock);
	return !ret;
}

/* Lets kernel mode execute a page that nobody approved, and records that, if the configuration says so. */
static bool audit(struct percpu *cpu, uint64_t gpa)
{
	uint64_t gva = guest_fetch_address(cpu, gpa);
	struct evidence e;
	struct ranges_hit hit;

	if (!code_is_audit() && (hv.boot->settings.dynamic_code != RW_DYNAMIC_CODE_AUDIT ||
				 !in_code_area(gva) || ranges_find(&hv.ranges, gpa, &hit)))
		return false;
	evidence_describe(cpu, &e, gpa, RW_TARGET_UNAPPROVED, RW_ACCESS_EXEC);
	e.gva = gva;
	if (!let_run(cpu, gpa, gva))
		return false;
	record_first_run(cpu, &e);
	return true;
}

bool code_may_fetch(struct percpu *cpu, uint64_t gpa)
{
	return nested_perm(gpa) & (greg(cpu, GREG_CPL) == 3 ? NPERM_XU : NPERM_XS);
}

bool code_settle(struct percpu *cpu, const struct hv_exit *x)
{
	uint64_t gpa = x->nested.gpa;
	bool fetch = x->nested.access & NACC_EXEC, user = greg(cpu, GREG_CPL) == 3;
	struct ranges_hit hit;

	if (!hv_locked() || !nested_perm(gpa))
		return false;
	if ((x->nested.access & NACC_WRITE || (fetch && user)) && ranges_find(&hv.ranges, gpa, &hit) &&
	    is_transient(hit.kind) && release(cpu, gpa))
		return true;
	return fetch && !user && code_is_active() && !code_may_fetch(cpu, gpa) && audit(cpu, gpa);
}

uint32_t code_refused(struct percpu *cpu, const struct hv_exit *x)
{
	unsigned int perm = nested_perm(x->nested.gpa);
	bool fetch = x->nested.access & NACC_EXEC;
	struct ranges_hit hit;

	if (!hv_locked() || (x->nested.access & NACC_WRITE && perm & NPERM_W) ||
	    (fetch && code_may_fetch(cpu, x->nested.gpa)))
		return 0;
	if (ranges_find(&hv.ranges, x->nested.gpa, &hit))
		return hit.kind;
	return fetch && perm && code_is_active() ? RW_TARGET_UNAPPROVED : 0;
}

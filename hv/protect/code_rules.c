/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which pages may run in kernel mode: by configuration, CPU and kind. */
#include "approve/view.h"
#include "core/smp.h"
#include "core/state.h"
#include "log/printk.h"
#include "mm/nested.h"
#include "protect/code_rules.h"
#include "protect/evidence.h"

bool code_is_active(void)
{
	return hv.boot->settings.kernel_code != RW_KERNEL_CODE_OFF &&
	       (hv_backend()->has_exec_modes() || view_fallback() != RW_EXEC_FALLBACK_OFF);
}

bool code_is_audit(void)
{
	return hv.boot->settings.kernel_code == RW_KERNEL_CODE_AUDIT;
}

void code_report(void)
{
	if (hv.boot->settings.kernel_code == RW_KERNEL_CODE_OFF)
		printk("kernel_code = off: new kernel code is not stopped");
	else if (!hv_backend()->has_exec_modes())
		printk("kernel_code: this CPU has no %s: %s",
		       hv_backend()->nested->types ? "mode-based execute control (MBEC)" :
						     "guest mode execute trap (GMET)",
		       view_fallback() == RW_EXEC_FALLBACK_STRICT ? "exec_fallback = strict" :
		       view_fallback() == RW_EXEC_FALLBACK_SMEP   ? "exec_fallback = smep" :
								    "new kernel code is not stopped");
	if (code_is_active())
		printk("kernel_code: from the lock on only approved code runs in kernel mode%s",
		       code_is_audit() ? "; other code is recorded" : "");
}

uint32_t code_status(void)
{
	uint32_t modules = hv.boot->settings.modules == RW_MODULES_NONE     ? RW_CODE_MODULES_NONE :
			   hv.boot->settings.modules == RW_MODULES_APPROVED ? RW_CODE_MODULES_APPROVED :
									      0;

	if (!code_is_active())
		return modules;
	return modules | RW_CODE_ACTIVE | (code_is_audit() ? RW_CODE_AUDIT : 0) |
	       (hv.boot->settings.bpf_jit == RW_BPF_JIT_DENY ? RW_CODE_JIT_OFF : 0) |
	       (view_fallback() == RW_EXEC_FALLBACK_SMEP ? RW_CODE_IN_PART : 0);
}

unsigned int code_open_perm(void)
{
	unsigned int user = view_fallback() == RW_EXEC_FALLBACK_SMEP ? 0 : NPERM_XU;

	return code_is_active() ? NPERM_R | NPERM_W | user : NPERM_RWX;
}

static unsigned int perm_of(const struct rw_range *range)
{
	unsigned int perm = NPERM_R | (range->flags & RW_RANGE_WRITABLE ? NPERM_W : 0);

	if (!code_is_active())
		return perm | NPERM_X;
	switch (range->kind) {
	case RW_TARGET_KERNEL_TEXT:
	case RW_TARGET_AGENT_TEXT:
	case RW_TARGET_MODULE_TEXT:
	case RW_TARGET_DYNAMIC_CODE:
	case RW_TARGET_FIRMWARE_CODE:
		return perm | NPERM_XS;
	case RW_TARGET_TRAMPOLINE:
		/* It runs with paging off at first: with MBEC such addresses count as user-mode ones. */
		return perm | NPERM_X;
	case RW_TARGET_VDSO:
		return perm | NPERM_XU;
	default:
		return perm;
	}
}

int code_restrict(const struct rw_range *range)
{
	return nested_set_perm(range->gpa, range->len, view_perm(perm_of(range)));
}

/* In this order: a fault on a page that is nobody's, but refused, would be the hypervisor's own. */
static void forget(uint64_t gpa)
{
	struct ranges_hit hit;

	if (!ranges_find(&hv.ranges, gpa, &hit))
		return; /* it was freed meanwhile, and is mapped with its neighbours again */
	nested_set_perm(gpa, PAGE_SIZE, nested_open()); /* split already: needs no room */
	ranges_remove(&hv.ranges, gpa);
}

void code_forget_page(uint64_t gpa)
{
	forget(gpa & PAGE_MASK);
	nested_merge(gpa & PAGE_MASK, PAGE_SIZE);
}

void code_forget_pages(struct percpu *cpu, const uint32_t *page, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint64_t gpa = (uint64_t)page[i] * PAGE_SIZE;

		forget(gpa);
		if (i + 1 == count || (page[i] ^ page[i + 1]) >= SIZE_2M / PAGE_SIZE)
			nested_merge(gpa, PAGE_SIZE);
	}
	if (count)
		smp_flush_all(cpu);
}

bool code_may_start(struct percpu *cpu, uint8_t vector)
{
	uint64_t gpa = (uint64_t)vector * PAGE_SIZE;
	struct ranges_hit hit;
	struct evidence e;

	if (!hv_locked() || !code_is_active() ||
	    (ranges_find(&hv.ranges, gpa, &hit) && hit.kind == RW_TARGET_TRAMPOLINE))
		return true;
	bool allow = code_is_audit();

	evidence_describe(cpu, &e, gpa, RW_TARGET_UNAPPROVED, RW_ACCESS_EXEC);
	e.verdict = allow ? RW_VERDICT_ALLOW : RW_VERDICT_DENY;
	evidence_record(cpu, &e);
	return allow;
}

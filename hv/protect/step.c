/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One guest instruction on a view of memory in which protected pages are replaced by copies. */
#include "protect/step.h"

#include "dev/apic.h"
#include "core/guest_info.h"
#include "core/ipi.h"
#include "core/panic.h"
#include "core/state.h"
#include "lib/string.h"
#include "protect/evidence.h"
#include "protect/patch.h"
#include "abi/hypercall.h"
#include "mm/guest_copy.h"
#include "mm/page_pool.h"

#define REGISTER_MASK (PAGE_SIZE - 4) /* offset of the APIC's register in its page */

int step_init(struct percpu *cpu)
{
	struct step_state *s = &cpu->step;

	for (int i = 0; i < STEP_PAGES; i++) {
		s->page[i].copy = pool_alloc(1);
		if (!s->page[i].copy)
			return -RW_ENOSPC;
		s->page[i].copy_pa = hv_phys(s->page[i].copy);
	}
	return nested_view_init(&s->view);
}

static void start(struct percpu *cpu, struct step_state *s)
{
	s->active = true;
	s->commit = false;
	s->pages = s->iterations = 0;
	s->rec.type = 0;
	s->rip = greg(cpu, GREG_RIP);
	s->nbytes = (uint8_t)guest_read_virt(cpu, guest_linear_rip(cpu), s->bytes, sizeof(s->bytes));
	nested_view_reset(&s->view, cpu->view.map);
}

/* The page itself; NULL: the guest finds something else there. */
static uint8_t *real_page(const struct step_page *p)
{
	if (p->kind == STEP_POLICY)
		return (uint8_t *)hv_virt(p->gpa & PAGE_MASK);
	return p->kind == STEP_PROTECTED ? guest_page(p->gpa) : NULL;
}

/* Fills the copy with what the guest is to find there. */
static int fill_copy(struct step_page *p)
{
	uint32_t reg = p->gpa & REGISTER_MASK;

	if (p->kind == STEP_PROTECTED || p->kind == STEP_POLICY) {
		const uint8_t *real = real_page(p);

		if (!real)
			return -RW_EFAULT;
		memcpy(p->copy, real, PAGE_SIZE);
		return 0;
	}
	memset(p->copy, p->kind == STEP_HIDDEN ? 0xff : 0, PAGE_SIZE);
	if (p->kind == STEP_DEVICE)
		*(uint32_t *)(p->copy + reg) = apic_read(reg);
	return 0;
}

/* Puts a page's copy into the view. */
static int show(struct step_state *s, const struct step_page *p)
{
	unsigned int perm = NPERM_R | NPERM_W | (p->kind == STEP_PROTECTED ? nested_perm(p->gpa) : 0);

	return nested_view_replace(&s->view, p->gpa, p->copy_pa, perm);
}

void step_refresh(struct percpu *cpu)
{
	struct step_state *s = &cpu->step;

	nested_view_reset(&s->view, cpu->view.map);
	for (uint32_t i = 0; i < s->pages; i++)
		show(s, &s->page[i]); /* needs as many tables as before */
}

int step_add(struct percpu *cpu, uint64_t gpa, enum step_kind kind)
{
	struct step_state *s = &cpu->step;

	if (!s->active)
		start(cpu, s);
	for (uint32_t i = 0; i < s->pages; i++)
		if ((s->page[i].gpa ^ gpa) < PAGE_SIZE)
			return -RW_EINVAL;
	if (s->pages == STEP_PAGES)
		return -RW_ENOSPC;
	struct step_page *p = &s->page[s->pages];
	p->gpa = gpa;
	p->kind = kind;
	if (fill_copy(p))
		return -RW_EFAULT;
	if (show(s, p))
		return -RW_ENOSPC;
	s->pages++;
	hv_backend()->step_begin(cpu, nested_view_root(&s->view));
	return 0;
}

void step_alone(struct percpu *cpu)
{
	start(cpu, &cpu->step);
	hv_backend()->step_begin(cpu, nested_view_root(&cpu->step.view));
}

/* Finishes one page of a step. */
static void settle(struct percpu *cpu, struct step_page *p)
{
	struct step_state *s = &cpu->step;
	uint32_t reg = p->gpa & REGISTER_MASK;

	if (p->kind == STEP_DEVICE) {
		ipi_write_register(cpu, reg, *(uint32_t *)(p->copy + reg));
		return;
	}
	uint8_t *real = real_page(p);

	uint64_t at = s->rec.gpa & (PAGE_SIZE - 1), left = PAGE_SIZE - at;

	if ((s->rec.gpa ^ p->gpa) < PAGE_SIZE)
		patch_fill_value(&s->rec, real ? real + at : NULL, p->copy + at,
				 left < RW_VALUE_BYTES ? (uint32_t)left : RW_VALUE_BYTES);
	if (s->commit && real)
		patch_commit(cpu, &s->rec, p, real);
}

bool step_finish(struct percpu *cpu, bool ran)
{
	struct step_state *s = &cpu->step;

	s->active = false;
	bool inject_db = hv_backend()->step_end(cpu);
	for (uint32_t i = 0; ran && i < s->pages; i++)
		settle(cpu, &s->page[i]);
	if (ran && s->rec.type)
		evidence_record(cpu, &s->rec);
	if (ran && s->commit && s->rec.type == RW_REC_VIOLATION &&
	    hv.boot->settings.on_violation == RW_ON_VIOLATION_STOP)
		hv_stop("a violation, and on_violation = stop");
	s->rec.type = 0;
	return inject_db;
}

/* Are the bytes at RIP those of the instruction that began the step? It may have overwritten itself. */
static bool same_code(struct percpu *cpu)
{
	const struct step_state *s = &cpu->step;
	uint8_t now[RW_CODE_BYTES];

	return guest_read_virt(cpu, guest_linear_rip(cpu), now, s->nbytes) == s->nbytes &&
	       !memcmp(now, s->bytes, s->nbytes);
}

bool step_done(struct percpu *cpu)
{
	struct step_state *s = &cpu->step;
	bool debugged = greg(cpu, GREG_RFLAGS) & RFLAGS_TF || greg(cpu, GREG_DR7) & DR7_ENABLED;

	/*
	 * The same RIP again: a repeated string instruction between two iterations. If the guest
	 * single-steps, each iteration traps.
	 */
	if (greg(cpu, GREG_RIP) == s->rip && !debugged && ++s->iterations < STEP_MAX_ITERATIONS &&
	    same_code(cpu)) {
		hv_backend()->step_begin(cpu, nested_view_root(&s->view));
		return false;
	}
	return step_finish(cpu, true);
}

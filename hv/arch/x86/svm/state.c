/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The guest's state in the VMCB: reading and changing it, injecting events, printing it. */
#include "arch/x86/svm/svm.h"
#include "core/panic.h"
#include "log/printk.h"

/* The guest sees neither SVME nor what a step does to SCE. */
static uint64_t get_efer(const struct percpu *cpu)
{
	uint64_t efer = svm_vmcb(cpu)->save.efer & ~EFER_SVME;

	if (cpu->backend_flags & SVM_STEP_SCE)
		efer |= EFER_SCE;
	return efer;
}

/* LMA follows from LME and CR0.PG, whatever the guest writes ("Extended Feature Enable Register"). */
static void set_efer(struct percpu *cpu, uint64_t value)
{
	struct vmcb_save *save = &svm_vmcb(cpu)->save;

	value = (value & ~EFER_LMA) | EFER_SVME;
	if ((value & EFER_LME) && (save->cr0 & CR0_PG))
		value |= EFER_LMA;
	if (cpu->backend_flags & SVM_STEP_ACTIVE) {
		cpu->backend_flags &= ~(uint32_t)SVM_STEP_SCE;
		if (value & EFER_SCE)
			cpu->backend_flags |= SVM_STEP_SCE;
		value &= ~EFER_SCE;
	}
	save->efer = value;
}

static uint64_t get_rflags(const struct percpu *cpu)
{
	uint64_t rflags = svm_vmcb(cpu)->save.rflags;

	if (cpu->backend_flags & SVM_STEP_ACTIVE) {
		rflags &= ~RFLAGS_TF;
		if (cpu->backend_flags & SVM_STEP_TF)
			rflags |= RFLAGS_TF;
	}
	return rflags;
}

static void set_rflags(struct percpu *cpu, uint64_t value)
{
	if (cpu->backend_flags & SVM_STEP_ACTIVE) {
		cpu->backend_flags &= ~(uint32_t)SVM_STEP_TF;
		if (value & RFLAGS_TF)
			cpu->backend_flags |= SVM_STEP_TF;
		value |= RFLAGS_TF;
	}
	svm_vmcb(cpu)->save.rflags = value | RFLAGS_FIXED;
}

uint64_t svm_get(struct percpu *cpu, enum guest_reg reg)
{
	const struct vmcb_save *save = &svm_vmcb(cpu)->save;

	switch (reg) {
	case GREG_RIP:
		return save->rip;
	case GREG_RSP:
		return save->rsp;
	case GREG_RFLAGS:
		return get_rflags(cpu);
	case GREG_CR0:
		return save->cr0;
	case GREG_CR2:
		return save->cr2;
	case GREG_CR3:
		return save->cr3;
	case GREG_CR4:
		return save->cr4;
	case GREG_EFER:
		return get_efer(cpu);
	case GREG_CS_BASE:
		return save->cs.base;
	case GREG_CS_LONG:
		return (save->efer & EFER_LMA) && (save->cs.attributes & VMCB_ATTR_LONG);
	case GREG_CPL:
		return save->cpl;
	case GREG_FS_BASE:
		return save->fs.base;
	case GREG_GS_BASE:
		return save->gs.base;
	case GREG_KERNEL_GS_BASE:
		return save->kernel_gs_base;
	case GREG_COUNT:
		break;
	}
	hv_panic("svm_get: no register %d", (int)reg);
}

void svm_set(struct percpu *cpu, enum guest_reg reg, uint64_t value)
{
	struct vmcb_save *save = &svm_vmcb(cpu)->save;

	switch (reg) {
	case GREG_RIP:
		save->rip = value;
		return;
	case GREG_RSP:
		save->rsp = value;
		return;
	case GREG_RFLAGS:
		set_rflags(cpu, value);
		return;
	case GREG_CR2:
		save->cr2 = value;
		return;
	case GREG_CS_BASE:
		save->cs.base = value;
		return;
	/* What these change in the guest's own translations may be cached. */
	case GREG_CR0:
		save->cr0 = value;
		svm_flush(cpu);
		return;
	case GREG_CR3:
		save->cr3 = value;
		svm_flush(cpu);
		return;
	case GREG_CR4:
		save->cr4 = value;
		svm_flush(cpu);
		return;
	case GREG_EFER:
		set_efer(cpu, value);
		svm_flush(cpu);
		return;
	case GREG_CS_LONG:
	case GREG_CPL:
	case GREG_FS_BASE:
	case GREG_GS_BASE:
	case GREG_KERNEL_GS_BASE:
	case GREG_COUNT:
		break;
	}
	hv_panic("svm_set: register %d cannot be written", (int)reg);
}

/* A guest that single-steps itself gets its trap behind an emulated instruction as behind any other. */
void svm_advance(struct percpu *cpu, unsigned int len)
{
	struct vmcb *vmcb = svm_vmcb(cpu);

	vmcb->save.rip += len;
	if (!svm_get(cpu, GREG_CS_LONG))
		vmcb->save.rip &= UINT32_MAX;
	vmcb->save.rflags &= ~RFLAGS_RF;
	vmcb->control.int_state &= ~VMCB_INT_SHADOW;
	if (svm_get(cpu, GREG_RFLAGS) & RFLAGS_TF && !svm_btf()) {
		const struct hv_event trap = { .type = EVENT_EXCEPTION, .vector = VEC_DB };

		vmcb->save.dr6 |= DR6_BS;
		svm_inject(cpu, &trap);
	}
}

/* An INT n is not injected: RIP still points at it, and the guest executes it again. */
void svm_inject(struct percpu *cpu, const struct hv_event *event)
{
	uint64_t value = VMCB_EVENT_VALID | event->vector;

	switch (event->type) {
	case EVENT_NONE:
	case EVENT_SOFT:
		return;
	case EVENT_INTR:
		value |= VMCB_EVENT_INTR << VMCB_EVENT_TYPE_SHIFT;
		break;
	case EVENT_NMI:
		value |= VMCB_EVENT_NMI << VMCB_EVENT_TYPE_SHIFT;
		break;
	case EVENT_EXCEPTION:
		value |= VMCB_EVENT_EXCEPTION << VMCB_EVENT_TYPE_SHIFT;
		break;
	}
	/* Real mode has no error codes, and an event with one is refused there. */
	if (event->has_error && svm_vmcb(cpu)->save.cr0 & CR0_PE)
		value |= VMCB_EVENT_HAS_ERROR | (uint64_t)event->error << VMCB_EVENT_ERROR_SHIFT;
	svm_vmcb(cpu)->control.event_inj = value;
}

void svm_flush(struct percpu *cpu)
{
	svm_vmcb(cpu)->control.tlb_control =
		svm_features.flush_by_asid ? VMCB_TLB_FLUSH_ASID : VMCB_TLB_FLUSH_ALL;
}

static void describe_segment(const char *name, const struct vmcb_segment *seg)
{
	printk("  %s %04x attributes %04x limit %08x base %016lx", name, seg->selector, seg->attributes,
	       seg->limit, seg->base);
}

void svm_describe(struct percpu *cpu)
{
	const struct vmcb_control *c = &svm_vmcb(cpu)->control;
	const struct vmcb_save *s = &svm_vmcb(cpu)->save;

	printk("VMCB: exit code %lx info %016lx %016lx interrupted event %016lx", c->exit_code,
	       c->exit_info[0], c->exit_info[1], c->exit_int_info);
	printk("  ncr3 %lx asid %u shadow %lx intercepts exceptions %x misc %x %x step %x", c->nested_cr3,
	       c->asid, c->int_state, c->intercept[ICPT_EXCEPTION], c->intercept[ICPT_MISC1],
	       c->intercept[ICPT_MISC2], cpu->backend_flags);
	printk("  cr2 %lx dr6 %lx dr7 %lx pat %lx kernel_gs %lx star %lx lstar %lx", s->cr2, s->dr6, s->dr7,
	       s->g_pat, s->kernel_gs_base, s->star, s->lstar);
	describe_segment("cs  ", &s->cs);
	describe_segment("ss  ", &s->ss);
	describe_segment("ds  ", &s->ds);
	describe_segment("es  ", &s->es);
	describe_segment("fs  ", &s->fs);
	describe_segment("gs  ", &s->gs);
	describe_segment("tr  ", &s->tr);
	describe_segment("ldtr", &s->ldtr);
	describe_segment("gdtr", &s->gdtr);
	describe_segment("idtr", &s->idtr);
}

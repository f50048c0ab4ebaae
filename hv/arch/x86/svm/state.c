/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The guest's state in the VMCB: reading and changing it, injecting events, printing it. */
#include "arch/x86/event.h"
#include "arch/x86/insn.h"
#include "arch/x86/svm/svm.h"
#include "core/panic.h"
#include "lib/string.h"
#include "log/printk.h"
#include "mm/nested.h"

/* The flags hold what a step has removed from the guest's registers. */
static void set_flag(struct percpu *cpu, uint64_t flag, uint64_t on)
{
	cpu->backend_flags = (uint32_t)(on ? cpu->backend_flags | flag : cpu->backend_flags & ~flag);
}

/* LMA follows from LME and CR0.PG, whatever the guest writes ("Extended Feature Enable Register"). */
static void set_efer(struct percpu *cpu, uint64_t value)
{
	struct vmcb_save *save = &svm_vmcb(cpu)->save;

	value = (value & ~EFER_LMA) | EFER_SVME;
	if ((value & EFER_LME) && (save->cr0 & CR0_PG))
		value |= EFER_LMA;
	if (cpu->backend_flags & SVM_STEP_ACTIVE) {
		set_flag(cpu, SVM_STEP_SCE, value & EFER_SCE);
		value &= ~EFER_SCE;
	}
	save->efer = value;
}

static uint64_t get_rflags(const struct percpu *cpu)
{
	uint64_t rflags = svm_vmcb(cpu)->save.rflags;

	if (cpu->backend_flags & SVM_STEP_ACTIVE && !(cpu->backend_flags & SVM_STEP_TF))
		rflags &= ~RFLAGS_TF;
	return rflags;
}

static void set_rflags(struct percpu *cpu, uint64_t value)
{
	if (cpu->backend_flags & SVM_STEP_ACTIVE) {
		set_flag(cpu, SVM_STEP_TF, value & RFLAGS_TF);
		value |= RFLAGS_TF;
	}
	svm_vmcb(cpu)->save.rflags = value | RFLAGS_FIXED;
}

#define SAVED(member) offsetof(struct vmcb_save, member)

/* VMCB fields that hold the guest's value unchanged. */
static const struct {
	uint16_t offset;
	/* paging: a write can change the guest's own translations, which may be cached */
	bool writable, paging;
} plain[GREG_COUNT] = {
	[GREG_RIP] = { SAVED(rip), true, false },
	[GREG_RSP] = { SAVED(rsp), true, false },
	[GREG_CR0] = { SAVED(cr0), true, true },
	[GREG_CR2] = { SAVED(cr2), true, false },
	[GREG_CR3] = { SAVED(cr3), true, true },
	[GREG_CR4] = { SAVED(cr4), true, true },
	[GREG_CS_BASE] = { SAVED(seg[SEG_CS].base), true, false },
	[GREG_STAR] = { SAVED(star), true, false },
	[GREG_LSTAR] = { SAVED(lstar), true, false },
	[GREG_CSTAR] = { SAVED(cstar), true, false },
	[GREG_SFMASK] = { SAVED(sfmask), true, false },
	[GREG_SYSENTER_CS] = { SAVED(sysenter_cs), true, false },
	[GREG_SYSENTER_ESP] = { SAVED(sysenter_esp), true, false },
	[GREG_SYSENTER_EIP] = { SAVED(sysenter_eip), true, false },
	[GREG_FS_BASE] = { SAVED(seg[SEG_FS].base), false, false },
	[GREG_GS_BASE] = { SAVED(seg[SEG_GS].base), false, false },
	[GREG_KERNEL_GS_BASE] = { SAVED(kernel_gs_base), false, false },
	[GREG_DR7] = { SAVED(dr7), false, false },
};

/* NULL: @reg is not such a field, or does not exist. */
static uint64_t *plain_register(struct percpu *cpu, enum guest_reg reg)
{
	if ((unsigned int)reg >= GREG_COUNT || !plain[reg].offset)
		return NULL;
	return (uint64_t *)((uint8_t *)&svm_vmcb(cpu)->save + plain[reg].offset);
}

/* With BTF a trap comes only after a branch. DEBUGCTL is the guest's; VMRUN does not switch it. */
bool svm_btf(void)
{
	uint64_t debugctl;

	return !rdmsr_safe(MSR_DEBUGCTL, &debugctl) && debugctl & DEBUGCTL_BTF;
}

uint64_t svm_get(struct percpu *cpu, enum guest_reg reg)
{
	const struct vmcb_save *save = &svm_vmcb(cpu)->save;
	const uint64_t *value = plain_register(cpu, reg);

	if (value)
		return *value;
	switch (reg) {
	case GREG_RFLAGS:
		return get_rflags(cpu);
	case GREG_EFER: /* the guest sees neither SVME nor a step's change of SCE */
		return (save->efer & ~EFER_SVME) | (cpu->backend_flags & SVM_STEP_SCE ? EFER_SCE : 0);
	case GREG_CS_LONG:
		return (save->efer & EFER_LMA) && (save->seg[SEG_CS].attributes & SEG_ATTR_LONG);
	case GREG_CPL:
		return save->cpl;
	default:
		hv_panic("svm_get: no register %u", (unsigned int)reg);
	}
}

void svm_set(struct percpu *cpu, enum guest_reg reg, uint64_t value)
{
	uint64_t *place = plain_register(cpu, reg);

	if (place && plain[reg].writable)
		*place = value;
	else if (reg == GREG_RFLAGS)
		set_rflags(cpu, value);
	else if (reg == GREG_EFER)
		set_efer(cpu, value);
	else
		hv_panic("svm_set: register %u cannot be written", (unsigned int)reg);
	if (plain[reg].paging || reg == GREG_EFER)
		svm_flush(cpu);
}

void svm_get_tables(struct percpu *cpu, struct segment *table)
{
	memcpy(table, &svm_vmcb(cpu)->save.seg[SEG_GDTR], SEG_TABLES * sizeof(*table));
}

void svm_set_tables(struct percpu *cpu, const struct segment *table)
{
	memcpy(&svm_vmcb(cpu)->save.seg[SEG_GDTR], table, SEG_TABLES * sizeof(*table));
}

/* A guest that single-steps itself gets its trap after an emulated instruction as after any other. */
void svm_advance(struct percpu *cpu, unsigned int len)
{
	struct vmcb *vmcb = svm_vmcb(cpu);

	vmcb->save.rip += len;
	if (!svm_get(cpu, GREG_CS_LONG))
		vmcb->save.rip &= UINT32_MAX;
	vmcb->save.rflags &= ~RFLAGS_RF;
	vmcb->control.int_state &= ~VMCB_INT_SHADOW;
	if (svm_get(cpu, GREG_RFLAGS) & RFLAGS_TF && !svm_btf()) {
		vmcb->save.dr6 |= DR6_BS;
		svm_inject(cpu, &(const struct hv_event){ .type = EVENT_EXCEPTION, .vector = VEC_DB });
	}
}

void svm_inject(struct percpu *cpu, const struct hv_event *event)
{
	svm_vmcb(cpu)->control.event_inj = event_encode(event, svm_vmcb(cpu)->save.cr0);
}

void svm_flush(struct percpu *cpu)
{
	svm_vmcb(cpu)->control.tlb_control = svm_features.flush_by_asid && !nested_has_maps() ?
						     VMCB_TLB_FLUSH_ASID :
						     VMCB_TLB_FLUSH_ALL;
}

/*
 * What the guest flushes, it flushes in the ASID in use, which is the kernel's: "TLB Control". So user mode's
 * begins empty each time, and keeps what it has until then.
 */
void svm_use_map(struct percpu *cpu)
{
	struct vmcb_control *control = &svm_vmcb(cpu)->control;
	bool user = cpu->view.map == NESTED_USER;

	control->nested_cr3 = nested_root(cpu->view.map);
	control->asid = SVM_ASID + (user && svm_features.user_asid);
	if (control->tlb_control == VMCB_TLB_NOTHING && (user || !svm_features.user_asid))
		control->tlb_control = svm_features.flush_by_asid ? VMCB_TLB_FLUSH_ASID : VMCB_TLB_FLUSH_ALL;
}

void svm_describe(struct percpu *cpu)
{
	static const char names[][5] = { "es", "cs", "ss", "ds", "fs", "gs", "gdtr", "ldtr", "idtr", "tr" };
	const struct vmcb_control *c = &svm_vmcb(cpu)->control;
	const struct vmcb_save *s = &svm_vmcb(cpu)->save;

	printk("VMCB: exit code %lx info %016lx %016lx interrupted event %016lx", c->exit_code,
	       c->exit_info[0], c->exit_info[1], c->exit_int_info);
	printk("  ncr3 %lx asid %u shadow %lx intercepts exceptions %x misc %x %x step %x", c->nested_cr3,
	       c->asid, c->int_state, c->intercept[ICPT_EXCEPTION], c->intercept[ICPT_MISC1],
	       c->intercept[ICPT_MISC2], cpu->backend_flags);
	printk("  cr2 %lx dr6 %lx dr7 %lx pat %lx kernel_gs %lx star %lx lstar %lx", s->cr2, s->dr6, s->dr7,
	       s->g_pat, s->kernel_gs_base, s->star, s->lstar);
	for (int i = 0; i < SEG_COUNT; i++)
		printk("  %s %04x attributes %04x limit %08x base %016lx", names[i], s->seg[i].selector,
		       s->seg[i].attributes, s->seg[i].limit, s->seg[i].base);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Single steps: one guest instruction on another nested root; whatever could escape it is intercepted. */
#include "arch/x86/insn.h"
#include "arch/x86/svm/svm.h"
#include "mm/page_pool.h"

#define DR6_BREAKPOINTS 0xfull
#define EXCEPTIONS_ALL  (~ICPT(VMEXIT_EXCEPTION + VEC_NMI)) /* NMIs have their own intercept */

/* What protection or the architecture requires: no interrupts, HLT or control registers. */
#define STEADY_MISC1 \
	(ICPT(VMEXIT_CPUID) | ICPT(VMEXIT_INVD) | ICPT(VMEXIT_INVLPGA) | ICPT(VMEXIT_IOIO) | \
	 ICPT(VMEXIT_MSR) | ICPT(VMEXIT_SHUTDOWN))
#define STEADY_MISC2 \
	(ICPT(VMEXIT_VMRUN) | ICPT(VMEXIT_VMMCALL) | ICPT(VMEXIT_VMLOAD) | ICPT(VMEXIT_VMSAVE) | \
	 ICPT(VMEXIT_STGI) | ICPT(VMEXIT_CLGI) | ICPT(VMEXIT_SKINIT))

/*
 * INT n, IRET and task switches load RFLAGS and would run on without the trap flag. So would SYSCALL, which
 * masks it and has no intercept: with EFER.SCE off it raises #UD. ICEBP bypasses the exception intercepts.
 * HLT and MWAIT would wait for an interrupt that is held back. A write to DEBUGCTL could move the trap to the
 * next branch: all MSRs exit during a step.
 */
#define STEP_MISC1 \
	(STEADY_MISC1 | ICPT(VMEXIT_INTR) | ICPT(VMEXIT_NMI) | ICPT(VMEXIT_SWINT) | ICPT(VMEXIT_IRET) | \
	 ICPT(VMEXIT_HLT) | ICPT(VMEXIT_TASK_SWITCH))
#define STEP_MISC2 (STEADY_MISC2 | ICPT(VMEXIT_MWAIT) | ICPT(VMEXIT_ICEBP))

#define TABLE_WRITES (ICPT(VMEXIT_IDTR_WRITE) | ICPT(VMEXIT_GDTR_WRITE) | ICPT(VMEXIT_TR_WRITE))

/* @base, and what the pins want: the rest of ICPT_MISC1, in a step or not. */
static uint32_t with_pins(const struct percpu *cpu, uint32_t base)
{
	return (base & ~TABLE_WRITES) | (cpu->pin.tables ? TABLE_WRITES : 0);
}

void svm_steady_intercepts(struct percpu *cpu)
{
	uint32_t *intercept = svm_vmcb(cpu)->control.intercept;

	intercept[ICPT_EXCEPTION] = 0;
	intercept[ICPT_MISC1] = with_pins(cpu, STEADY_MISC1 | (svm_features.smp ? ICPT(VMEXIT_NMI) : 0));
	intercept[ICPT_MISC2] = STEADY_MISC2;
}

/* No masks: each write to CR0 or CR4 exits. LMSW and CLTS are writes of CR0. */
void svm_pin(struct percpu *cpu, uint64_t cr0, uint64_t cr4)
{
	uint32_t *intercept = svm_vmcb(cpu)->control.intercept;

	intercept[ICPT_CR] = (cr0 ? ICPT(VMEXIT_CR0_WRITE) : 0) | (cr4 ? ICPT(VMEXIT_CR4_WRITE) : 0);
	intercept[ICPT_MISC1] = with_pins(cpu, intercept[ICPT_MISC1]);
}

/* The guest takes the NMI as on hardware, masking included. NMIs exit again from its IRET on: see exit.c. */
void svm_pass_nmi(struct percpu *cpu)
{
	uint32_t *misc1 = &svm_vmcb(cpu)->control.intercept[ICPT_MISC1];

	if (svm_features.smp) /* else only a step used it */
		*misc1 = (*misc1 & ~ICPT(VMEXIT_NMI)) | ICPT(VMEXIT_IRET);
}

void svm_steady(struct percpu *cpu)
{
	struct vmcb *vmcb = svm_vmcb(cpu);

	svm_steady_intercepts(cpu);
	if (cpu->kick == KICK_HELD) /* after a step in the guest's NMI handler: its IRET is still to come */
		svm_pass_nmi(cpu);
	vmcb->control.int_control = 0;
	vmcb->control.msrpm_base_pa = hv_phys(svm_msrpm);
	svm_use_map(cpu);
	svm_flush(cpu);
}

/* Return: whether BTF was changed. */
static bool set_btf(bool on)
{
	uint64_t debugctl;

	return !rdmsr_safe(MSR_DEBUGCTL, &debugctl) &&
	       !wrmsr_safe(MSR_DEBUGCTL, on ? debugctl | DEBUGCTL_BTF : debugctl & ~DEBUGCTL_BTF);
}

/*
 * The hypervisor's RFLAGS.IF, which is 0, masks interrupts; the guest's is not touched (AMD APM volume 2,
 * "Virtualizing RFLAGS.IF"). Bochs masks them only if the guest's is 0, too. There an interrupt exits before
 * the instruction and ends the step; the instruction runs again after the guest has taken the interrupt.
 */
void svm_step_begin(struct percpu *cpu, uint64_t root_pa)
{
	struct vmcb *vmcb = svm_vmcb(cpu);

	if (!(cpu->backend_flags & SVM_STEP_ACTIVE)) {
		cpu->backend_flags = SVM_STEP_ACTIVE | (vmcb->save.rflags & RFLAGS_TF ? SVM_STEP_TF : 0) |
				     (vmcb->save.efer & EFER_SCE ? SVM_STEP_SCE : 0) |
				     (svm_btf() && set_btf(false) ? SVM_STEP_BTF : 0);
		cpu->backend_saved[SVM_SAVED_DR6] = vmcb->save.dr6;
		vmcb->save.dr6 &= ~(DR6_BREAKPOINTS | DR6_BD);
	}
	cpu->backend_flags &= ~(uint32_t)SVM_STEP_DONE;
	vmcb->save.dr6 &= ~DR6_BS;
	vmcb->save.rflags |= RFLAGS_TF;
	vmcb->save.efer &= ~EFER_SCE;
	vmcb->control.int_control = VMCB_INT_MASKING;
	vmcb->control.intercept[ICPT_EXCEPTION] = EXCEPTIONS_ALL;
	vmcb->control.intercept[ICPT_MISC1] = with_pins(cpu, STEP_MISC1);
	vmcb->control.intercept[ICPT_MISC2] = STEP_MISC2;
	vmcb->control.msrpm_base_pa = hv_phys(svm_msrpm_step);
	vmcb->control.nested_cr3 = root_pa;
	svm_flush(cpu);
}

/* Whether a guest breakpoint enabled in @dr7 was hit. */
static bool breakpoint_hit(uint64_t dr6, uint64_t dr7)
{
	for (unsigned int i = 0; i < 4; i++)
		if ((dr6 & BIT(i)) && (dr7 >> 2 * i & 3))
			return true;
	return false;
}

/*
 * The trap flag is set, so the instruction ends in a #DB. A #DB that is a fault comes before the instruction
 * has run: a breakpoint on it, or DR7.GD. DR6 distinguishes them (AMD APM volume 2, "#DB (Debug)"). Bochs
 * intercepts before it writes DR6, which then gives no reason: there RF, which is set, suppresses that
 * breakpoint.
 */
bool svm_step_trapped(const struct percpu *cpu)
{
	const struct vmcb_save *save = &svm_vmcb(cpu)->save;

	if (!(cpu->backend_flags & SVM_STEP_ACTIVE))
		return false;
	return save->dr6 & DR6_BS || !(save->dr6 & DR6_BD || breakpoint_hit(save->dr6, save->dr7));
}

bool svm_step_end(struct percpu *cpu)
{
	struct vmcb *vmcb = svm_vmcb(cpu);
	uint64_t saved_dr6 = cpu->backend_saved[SVM_SAVED_DR6];
	uint32_t flags = cpu->backend_flags;

	if (!(flags & SVM_STEP_ACTIVE))
		return false;

	bool trap = flags & SVM_STEP_DONE &&
		    (flags & SVM_STEP_TF || breakpoint_hit(vmcb->save.dr6, vmcb->save.dr7));

	vmcb->save.dr6 = (vmcb->save.dr6 & ~DR6_BS) | (saved_dr6 & (DR6_BREAKPOINTS | DR6_BD | DR6_BS));
	if (trap && (flags & SVM_STEP_TF))
		vmcb->save.dr6 |= DR6_BS;
	if (!(flags & SVM_STEP_TF))
		vmcb->save.rflags &= ~RFLAGS_TF;
	if (flags & SVM_STEP_SCE)
		vmcb->save.efer |= EFER_SCE;
	if (flags & SVM_STEP_BTF)
		set_btf(true);
	cpu->backend_flags = 0;
	svm_steady(cpu);
	return trap;
}

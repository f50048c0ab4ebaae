/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* SVM on a CPU: what it must have, turning it on, the VMCB at the handoff, and the first entry. */
#include "arch/x86/svm/svm.h"
#include "arch/x86/insn.h"
#include "core/state.h"
#include "mm/nested.h"
#include "mm/page_pool.h"

/* CPUID: AMD APM volume 3, "Obtaining Processor Information Via the CPUID Instruction". */
#define CPUID_EXT_MAX 0x80000000u
#define CPUID_EXT_FEATURES 0x80000001u
#define EXT_ECX_SVM BIT(2)
#define EXT_EDX_NX BIT(20)
#define EXT_EDX_1G BIT(26)
#define CPUID_EXT_SIZES 0x80000008u
#define SIZES_EBX_INVLPGB BIT(3)
#define CPUID_SVM 0x8000000au
#define SVM_EDX_NP BIT(0)
#define SVM_EDX_NRIPS BIT(3)
#define SVM_EDX_FLUSH_BY_ASID BIT(6)

#define VM_CR_SVMDIS BIT(4)

#define GUEST_ASID 1u /* 0 is the hypervisor's */
#define DR6_INIT 0xffff0ff0ull
#define DR7_INIT 0x400ull

struct svm_features svm_features;

static bool svm_has_1g(void)
{
	return cpuid(CPUID_EXT_FEATURES, 0).edx & EXT_EDX_1G;
}

static const char *svm_probe(void)
{
	struct cpuid_regs ext, svm;

	if (cpuid(CPUID_EXT_MAX, 0).eax < CPUID_SVM)
		return "this CPU has no SVM (or a hypervisor below hides it)";
	ext = cpuid(CPUID_EXT_FEATURES, 0);
	if (!(ext.ecx & EXT_ECX_SVM))
		return "this CPU has no SVM (or a hypervisor below hides it)";
	if (!(ext.edx & EXT_EDX_NX))
		return "this CPU has no NX bit, or the firmware turned it off";
	if (rdmsr(MSR_VM_CR) & VM_CR_SVMDIS)
		return "SVM is disabled by the firmware (VM_CR.SVMDIS)";
	if (rdmsr(MSR_EFER) & EFER_SVME)
		return "SVM is in use already (EFER.SVME is set)";
	svm = cpuid(CPUID_SVM, 0);
	if (!(svm.edx & SVM_EDX_NP))
		return "this CPU has SVM without nested paging";
	if (svm.ebx <= GUEST_ASID)
		return "this CPU has SVM without an address space identifier (ASID) for a guest";
	return NULL;
}

static const char *svm_global_init(void)
{
	uint32_t edx = cpuid(CPUID_SVM, 0).edx;

	svm_features.next_rip = edx & SVM_EDX_NRIPS;
	svm_features.flush_by_asid = edx & SVM_EDX_FLUSH_BY_ASID;
	svm_features.invlpgb = cpuid(CPUID_EXT_SIZES, 0).ebx & SIZES_EBX_INVLPGB;
	svm_features.smp = hv.boot->cpu_count > 1;
	return svm_maps_init();
}

/* The firmware's descriptor tables are identity mapped: a linear address is physical. */
static const uint64_t *firmware_memory(uint64_t address)
{
	return (const uint64_t *)(uintptr_t)(RW_HV_GUEST + address);
}

static uint64_t table_base(const uint8_t *bytes)
{
	uint64_t base = 0;

	for (int i = 7; i >= 0; i--)
		base = base << 8 | bytes[i];
	return base;
}

/* The descriptor @d in the form of the VMCB; @high is the second half of a system descriptor. */
static void set_descriptor(struct vmcb_segment *seg, uint16_t selector, uint64_t d, uint64_t high)
{
	seg->selector = selector;
	seg->attributes = (uint16_t)((d >> 40 & 0xff) | (d >> 44 & 0xf00));
	seg->limit = (uint32_t)((d & 0xffff) | (d >> 32 & 0xf0000));
	if (d & BIT(55)) /* granularity: pages */
		seg->limit = seg->limit << 12 | 0xfff;
	seg->base = (d >> 16 & 0xffffff) | (d >> 32 & 0xff000000) | high << 32;
}

/*
 * A segment as the firmware has it; a null selector leaves it unusable. @system: the descriptor has 16 bytes.
 * Return: false when the selector points outside of the GDT.
 */
static bool load_segment(struct vmcb_segment *seg, uint16_t selector, bool system, const struct rw_handoff *h)
{
	unsigned int offset = selector & ~7u;
	const uint64_t *d = firmware_memory(table_base(h->gdtr_base) + offset);

	if (!offset) {
		seg->selector = selector;
		return true;
	}
	if ((selector & 4) || offset + (system ? 15 : 7) > h->gdtr_limit)
		return false;
	set_descriptor(seg, selector, d[0], system ? d[1] : 0);
	return true;
}

static const char *init_segments(struct vmcb_save *save, const struct rw_handoff *h)
{
	if (!load_segment(&save->cs, h->cs, false, h) || !load_segment(&save->ss, h->ss, false, h) ||
	    !load_segment(&save->ds, h->ds, false, h) || !load_segment(&save->es, h->es, false, h) ||
	    !load_segment(&save->fs, h->fs, false, h) || !load_segment(&save->gs, h->gs, false, h) ||
	    !load_segment(&save->tr, h->tr, true, h) || !load_segment(&save->ldtr, h->ldtr, true, h))
		return "a segment selector of the firmware points outside of its GDT";
	save->fs.base = h->fs_base;
	save->gs.base = h->gs_base;
	if (!(h->tr & ~7u)) {
		save->tr.attributes = VMCB_ATTR_TSS_BUSY;
		save->tr.limit = sizeof(struct hv_tss) - 1;
	}
	save->gdtr.limit = h->gdtr_limit;
	save->gdtr.base = table_base(h->gdtr_base);
	save->idtr.limit = h->idtr_limit;
	save->idtr.base = table_base(h->idtr_base);
	return NULL;
}

/* The firmware's values, still in the MSRs: the hypervisor never sets them. */
static void init_msrs(struct vmcb_save *save)
{
	save->star = rdmsr(MSR_STAR);
	save->lstar = rdmsr(MSR_LSTAR);
	save->cstar = rdmsr(MSR_CSTAR);
	save->sfmask = rdmsr(MSR_FMASK);
	save->kernel_gs_base = rdmsr(MSR_KERNEL_GS_BASE);
	save->sysenter_cs = rdmsr(MSR_SYSENTER_CS);
	save->sysenter_esp = rdmsr(MSR_SYSENTER_ESP);
	save->sysenter_eip = rdmsr(MSR_SYSENTER_EIP);
	save->g_pat = rdmsr(MSR_PAT);
}

static void init_control(struct vmcb *vmcb)
{
	struct vmcb_control *control = &vmcb->control;

	svm_steady_intercepts(vmcb);
	control->iopm_base_pa = svm_iopm_pa();
	control->msrpm_base_pa = svm_msrpm_pa();
	control->asid = GUEST_ASID;
	control->tlb_control = VMCB_TLB_FLUSH_ALL;
	control->nested_ctl = VMCB_NP_ENABLE;
	if (svm_features.invlpgb)
		control->nested_ctl |= VMCB_INVLPGB_ENABLE;
	control->nested_cr3 = nested_root();
}

static const char *init_vmcb(struct vmcb *vmcb, const struct rw_handoff *h)
{
	struct vmcb_save *save = &vmcb->save;

	init_control(vmcb);
	init_msrs(save);
	save->rip = h->rip;
	save->rsp = h->rsp;
	save->rflags = (h->rflags & ~RFLAGS_IF) | RFLAGS_FIXED;
	save->cr0 = h->cr0;
	save->cr3 = h->cr3;
	save->cr4 = h->cr4;
	save->efer = h->efer | EFER_SVME;
	save->dr6 = DR6_INIT;
	save->dr7 = DR7_INIT;
	return init_segments(save, h);
}

static void svm_cpu_exit(struct percpu *cpu)
{
	(void)cpu;
	__asm__ volatile("stgi"); /* or an INIT would be held back for ever */
	wrmsr(MSR_VM_HSAVE_PA, 0);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) & ~EFER_SVME);
}

static const char *svm_cpu_init(struct percpu *cpu, const struct rw_handoff *handoff)
{
	void *host_state = pool_alloc(1);
	const char *error;

	cpu->area = pool_alloc(1);
	cpu->host_area = pool_alloc(1);
	if (!host_state || !cpu->area || !cpu->host_area)
		return "no memory for the VMCB";
	cpu->backend_area = hv_phys(cpu->area);
	cpu->backend_host = hv_phys(host_state);
	cpu->host_area_pa = hv_phys(cpu->host_area);
	cpu->gprs = (struct hv_gprs){ 0 };
	error = init_vmcb(svm_vmcb(cpu), handoff);
	if (error)
		return error;
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(MSR_VM_HSAVE_PA, cpu->host_area_pa);
	__asm__ volatile("vmsave %0" : : "a"(cpu->backend_host) : "memory");
	return NULL;
}

/* VMRUN has no failure of its own: a state that it refuses comes as the first exit. */
static const char *svm_cpu_launch(struct percpu *cpu)
{
	(void)cpu;
	svm_run();
}

const struct hv_backend svm_backend = {
	.name = "SVM/NPT",
	.id = 1,
	.nested = {
		.leaf = svm_npt_leaf,
		.table = svm_npt_table,
		.present = svm_npt_present,
		.is_leaf = svm_npt_is_leaf,
		.pa = svm_npt_pa,
		.perm = svm_npt_perm,
		.types = false,
	},
	.has_1g = svm_has_1g,
	.probe = svm_probe,
	.global_init = svm_global_init,
	.cpu_init = svm_cpu_init,
	.cpu_launch = svm_cpu_launch,
	.cpu_exit = svm_cpu_exit,
	.get = svm_get,
	.set = svm_set,
	.advance = svm_advance,
	.inject = svm_inject,
	.step_begin = svm_step_begin,
	.step_end = svm_step_end,
	.flush = svm_flush,
	.kick = svm_kick,
	.drop_nmi = svm_drop_nmi,
	.pass_nmi = svm_pass_nmi,
	.startup_here = true,
	.trampoline = svm_trampoline_init,
	.io_intercept = svm_io_intercept,
	.msr_intercept = svm_msr_intercept,
	.describe = svm_describe,
};

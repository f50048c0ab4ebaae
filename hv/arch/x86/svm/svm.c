/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* SVM on a CPU: requirements, enabling it, the VMCB at the handoff, and the first entry. */
#include "arch/x86/svm/svm.h"
#include "arch/x86/insn.h"
#include "core/state.h"
#include "mm/page_pool.h"

/* CPUID: AMD APM volume 3, "Obtaining Processor Information Via the CPUID Instruction". */
enum {
	CPUID_EXT_MAX = 0x80000000,
	CPUID_EXT_FEATURES = 0x80000001,
	EXT_ECX_SVM = BIT(2),
	EXT_EDX_NX = BIT(20),
	EXT_EDX_1G = BIT(26),
	CPUID_EXT_SIZES = 0x80000008,
	SIZES_EBX_INVLPGB = BIT(3),
	CPUID_SVM = 0x8000000a,
	SVM_EDX_NP = BIT(0),
	SVM_EDX_NRIPS = BIT(3),
	SVM_EDX_FLUSH_BY_ASID = BIT(6),
	SVM_EDX_GMET = BIT(17),
};

#define VM_CR_SVMDIS BIT(4)

static bool svm_has_1g(void)
{
	return cpuid(CPUID_EXT_FEATURES, 0).edx & EXT_EDX_1G;
}

static const char *svm_probe(void)
{
	struct cpuid_regs ext = cpuid(CPUID_EXT_FEATURES, 0);

	if (cpuid(CPUID_EXT_MAX, 0).eax < CPUID_SVM || !(ext.ecx & EXT_ECX_SVM))
		return "this CPU has no SVM (or a hypervisor below hides it)";
	if (!(ext.edx & EXT_EDX_NX))
		return "this CPU has no NX bit, or the firmware turned it off";
	if (rdmsr(MSR_VM_CR) & VM_CR_SVMDIS)
		return "SVM is disabled by the firmware (VM_CR.SVMDIS)";
	if (rdmsr(MSR_EFER) & EFER_SVME)
		return "SVM is in use already (EFER.SVME is set)";

	struct cpuid_regs svm = cpuid(CPUID_SVM, 0);

	if (!(svm.edx & SVM_EDX_NP))
		return "this CPU has SVM without nested paging";
	if (svm.ebx <= SVM_ASID)
		return "this CPU has SVM without an address space identifier (ASID) for a guest";
	svm_features.gmet = svm.edx & SVM_EDX_GMET;
	return NULL;
}

static bool svm_has_exec_modes(void)
{
	return svm_features.gmet;
}

static const char *svm_global_init(void)
{
	struct cpuid_regs svm = cpuid(CPUID_SVM, 0);

	svm_features.next_rip = svm.edx & SVM_EDX_NRIPS;
	svm_features.flush_by_asid = svm.edx & SVM_EDX_FLUSH_BY_ASID;
	svm_features.invlpgb = cpuid(CPUID_EXT_SIZES, 0).ebx & SIZES_EBX_INVLPGB;
	svm_features.user_asid = svm.ebx > SVM_ASID + 1 && !svm_features.invlpgb;
	svm_features.smp = hv.boot->cpu_count > 1;
	return svm_maps_init();
}

static const char *init_vmcb(struct percpu *cpu, const struct rw_handoff *h)
{
	struct vmcb_control *control = &svm_vmcb(cpu)->control;
	struct vmcb_save *save = &svm_vmcb(cpu)->save;

	svm_steady(cpu);
	control->iopm_base_pa = hv_phys(svm_iopm);
	control->tlb_control = VMCB_TLB_FLUSH_ALL;
	control->nested_ctl = VMCB_NP_ENABLE | (svm_features.gmet ? VMCB_GMET_ENABLE : 0) |
			      (svm_features.invlpgb ? VMCB_INVLPGB_ENABLE : 0);
	*save = (struct vmcb_save){
		.rip = h->rip,
		.rsp = h->rsp,
		.rflags = (h->rflags & ~RFLAGS_IF) | RFLAGS_FIXED,
		.cr0 = h->cr0,
		.cr3 = h->cr3,
		.cr4 = h->cr4,
		.efer = h->efer | EFER_SVME,
		.dr6 = DR6_RESET,
		.dr7 = DR7_RESET,
		/* The firmware's values, still in the MSRs: the hypervisor never sets them. */
		.star = rdmsr(MSR_STAR),
		.lstar = rdmsr(MSR_LSTAR),
		.cstar = rdmsr(MSR_CSTAR),
		.sfmask = rdmsr(MSR_FMASK),
		.kernel_gs_base = rdmsr(MSR_KERNEL_GS_BASE),
		.sysenter_cs = rdmsr(MSR_SYSENTER_CS),
		.sysenter_esp = rdmsr(MSR_SYSENTER_ESP),
		.sysenter_eip = rdmsr(MSR_SYSENTER_EIP),
		.g_pat = rdmsr(MSR_PAT),
	};
	return segments_load(save->seg, h);
}

static void svm_cpu_exit(struct percpu *cpu)
{
	(void)cpu;
	__asm__ volatile("stgi"); /* else an INIT would be held back forever */
	wrmsr(MSR_VM_HSAVE_PA, 0);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) & ~EFER_SVME);
}

static const char *svm_cpu_init(struct percpu *cpu, const struct rw_handoff *handoff)
{
	void *host_state = pool_alloc(1);
	uint64_t syscfg;

	cpu->area = pool_alloc(1);
	cpu->host_area = pool_alloc(1);
	if (!host_state || !cpu->area || !cpu->host_area)
		return "no memory for the VMCB";
	cpu->backend_area = hv_phys(cpu->area);
	cpu->backend_host = hv_phys(host_state);
	cpu->host_area_pa = hv_phys(cpu->host_area);

	const char *error = init_vmcb(cpu, handoff);

	if (error)
		return error;
	/*
	 * Else the guest could set the fixed MTRRs' RdMem and WrMem bits, which make an address memory or
	 * MMIO, and so redirect the fetches of a CPU that it starts. AMD APM volume 2, "Extended Fixed-Range
	 * MTRR Type-Field Encodings".
	 */
	if (!rdmsr_safe(MSR_SYSCFG, &syscfg) && syscfg & SYSCFG_RDWR_DRAM)
		wrmsr(MSR_SYSCFG, syscfg & ~(uint64_t)SYSCFG_RDWR_DRAM);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(MSR_VM_HSAVE_PA, cpu->host_area_pa);
	__asm__ volatile("vmsave %0" : : "a"(cpu->backend_host) : "memory");
	return NULL;
}

const struct hv_backend svm_backend = {
	.name = "SVM/NPT",
	.id = 1,
	.nested = &svm_npt,
	.has_1g = svm_has_1g,
	.has_exec_modes = svm_has_exec_modes,
	.probe = svm_probe,
	.global_init = svm_global_init,
	.cpu_init = svm_cpu_init,
	.cpu_exit = svm_cpu_exit,
	.cpu_launch = svm_run, /* a state that VMRUN refuses is reported as the first exit */
	.get = svm_get,
	.set = svm_set,
	.pin = svm_pin,
	.get_tables = svm_get_tables,
	.set_tables = svm_set_tables,
	.advance = svm_advance,
	.inject = svm_inject,
	.step_begin = svm_step_begin,
	.step_end = svm_step_end,
	.use_map = svm_use_map,
	.flush = svm_flush,
	.kick = svm_kick,
	.drop_nmi = svm_drop_nmi,
	.pass_nmi = svm_pass_nmi,
	.park = svm_park,
	.core_sends_sipi = true,
	.trampoline = svm_trampoline_init,
	.io_intercept = svm_io_intercept,
	.msr_intercept = svm_msr_intercept,
	.describe = svm_describe,
};

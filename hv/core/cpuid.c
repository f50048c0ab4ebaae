/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CPUID: the CPU's own answer, without virtualization extensions, with the agent's leaves where configured. */
#include "arch/x86/insn.h"
#include "core/exit.h"
#include "core/state.h"
#include "core/string.h"

#define LEAF1_ECX_VMX_SMX (BIT(5) | BIT(6))
#define LEAF1_ECX_OSXSAVE BIT(27)
#define LEAF7_ECX_OSPKE BIT(4)
#define LEAF80000001_ECX_SVM_SKINIT (BIT(2) | BIT(12))
#define LEAF_SVM 0x8000000au
#define LEAF6_EAX_HFI (BIT(19) | BIT(23)) /* hardware feedback, thread director: tables at physical addresses */
#define LEAF7_EBX_PT BIT(25)
/* FRED's frames hold more than an injected event says; the others access MSRs in ways that are not decoded. */
#define LEAF7_1_EAX_FRED_MSRLIST (BIT(17) | BIT(27))
#define LEAF7_1_ECX_MSR_IMM BIT(5)
#define LEAF_PT 0x14u
#define LEAF_PV_LAST 0x400001ffu

static void set_bit(uint32_t *reg, uint64_t bit, uint64_t on)
{
	*reg = on ? *reg | (uint32_t)bit : *reg & ~(uint32_t)bit;
}

enum hv_action exit_cpuid(struct percpu *cpu)
{
	uint32_t leaf = (uint32_t)cpu->gprs.rax, sub = (uint32_t)cpu->gprs.rcx;
	struct cpuid_regs r = cpuid(leaf, sub);
	uint64_t cr4 = greg(cpu, GREG_CR4);

	switch (leaf) {
	case 1:
		r.ecx &= ~(uint32_t)LEAF1_ECX_VMX_SMX;
		/* Both follow the guest's CR4, and the one in force here is the hypervisor's. */
		set_bit(&r.ecx, LEAF1_ECX_OSXSAVE, cr4 & CR4_OSXSAVE);
		break;
	case 6:
		r.eax &= ~(uint32_t)LEAF6_EAX_HFI;
		break;
	case 7:
		if (sub == 0) {
			r.ebx &= ~(uint32_t)LEAF7_EBX_PT;
			set_bit(&r.ecx, LEAF7_ECX_OSPKE, cr4 & CR4_PKE);
		} else if (sub == 1) {
			r.eax &= ~(uint32_t)LEAF7_1_EAX_FRED_MSRLIST;
			r.ecx &= ~(uint32_t)LEAF7_1_ECX_MSR_IMM;
		}
		break;
	case 0x80000001u:
		r.ecx &= ~(uint32_t)LEAF80000001_ECX_SVM_SKINIT;
		break;
	case LEAF_PT:
		if (cpuid(0, 0).eax < LEAF_PT)
			break; /* like any number beyond the last basic leaf */
		/* fall through */
	case LEAF_SVM:
		r = (struct cpuid_regs){ 0 };
		break;
	case RW_CPUID_SIGNATURE:
		if (hv.boot->agent) {
			r.eax = RW_CPUID_VERSION;
			memcpy(&r.ebx, RW_SIGNATURE, 12);
		}
		break;
	default:
		/* A hypervisor below keeps its name, but offers the guest nothing: that would go past the nested tables. */
		if (hv.boot->agent && leaf == RW_CPUID_VERSION)
			r = (struct cpuid_regs){ .eax = RW_ABI_VERSION, .ebx = hv_backend()->id };
		else if (leaf > RW_CPUID_SIGNATURE && leaf <= LEAF_PV_LAST)
			r = (struct cpuid_regs){ 0 };
	}
	cpu->gprs.rax = r.eax;
	cpu->gprs.rbx = r.ebx;
	cpu->gprs.rcx = r.ecx;
	cpu->gprs.rdx = r.edx;
	return HV_ADVANCE;
}

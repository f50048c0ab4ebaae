/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CPUID: the CPU's own answer without virtualization extensions; the agent's leaves if configured. */
#include "arch/x86/insn.h"
#include "core/exit.h"
#include "core/state.h"
#include "lib/string.h"

#define LEAF1_ECX_OSXSAVE BIT(27)
#define LEAF7_ECX_OSPKE   BIT(4)
#define LEAF_PV_LAST      0x400001ffu
#define ANY               UINT32_MAX
/* clang-format off */
#define ALL { ~0u, ~0u, ~0u, ~0u }
/* clang-format on */

/* Features that would bypass the nested tables, or whose exits are not decoded. */
static const struct {
	uint32_t leaf, sub;
	struct cpuid_regs bits;
} hidden[] = {
	{ 1, ANY, { .ecx = BIT(5) | BIT(6) } }, /* VMX, SMX */
	/* Debug store: its buffers are written late; after an exit their linear addresses are ours. */
	{ 1, ANY, { .ecx = BIT(2) | BIT(4), .edx = BIT(21) } },
	{ 0x23, 0, { .eax = BIT(4) | BIT(5) } },
	/* Hardware feedback and thread director: tables at physical addresses. */
	{ 6, ANY, { .eax = BIT(19) | BIT(23) } },
	/* Processor Trace: also tables at physical addresses; in leaf 0xd a state that XRSTORS loads. */
	{ 7, 0, { .ebx = BIT(25) } },
	{ 0x14, ANY, ALL },
	{ 0xd, 1, { .ecx = BIT(8) } },
	{ 0xd, 8, ALL },
	/* FRED: its frames hold more than an event says. MSR lists, immediate, user-mode MSR accesses. */
	{ 7, 1, { .eax = BIT(17) | BIT(27), .ecx = BIT(5), .edx = BIT(15) } },
	{ 0x80000001u, ANY, { .ecx = BIT(2) | BIT(12) } },
	{ 0x8000000au, ANY, ALL }, /* SVM, SKINIT */
};

static void set_bit(uint32_t *reg, uint64_t bit, uint64_t on)
{
	*reg = on ? *reg | (uint32_t)bit : *reg & ~(uint32_t)bit;
}

static void hide(uint32_t leaf, uint32_t sub, struct cpuid_regs *r)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		const struct cpuid_regs *bits = &hidden[i].bits;

		/*
		 * For a leaf that it lacks, a CPU answers with its last basic leaf. The limit is read now,
		 * because the guest may have lowered it and the answer depends on it.
		 */
		if (hidden[i].leaf != leaf || (hidden[i].sub != ANY && hidden[i].sub != sub) ||
		    leaf > cpuid(leaf & 0x80000000u, 0).eax)
			continue;
		r->eax &= ~bits->eax;
		r->ebx &= ~bits->ebx;
		r->ecx &= ~bits->ecx;
		r->edx &= ~bits->edx;
	}
}

enum hv_action exit_cpuid(struct percpu *cpu)
{
	uint32_t leaf = (uint32_t)cpu->gprs.rax, sub = (uint32_t)cpu->gprs.rcx;
	struct cpuid_regs r = cpuid(leaf, sub);
	uint64_t cr4 = greg(cpu, GREG_CR4);

	hide(leaf, sub, &r);
	/* Two bits mirror the guest's CR4, but the CR4 in force here is the hypervisor's. */
	if (leaf == 1)
		set_bit(&r.ecx, LEAF1_ECX_OSXSAVE, cr4 & CR4_OSXSAVE);
	if (leaf == 7 && sub == 0)
		set_bit(&r.ecx, LEAF7_ECX_OSPKE, cr4 & CR4_PKE);
	/* A hypervisor below us keeps its name, but not its interfaces: they bypass the nested tables. */
	if (leaf > RW_CPUID_SIGNATURE && leaf <= LEAF_PV_LAST)
		r = (struct cpuid_regs){ 0 };
	if (hv.boot->agent && leaf == RW_CPUID_SIGNATURE) {
		r.eax = RW_CPUID_VERSION;
		memcpy(&r.ebx, RW_SIGNATURE, 12);
	}
	if (hv.boot->agent && leaf == RW_CPUID_VERSION)
		r = (struct cpuid_regs){ .eax = RW_ABI_VERSION, .ebx = hv_backend()->id };
	cpu->gprs.rax = r.eax;
	cpu->gprs.rbx = r.ebx;
	cpu->gprs.rcx = r.ecx;
	cpu->gprs.rdx = r.edx;
	return HV_ADVANCE;
}

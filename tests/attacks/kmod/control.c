// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Attacks on the CPU's control state: protection switched off, entry points moved. Each puts back what it
// changed before anything else runs, and says whether the change took effect.
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>

#include "rwattack.h"

static u64 read_cr(int cr)
{
	u64 value;

	if (cr == 0)
		asm volatile("mov %%cr0, %0" : "=r"(value) : : "memory");
	else
		asm volatile("mov %%cr4, %0" : "=r"(value) : : "memory");
	return value;
}

/* Return: 0, or -EFAULT after an exception. */
static int write_cr(int cr, u64 value)
{
	int err = 0;

	if (cr == 0)
		asm volatile("1: mov %[new], %%cr0\n2:\n" RESUME_AT_2
			     : [err] "+r"(err)
			     : [new] "r"(value)
			     : "memory");
	else
		asm volatile("1: mov %[new], %%cr4\n2:\n" RESUME_AT_2
			     : [err] "+r"(err)
			     : [new] "r"(value)
			     : "memory");
	return err;
}

static void verdict(const char *name, int err, u64 before, u64 after)
{
	say("control %s before=%016llx after=%016llx %s %s\n", name, before, after,
	    before == after ? "unchanged" : "changed", err ? "exception" : "done");
}

static void try_cr(const char *name, int cr, u64 flip)
{
	unsigned long flags;
	u64 before, after;
	int err;

	local_irq_save(flags);
	before = read_cr(cr);
	if (cr == 4 && !(before & flip)) { /* a CPU may lack it */
		local_irq_restore(flags);
		say("control %s absent\n", name);
		return;
	}
	err = write_cr(cr, before ^ flip);
	after = read_cr(cr);
	if (after != before)
		write_cr(cr, before);
	local_irq_restore(flags);
	verdict(name, err, before, after);
}

static void try_msr(const char *name, u32 msr, u64 flip)
{
	unsigned long flags;
	u64 before = 0, after = 0;
	int err;

	local_irq_save(flags);
	err = rdmsrl_safe(msr, &before);
	if (!err)
		err = wrmsrl_safe(msr, before ^ flip);
	rdmsrl_safe(msr, &after);
	if (after != before)
		wrmsrl_safe(msr, before);
	local_irq_restore(flags);
	verdict(name, err, before, after);
}

static const struct {
	const char *name;
	int cr; /* -1: an MSR */
	u32 msr;
	u64 flip;
} registers[] = {
	{ "cr0.wp", 0, 0, X86_CR0_WP },
	{ "cr4.smep", 4, 0, X86_CR4_SMEP },
	{ "cr4.smap", 4, 0, X86_CR4_SMAP },
	{ "cr4.umip", 4, 0, X86_CR4_UMIP },
	{ "cr4.fsgsbase", 4, 0, X86_CR4_FSGSBASE },
	{ "efer.nxe", -1, MSR_EFER, EFER_NX },
	{ "efer.sce", -1, MSR_EFER, EFER_SCE },
	{ "star", -1, MSR_STAR, 1ull << 32 },
	{ "lstar", -1, MSR_LSTAR, 0x1000 },
	{ "cstar", -1, MSR_CSTAR, 0x1000 },
	{ "sfmask", -1, MSR_SYSCALL_MASK, X86_EFLAGS_IF },
	{ "sysenter_cs", -1, MSR_IA32_SYSENTER_CS, 8 },
	{ "sysenter_esp", -1, MSR_IA32_SYSENTER_ESP, 0x1000 },
	{ "sysenter_eip", -1, MSR_IA32_SYSENTER_EIP, 0x1000 },
	{ "free", 0, 0, X86_CR0_MP }, /* a bit that nothing depends on: stays free */
};

/* Tries one register, or all. */
int cmd_control(int argc, char **argv)
{
	bool found = false;
	size_t i;

	if (argc != 2)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(registers); i++) {
		if (strcmp(argv[1], "all") != 0 && strcmp(argv[1], registers[i].name) != 0)
			continue;
		found = true;
		if (registers[i].cr >= 0)
			try_cr(registers[i].name, registers[i].cr, registers[i].flip);
		else
			try_msr(registers[i].name, registers[i].msr, registers[i].flip);
	}
	return found ? 0 : -EINVAL;
}

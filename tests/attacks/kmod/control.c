// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Attacks on the CPU's control state: protection switched off, entry points moved. Each puts back what it
// changed before anything else runs, and says whether the change took effect.
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/version.h>
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

/* Tables of this module's own: copies of the CPU's, so that nothing fails where they take effect. */
static struct {
	u8 gdt[PAGE_SIZE];
	gate_desc idt[256];
} __aligned(PAGE_SIZE) own;

static void try_table(const char *name, bool idt)
{
	struct desc_ptr before, after, mine;
	unsigned long flags;

	local_irq_save(flags);
	if (idt)
		asm volatile("sidt %0" : "=m"(before));
	else
		asm volatile("sgdt %0" : "=m"(before));
	mine.size = before.size;
	mine.address = idt ? (unsigned long)own.idt : (unsigned long)own.gdt;
	memcpy((void *)mine.address, (void *)before.address, before.size + 1ul);
	if (idt)
		asm volatile("lidt %1; sidt %0" : "=m"(after) : "m"(mine) : "memory");
	else
		asm volatile("lgdt %1; sgdt %0" : "=m"(after) : "m"(mine) : "memory");
	if (after.address != before.address && idt)
		asm volatile("lidt %0" : : "m"(before) : "memory");
	else if (after.address != before.address)
		asm volatile("lgdt %0" : : "m"(before) : "memory");
	local_irq_restore(flags);
	verdict(name, 0, before.address, after.address);
}

/*
 * Another TSS: its descriptor comes after the kernel's, so that STR tells them apart. LTR marks a descriptor
 * as busy where GDTR says that it is, and the kernel maps that read-only.
 */
static void try_tr(void)
{
	struct ldttss_desc *rw = (void *)(get_current_gdt_rw() + GDT_ENTRY_TSS), saved;
	struct desc_ptr gdt;
	unsigned long flags;
	tss_desc mine;
	u16 before, after;
	int err = 0;
	bool writable;

	local_irq_save(flags);
	asm volatile("sgdt %0" : "=m"(gdt));
	writable = set_writable(gdt.address, true);
	saved = *rw;
	set_tssldt_descriptor(&mine, (unsigned long)own.gdt, DESC_TSS, __KERNEL_TSS_LIMIT);
	memcpy(rw + 1, &mine, sizeof(mine));
	asm volatile("str %0" : "=r"(before));
	asm volatile("1: ltr %w[sel]\n2:\n" RESUME_AT_2
		     : [err] "+r"(err)
		     : [sel] "r"(before + 16)
		     : "memory");
	asm volatile("str %0" : "=r"(after));
	if (after != before) {
		saved.type = DESC_TSS; /* not busy */
		*rw = saved;
		asm volatile("ltr %w0" : : "r"(before) : "memory");
	}
	memset(rw + 1, 0, sizeof(mine));
	set_writable(gdt.address, writable);
	local_irq_restore(flags);
	verdict("tr", err, before, after);
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define CURRENT_TASK current_task
#else
#define CURRENT_TASK pcpu_hot.current_task
#endif

/*
 * Clears CR0.WP while GS leads to a made-up task, on which the hypervisor is to lay the blame. Nothing else
 * may use GS meanwhile.
 */
int cmd_innocent(int argc, char **argv)
{
	struct task_struct *fake = kzalloc(sizeof(*fake), GFP_KERNEL);
	unsigned long flags, gs = (unsigned long)&fake - (unsigned long)&CURRENT_TASK, real;
	u64 before, after;

	if (!fake)
		return -EINVAL;
	fake->pid = fake->tgid = 1;
	strscpy(fake->comm, "innocent", sizeof(fake->comm));
	local_irq_save(flags);
	before = read_cr(0);
	asm volatile("rdgsbase %[real]; wrgsbase %[gs]; mov %[new], %%cr0; wrgsbase %[real]"
		     : [real] "=&r"(real)
		     : [gs] "r"(gs), [new] "r"(before & ~(u64)X86_CR0_WP)
		     : "memory");
	after = read_cr(0);
	if (after != before)
		write_cr(0, before);
	local_irq_restore(flags);
	kfree(fake);
	say("innocent %s\n", before == after ? "unchanged" : "changed");
	return 0;
}

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
	if (strcmp(argv[1], "all") != 0 && strcmp(argv[1], "tables") != 0)
		return found ? 0 : -EINVAL;
	try_table("idtr", true);
	try_table("gdtr", false);
	try_tr();
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Makes hypercalls that must be refused, runs virtualization instructions that must be missing, and accesses
// the hypervisor's memory.

#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/string.h>
#include <asm/asm.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/processor-flags.h>

#include "abi/hypercall.h"
#include "abi/record.h"
#include "abi/ring.h"
#include "rwattack.h"

#define READ_MAX 256u

static void say_result(const char *what, u64 nr, long ret)
{
	static const char *const names[] = RW_ERROR_NAMES;

	if (ret == LONG_MIN)
		say("%s %llu: exception or nobody there\n", what, nr);
	else if (ret < 0 && -ret < (long)ARRAY_SIZE(names))
		say("%s %llu: %ld %s\n", what, nr, ret, names[-ret]);
	else
		say("%s %llu: %ld\n", what, nr, ret);
}

#define CALL(insn) \
	asm volatile("1: " insn "\n2:\n" RESUME_AT_2 \
		     : "+a"(ret), [err] "+r"(err) \
		     : "D"(a1), "S"(a2), "d"(a3) \
		     : "memory")

/* A hypercall from this module's text. Return: the result, or LONG_MIN after an exception. */
static noinline long call_own(u64 nr, u64 a1, u64 a2, u64 a3)
{
	u32 eax, ebx, ecx, edx;
	long ret = nr;
	int err = 0;

	cpuid(RW_CPUID_VERSION, &eax, &ebx, &ecx, &edx);
	if (ebx == 1)
		CALL("vmmcall");
	else
		CALL("vmcall");
	return err ? LONG_MIN : ret;
}

long call_agent(u64 nr, u64 a1, u64 a2, u64 a3)
{
	long (*fn)(unsigned long nr, unsigned long a1, unsigned long a2,
		   unsigned long a3) = (void *)symbol("ringward:hvcall");

	return fn ? fn(nr, a1, a2, a3) : LONG_MIN;
}

static int call_with(int argc, char **argv, long (*call)(u64 nr, u64 a1, u64 a2, u64 a3))
{
	u64 n[4];

	if (argc != 5 || numbers(argv + 1, n, 4))
		return -EINVAL;
	say_result(argv[0], n[0], call(n[0], n[1], n[2], n[3]));
	return 0;
}

int cmd_hypercall(int argc, char **argv)
{
	return call_with(argc, argv, call_own);
}

int cmd_agentcall(int argc, char **argv)
{
	return call_with(argc, argv, call_agent);
}

int cmd_protect(int argc, char **argv)
{
	struct rw_protect_list *list;
	u64 n[4];

	if (argc != 5 || numbers(argv + 1, n, 4))
		return -EINVAL;
	list = (void *)get_zeroed_page(GFP_KERNEL);
	if (!list)
		return -EINVAL;
	list->count = 1;
	list->range[0] = (struct rw_range){
		.gpa = n[0], .gva = n[0], .len = n[1], .kind = n[2], .flags = n[3], .name = "rwattack"
	};
	say_result("protect", RW_HC_PROTECT, call_own(RW_HC_PROTECT, virt_to_phys(list), 0, 0));
	free_page((unsigned long)list);
	return 0;
}

/* Has the agent's own code ask for a page of data to become a module's code. */
int cmd_approve(int argc, char **argv)
{
	struct rw_protect_list *list = (void *)get_zeroed_page(GFP_KERNEL);
	unsigned long page = __get_free_page(GFP_KERNEL);

	if (list && page) {
		list->count = 1;
		list->range[0] = (struct rw_range){ .gpa = virt_to_phys((void *)page),
						    .gva = page,
						    .len = PAGE_SIZE,
						    .kind = RW_TARGET_MODULE_TEXT,
						    .name = "rwattack" };
		say_result("approve", RW_HC_MODULE, call_agent(RW_HC_MODULE, virt_to_phys(list), 0, 0));
	}
	free_page((unsigned long)list);
	return 0;
}

int cmd_ringdesc(int argc, char **argv)
{
	struct rw_ring_desc *desc;
	unsigned int i;
	u64 n[4];

	if (argc != 5 || numbers(argv + 1, n, 4))
		return -EINVAL;
	desc = (void *)get_zeroed_page(GFP_KERNEL);
	if (!desc)
		return -EINVAL;
	desc->cpu = n[0];
	desc->data_pages = n[1];
	desc->hdr_gpa = n[2];
	for (i = 0; i < RW_RING_MAX_PAGES; i++)
		desc->data_gpa[i] = n[3] + i * RW_PAGE_SIZE;
	say_result("ringdesc", RW_HC_RING, call_own(RW_HC_RING, virt_to_phys(desc), 0, 0));
	free_page((unsigned long)desc);
	return 0;
}

int cmd_hvread(int argc, char **argv)
{
	char hex[2 * 32 + 1];
	u64 n[2], at;
	u8 *map;

	if (argc != 3 || numbers(argv + 1, n, 2) || n[1] == 0 || n[1] > READ_MAX)
		return -EINVAL;
	map = memremap(n[0], n[1], MEMREMAP_WB);
	if (!map) {
		say("hvread %#llx: cannot be mapped\n", n[0]);
		return 0;
	}
	for (at = 0; at < n[1]; at += 32) {
		bin2hex(hex, map + at, min_t(u64, 32, n[1] - at));
		hex[2 * min_t(u64, 32, n[1] - at)] = 0;
		say("hvread %#llx %s\n", n[0] + at, hex);
	}
	memunmap(map);
	return 0;
}

int cmd_hvwrite(int argc, char **argv)
{
	u64 n[2], before, after;
	u64 *map;

	if (argc != 3 || numbers(argv + 1, n, 2) || n[0] % sizeof(u64))
		return -EINVAL;
	map = memremap(n[0], sizeof(u64), MEMREMAP_WB);
	if (!map) {
		say("hvwrite %#llx: cannot be mapped\n", n[0]);
		return 0;
	}
	before = READ_ONCE(*map);
	WRITE_ONCE(*map, n[1]);
	after = READ_ONCE(*map);
	say("hvwrite %#llx before=%016llx after=%016llx %s\n", n[0], before, after,
	    before == after ? "unchanged" : "changed");
	memunmap(map);
	return 0;
}

#define TRY(name, insn) \
	do { \
		int err = 0; \
		asm volatile("1: " insn "\n2:\n" RESUME_AT_2 \
			     : [err] "+r"(err) \
			     : "a"(pa), "c"(0ul), [mem] "m"(pa) \
			     : "memory", "cc"); \
		say("vmx %s: %s\n", name, err ? "exception" : "EXECUTED"); \
	} while (0)

/* Tries Intel's switch for virtualization, which must be refused. */
static void try_vmxe(void)
{
	unsigned long flags, before, after;
	int err = 0;

	local_irq_save(flags);
	asm volatile("mov %%cr4, %0" : "=r"(before) : : "memory");
	asm volatile("1: mov %[new], %%cr4\n2:\n" RESUME_AT_2
		     : [err] "+r"(err)
		     : [new] "r"(before | X86_CR4_VMXE)
		     : "memory");
	asm volatile("mov %%cr4, %0" : "=r"(after) : : "memory");
	if (after != before)
		asm volatile("mov %0, %%cr4" : : "r"(before) : "memory");
	local_irq_restore(flags);
	say("vmx cr4.vmxe: %s\n", err ? "exception" : after & X86_CR4_VMXE ? "SET" : "stays clear");
}

/* Tries AMD's switch for virtualization, which must be refused. */
static void try_svme(void)
{
	u64 before, after;
	int err = rdmsrl_safe(MSR_EFER, &before);

	if (!err)
		err = wrmsrl_safe(MSR_EFER, before | EFER_SVME);
	if (err || rdmsrl_safe(MSR_EFER, &after)) {
		say("vmx efer.svme: exception\n");
		return;
	}
	if (after != before)
		wrmsrl_safe(MSR_EFER, before);
	say("vmx efer.svme: %s\n", after & EFER_SVME ? "SET" : "stays clear");
}

/* The guest's CPU must have no virtualization. */
int cmd_vmx(int argc, char **argv)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	u64 pa = page ? virt_to_phys(page) : 0;

	if (!page)
		return -EINVAL;
	TRY("vmxon", "vmxon %[mem]");
	TRY("vmptrld", "vmptrld %[mem]");
	TRY("vmclear", "vmclear %[mem]");
	TRY("vmlaunch", "vmlaunch");
	TRY("vmxoff", "vmxoff");
	TRY("vmrun", "vmrun %%rax");
	TRY("vmload", "vmload %%rax");
	TRY("vmsave", "vmsave %%rax");
	TRY("clgi", "clgi");
	TRY("stgi", "stgi");
	/* Only this vendor's bit: the other vendor's is reserved, and QEMU's TCG hangs on it instead of
	 * raising #GP. */
	if (boot_cpu_data.x86_vendor == X86_VENDOR_INTEL)
		try_vmxe();
	else
		try_svme();
	free_page((unsigned long)page);
	return 0;
}

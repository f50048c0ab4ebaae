// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Does any CPU still write to a page after the lock has returned? The other CPUs write to it all the time.
//
// Acts as the agent (so it needs a guest without one): registers, names one page of data and its own text,
// and locks. The module is not needed afterwards: loading it fails on purpose, with the answer in the kernel
// log.
#define pr_fmt(fmt) "rwstale: " fmt

#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/utsname.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#include "abi/hypercall.h"
#include "abi/record.h"

#define LOOKS 2000000u

static volatile u64 *target;
static bool stop;
static atomic64_t writes = ATOMIC64_INIT(0);

static long call(u64 nr, u64 gpa)
{
	u32 eax, ebx, ecx, edx;
	long ret = nr;

	cpuid(RW_CPUID_VERSION, &eax, &ebx, &ecx, &edx);
	if (ebx == 1)
		asm volatile("vmmcall" : "+a"(ret) : "D"(gpa), "S"(0ul), "d"(0ul) : "memory");
	else
		asm volatile("vmcall" : "+a"(ret) : "D"(gpa), "S"(0ul), "d"(0ul) : "memory");
	return ret;
}

static int hammer(void *unused)
{
	u64 n = (u64)raw_smp_processor_id() << 56;

	while (!READ_ONCE(stop)) {
		*target = ++n;
		if (!(n & 0xfff)) {
			atomic64_add(0x1000, &writes);
			cond_resched();
		}
	}
	return 0;
}

static struct rw_range page_range(void *va, u64 gpa, u32 kind)
{
	struct rw_range r = { .gpa = gpa, .gva = (u64)va, .len = PAGE_SIZE, .kind = kind, .name = "rwstale" };

	return r;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define TEXT_BASE THIS_MODULE->core_layout.base
#define TEXT_SIZE THIS_MODULE->core_layout.text_size
#else
#define TEXT_BASE THIS_MODULE->mem[MOD_TEXT].base
#define TEXT_SIZE THIS_MODULE->mem[MOD_TEXT].size
#endif

/* This module's text and the page, for RW_HC_PROTECT. */
static struct rw_protect_list *make_list(void)
{
	struct rw_protect_list *list = (void *)get_zeroed_page(GFP_KERNEL);
	char *text = TEXT_BASE;
	u32 size = PAGE_ALIGN(TEXT_SIZE), off;

	if (!list)
		return NULL;
	for (off = 0; off < size; off += PAGE_SIZE)
		list->range[list->count++] = page_range(text + off, page_to_phys(vmalloc_to_page(text + off)),
							RW_TARGET_AGENT_TEXT);
	list->range[list->count++] = page_range((void *)target, virt_to_phys((void *)target),
						RW_TARGET_KERNEL_RODATA);
	return list;
}

static long set_up(void)
{
	struct rw_agent_info *info = (void *)get_zeroed_page(GFP_KERNEL);
	struct rw_protect_list *list = make_list();
	long ret;

	if (!info || !list)
		return -ENOMEM;
	info->abi_version = RW_ABI_VERSION;
	info->cpus = num_possible_cpus();
	strscpy(info->release, utsname()->release, sizeof(info->release));
	ret = call(RW_HC_REGISTER, virt_to_phys(info));
	return ret ? ret : call(RW_HC_PROTECT, virt_to_phys(list));
}

/* Return: how many changes of the page were seen after the lock. */
static u32 watch(void)
{
	u64 before = *target;
	u32 changes = 0, i;

	for (i = 0; i < LOOKS; i++) {
		u64 now = *target;

		changes += now != before;
		before = now;
	}
	return changes;
}

static int __init rwstale_init(void)
{
	int cpu, hammers = 0;
	u32 changes;
	u64 written;
	long ret;

	target = (void *)get_zeroed_page(GFP_KERNEL);
	if (!target)
		return -ENOMEM;
	ret = set_up();
	if (ret) {
		pr_err("set-up refused: %ld\n", ret);
		return -EIO;
	}
	migrate_disable(); /* otherwise this thread may move, and this CPU has a writer, too */
	cpus_read_lock();
	for_each_online_cpu(cpu)
	{
		struct task_struct *t;

		if (cpu == raw_smp_processor_id())
			continue;
		t = kthread_create_on_cpu(hammer, NULL, cpu, "rwstale/%u");
		if (IS_ERR(t))
			continue;
		wake_up_process(t);
		hammers++;
	}
	cpus_read_unlock();
	msleep(200);
	preempt_disable();
	written = atomic64_read(&writes);
	ret = call(RW_HC_LOCK, 0);
	changes = watch();
	preempt_enable();
	migrate_enable();
	WRITE_ONCE(stop, true);
	pr_info("lock %ld, %d CPUs were writing (%llu writes before), %u changes after\n", ret, hammers,
		written, changes);
	return 0; /* never freed: its read-only pages are of no other use */
}

module_init(rwstale_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Looks for CPUs that write to a page after it was locked");

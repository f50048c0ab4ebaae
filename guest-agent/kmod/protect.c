// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Names the kernel's and the agent's read-only memory to the hypervisor and locks it.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include <asm/pgtable.h>

#include "code.h"
#include "hvcall.h"
#include "kernel/code.h"
#include "kernel/layout.h"
#include "kernel/lsm.h"
#include "kexec.h"
#include "protect.h"
#include "abi/record.h"
#include "sites.h"
#include "symbols.h"
#include "watch.h"

int __init protect_register(const struct compat_kernel *k)
{
	struct rw_agent_info *info = (void *)get_zeroed_page(GFP_KERNEL);
	int ret;

	if (!info)
		return -ENOMEM;
	info->abi_version = RW_ABI_VERSION;
	info->cpus = num_possible_cpus();
	info->poking_cr3 = k->poking_pgd ? __pa(k->poking_pgd) : 0;
	info->current_off = k->current_off;
	info->code_area = MODULES_VADDR - RW_SYMBOL_BASE;
	info->task_pid = offsetof(struct task_struct, pid);
	info->task_tgid = offsetof(struct task_struct, tgid);
	info->task_comm = offsetof(struct task_struct, comm);
	strscpy(info->release, init_utsname()->release, sizeof(info->release));
	ret = hvcall_page(RW_HC_REGISTER, info, "register");
	free_page((unsigned long)info);
	return ret;
}

int protect_send(struct protect_call *call)
{
	int ret;

	if (call->list->count == 0)
		return 0;
	ret = hvcall_page(call->nr, call->list, call->nr == RW_HC_MODULE ? "module" : "protect");
	memset(call->list, 0, sizeof(*call->list));
	return ret;
}

int protect_add(struct protect_call *call, const struct rw_range *range)
{
	int ret = call->list->count == RW_PROTECT_MAX ? protect_send(call) : 0;

	if (ret == 0)
		call->list->range[call->list->count++] = *range;
	return ret;
}

/*
 * The physical address of @va, by the live page tables; 0 if it is not mapped, or mapped writable while @ro
 * is set. No memory of interest lies at physical 0.
 */
static u64 walk(unsigned long va, bool ro)
{
	unsigned int level;
	pte_t *pte = lookup_address(va, &level);

	if (!pte || !(pte_flags(*pte) & _PAGE_PRESENT) || (ro && pte_write(*pte)))
		return 0;
	return slow_virt_to_phys((void *)va);
}

/* A part of the kernel's image, which is physically contiguous. */
static int add_image(struct protect_call *call, u32 kind, u32 flags, const char *name, unsigned long start,
		     unsigned long end)
{
	struct rw_range r = {
		.gpa = __pa_symbol(start), .gva = start, .len = end - start, .kind = kind, .flags = flags
	};

	if (end <= start || walk(start, false) != r.gpa || walk(end - 1, false) != r.gpa + r.len - 1) {
		pr_err("%s: %#lx to %#lx is not mapped as the kernel's image must be\n", name, start, end);
		return -EFAULT;
	}
	strscpy(r.name, name, sizeof(r.name));
	return protect_add(call, &r);
}

int protect_add_module(struct protect_call *call, u32 kind, const char *name, struct compat_region region)
{
	struct rw_range r = { .kind = kind };
	unsigned long va;
	int ret;

	strscpy(r.name, name, sizeof(r.name));
	for (va = region.base; va < region.base + region.size; va += PAGE_SIZE) {
		u64 gpa = page_to_phys(vmalloc_to_page((void *)va));
		u64 mapped = walk(va, true);

		if (mapped == 0) {
			pr_err("%s: the module's page at %#lx is not read-only yet\n", name, va);
			return -EAGAIN;
		}
		if (mapped != gpa) {
			pr_err("%s: the module's page at %#lx is not where vmalloc says\n", name, va);
			return -EFAULT;
		}
		if (r.len != 0 && r.gpa + r.len == gpa) {
			r.len += PAGE_SIZE;
			continue;
		}
		if (r.len != 0) {
			ret = protect_add(call, &r);
			if (ret)
				return ret;
		}
		r.gpa = gpa;
		r.gva = va;
		r.len = PAGE_SIZE;
	}
	return r.len != 0 ? protect_add(call, &r) : 0;
}

/* The vDSO lies among the read-only data, but user mode executes it. */
static int add_rodata(struct protect_call *call, const struct compat_kernel *k)
{
	unsigned long at = k->start_rodata & PAGE_MASK, end = PAGE_ALIGN(k->end_rodata);
	struct compat_region vdso[COMPAT_VDSOS];
	int i, ret = 0;

	compat_vdsos(k, vdso);
	for (i = 0; code_is_guarded() && i < COMPAT_VDSOS && ret == 0; i++) {
		if (vdso[i].base < at || vdso[i].base + vdso[i].size > end)
			continue;
		if (vdso[i].base > at)
			ret = add_image(call, RW_TARGET_KERNEL_RODATA, 0, "kernel_rodata", at, vdso[i].base);
		at = vdso[i].base + vdso[i].size;
		if (ret == 0)
			ret = add_image(call, RW_TARGET_VDSO, 0, "vdso", vdso[i].base, at);
	}
	return ret == 0 ? add_image(call, RW_TARGET_KERNEL_RODATA, 0, "kernel_rodata", at, end) : ret;
}

static int add_all(struct protect_call *call, const struct compat_kernel *k)
{
	const struct module *me = THIS_MODULE;
	int ret;

	/* The page allocator owns what lies past the ends, up to the next 2 MiB: do not lock that. */
	ret = add_image(call, RW_TARGET_KERNEL_TEXT, 0, "kernel_text", k->text & PAGE_MASK,
			PAGE_ALIGN(k->etext));
	if (ret == 0)
		ret = add_rodata(call, k);
	if (ret == 0)
		ret = add_image(call, RW_TARGET_LSM_HOOKS, RW_RANGE_OBJECT, compat_lsm_table_name,
				k->lsm_table, k->lsm_table + k->lsm_table_size);
	if (ret == 0)
		ret = add_image(call, RW_TARGET_IDT, 0, "idt_table", k->idt, k->idt + PAGE_SIZE);
	if (ret == 0)
		ret = protect_add_module(call, RW_TARGET_AGENT_TEXT, "ringward:.text",
					 compat_module_text(me));
	if (ret == 0)
		ret = protect_add_module(call, RW_TARGET_AGENT_RODATA, "ringward:.rodata",
					 compat_module_rodata(me, false));
	if (ret == 0)
		ret = protect_add_module(call, RW_TARGET_AGENT_RODATA, "ringward:.data..ro_after_init",
					 compat_module_rodata(me, true));
	if (ret == 0 && code_is_guarded())
		ret = code_name(call, k);
	return ret == 0 ? protect_send(call) : ret;
}

/* Names everything and locks, while no module is being approved. */
static int name_and_lock(struct protect_call *call, const struct compat_kernel *k)
{
	int ret = add_all(call, k);
	long answer;

	if (ret == 0)
		ret = watch_send(call, k);
	if (ret == 0)
		ret = kexec_close();
	if (ret != 0)
		return ret;
	/* The lock parks CPUs that the kernel has not started; one that is coming up would pass for one. */
	cpus_read_lock();
	answer = hvcall(RW_HC_LOCK, 0, 0, 0);
	cpus_read_unlock();
	if (answer < 0) {
		kexec_reopen();
		return hvcall_error("lock", answer);
	}
	return 0;
}

int protect_lock(const struct compat_kernel *k)
{
	static bool locked;
	struct protect_call call = { .nr = RW_HC_PROTECT };
	int ret;

	if (locked)
		return -EALREADY;
	call.list = (void *)get_zeroed_page(GFP_KERNEL);
	if (!call.list)
		return -ENOMEM;
	ret = symbols_send(k);
	if (ret == 0)
		ret = sites_send(k);
	if (ret == 0)
		ret = code_lock_begin();
	if (ret == 0) {
		ret = name_and_lock(&call, k);
		code_lock_end(ret == 0);
	}
	free_page((unsigned long)call.list);
	locked = ret == 0;
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Looks up and walks symbols, through kernel functions that are not exported.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include "kernel/kallsyms.h"
#include "kernel/version.h"

typedef unsigned long (*lookup_fn)(const char *name);

struct walk {
	compat_symbol_fn fn;
	void *ctx;
};

/* On 6.1 kallsyms_on_each_symbol() walks modules too: @mod says so. */
#if LINUX_IS(6, 1)
#define OF_MODULE , struct module *mod
#define IN_IMAGE  (!mod)
#else
#define OF_MODULE
#define IN_IMAGE true
#endif

typedef int (*each_symbol_fn)(int (*fn)(void *, const char *OF_MODULE, unsigned long), void *data);

static lookup_fn lookup __ro_after_init;
static each_symbol_fn each_symbol __ro_after_init;

/*
 * kallsyms_lookup_name() is not exported; a kprobe gets its address. If the function starts with ENDBR, the
 * probe lies after that, and the kernel tells the offset.
 */
static lookup_fn __init find_lookup(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name" };
	char where[KSYM_SYMBOL_LEN];
	unsigned long offset;

	if (register_kprobe(&kp) != 0)
		return NULL;
	unregister_kprobe(&kp);
	sprint_symbol(where, (unsigned long)kp.addr);
	if (sscanf(where, "kallsyms_lookup_name+0x%lx", &offset) != 1)
		return NULL;
	return (lookup_fn)((unsigned long)kp.addr - offset);
}

int __init compat_kallsyms_init(void)
{
	lookup = find_lookup();
	if (!lookup) {
		pr_err("cannot find kallsyms_lookup_name with a kprobe\n");
		return -ENOENT;
	}
	each_symbol = (each_symbol_fn)lookup("kallsyms_on_each_symbol");
	if (!each_symbol) {
		pr_err("this kernel has no symbol kallsyms_on_each_symbol\n");
		return -ENOENT;
	}
	return 0;
}

unsigned long __init compat_lookup(const char *name)
{
	return lookup(name);
}

static int visit(void *data, const char *name OF_MODULE, unsigned long addr)
{
	struct walk *walk = data;

	return IN_IMAGE ? walk->fn(walk->ctx, name, addr) : 0;
}

int compat_for_each_symbol(compat_symbol_fn fn, void *ctx)
{
	struct walk walk = { .fn = fn, .ctx = ctx };

	return each_symbol(visit, &walk);
}

int compat_for_each_own_symbol(compat_symbol_fn fn, void *ctx)
{
	const struct mod_kallsyms *syms;
	unsigned int i;
	int ret = 0;

	rcu_read_lock();
	syms = rcu_dereference(THIS_MODULE->kallsyms);
	/* The first entry of an ELF symbol table is not a symbol. */
	for (i = 1; i < syms->num_symtab && ret == 0; i++)
		ret = fn(ctx, syms->strtab + syms->symtab[i].st_name, syms->symtab[i].st_value);
	rcu_read_unlock();
	return ret;
}

/* Adds the functions in an area to those that take no kprobe. */
typedef int (*area_fn)(unsigned long start, unsigned long end);

void __init compat_refuse_probes(unsigned long start, unsigned long end)
{
	area_fn refuse = (area_fn)lookup("kprobe_add_area_blacklist");
	struct mutex *list = (struct mutex *)lookup("kprobe_mutex");
	int ret = -ENOENT;

	if (refuse && list) {
		mutex_lock(list);
		ret = refuse(start, end);
		mutex_unlock(list);
	}
	if (ret)
		pr_warn("kprobes on the agent's functions are possible (error %d); one put there after the lock fails "
			"in the kernel\n",
			ret);
}

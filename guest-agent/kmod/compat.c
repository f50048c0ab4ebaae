// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Linux 6.1: unexported symbols, attachment to LSM hooks and tracepoints, the layout of a module.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/kallsyms.h>
#include <linux/kmsg_dump.h>
#include <linux/kprobes.h>
#include <linux/lsm_hooks.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/version.h>
#include <linux/vmalloc.h>
#include <asm/pgtable.h>

#include "compat.h"
#include "hooks/hooks.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0) || LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#error "This file knows Linux 6.1 only: another version needs its own hook attachment and module layout."
#endif

const char compat_lsm_table_name[] = "security_hook_heads";

typedef int (*each_symbol_fn)(int (*fn)(void *, const char *, struct module *, unsigned long), void *data);
typedef unsigned long (*lookup_fn)(const char *name);

static each_symbol_fn each_symbol __ro_after_init;
static struct security_hook_heads *hook_heads __ro_after_init;

/* kallsyms_lookup_name() is not exported; a kprobe is told its address. */
static lookup_fn __init find_lookup(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name" };
	lookup_fn fn;

	if (register_kprobe(&kp) != 0)
		return NULL;
	fn = (lookup_fn)kp.addr;
	unregister_kprobe(&kp);
	return fn;
}

int __init compat_init(struct compat_kernel *k)
{
	struct mm_struct **poking_mm = NULL;
	lookup_fn lookup = find_lookup();
	struct {
		const char *name;
		unsigned long *addr;
	} want[] = {
		{ "_text", &k->text },
		{ "_etext", &k->etext },
		{ "__start_rodata", &k->start_rodata },
		{ "__end_rodata", &k->end_rodata },
		{ compat_lsm_table_name, &k->lsm_hooks },
		{ "idt_table", &k->idt },
		{ "poking_mm", (unsigned long *)&poking_mm },
		{ "kallsyms_on_each_symbol", (unsigned long *)&each_symbol },
	};
	struct {
		const char *name;
		unsigned long *addr;
	} kexec[] = {
		{ "kexec_image", (unsigned long *)&k->kexec_image },
		{ "__kexec_lock", (unsigned long *)&k->kexec_lock },
		{ "kexec_crash_image", (unsigned long *)&k->kexec_crash_image },
		{ "kexec_in_progress", (unsigned long *)&k->kexec_in_progress },
		{ "kimage_free", (unsigned long *)&k->kexec_free },
		{ "arch_kexec_unprotect_crashkres", (unsigned long *)&k->kexec_unprotect_crash },
	};
	unsigned int i;

	if (!lookup) {
		pr_err("cannot find kallsyms_lookup_name with a kprobe\n");
		return -ENOENT;
	}
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		*want[i].addr = lookup(want[i].name);
		if (!*want[i].addr) {
			pr_err("this kernel has no symbol %s\n", want[i].name);
			return -ENOENT;
		}
	}
	for (i = 0; i < ARRAY_SIZE(kexec); i++) {
		*kexec[i].addr = lookup(kexec[i].name);
		if (!*kexec[i].addr && k->kexec_image) {
			pr_err("this kernel has kexec, but no symbol %s\n", kexec[i].name);
			return -ENOENT;
		}
	}
	hook_heads = (struct security_hook_heads *)k->lsm_hooks;
	k->lsm_hooks_size = sizeof(*hook_heads);
	k->poking_pgd = *poking_mm ? (unsigned long)(*poking_mm)->pgd : 0;
	k->current_off = (unsigned long)&current_task;
	return 0;
}

struct each_ctx {
	int (*fn)(void *ctx, const char *name, unsigned long addr);
	void *ctx;
};

static int each_shim(void *data, const char *name, struct module *mod, unsigned long addr)
{
	struct each_ctx *each = data;

	return mod ? 0 : each->fn(each->ctx, name, addr);
}

int compat_for_each_symbol(int (*fn)(void *ctx, const char *name, unsigned long addr), void *ctx)
{
	struct each_ctx each = { .fn = fn, .ctx = ctx };

	return each_symbol(each_shim, &each);
}

int compat_for_each_lsm_hook(int (*fn)(void *ctx, const char *name, unsigned long addr), void *ctx)
{
	static const struct {
		const char *name;
		size_t off;
	} members[] = {
#define LSM_HOOK(RET, DEFAULT, NAME, ...) \
	{ "security_hook_heads." #NAME, offsetof(struct security_hook_heads, NAME) },
#include <linux/lsm_hook_defs.h>
#undef LSM_HOOK
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(members) && ret == 0; i++)
		ret = fn(ctx, members[i].name, (unsigned long)hook_heads + members[i].off);
	return ret;
}

struct compat_region compat_module_text(const struct module *mod)
{
	return (struct compat_region){ (unsigned long)mod->core_layout.base, mod->core_layout.text_size };
}

struct compat_region compat_module_rodata(const struct module *mod, bool after_init)
{
	const struct module_layout *l = &mod->core_layout;
	unsigned long base = (unsigned long)l->base;

	if (after_init)
		return (struct compat_region){ base + l->ro_size, l->ro_after_init_size - l->ro_size };
	return (struct compat_region){ base + l->text_size, l->ro_size - l->text_size };
}

/* The hook objects: the kernel's lists run through them, so they lie in what is read-only after init. */
static struct security_hook_list hook_list[] __ro_after_init = {
#define HOOK(NAME) { .hook.NAME = hook_##NAME },
	HOOKS_LSM(HOOK)
#undef HOOK
};

static const size_t hook_head_off[] __initconst = {
#define HOOK(NAME) offsetof(struct security_hook_heads, NAME),
	HOOKS_LSM(HOOK)
#undef HOOK
};
static_assert(ARRAY_SIZE(hook_list) == ARRAY_SIZE(hook_head_off));

/* A second, writable mapping of the page that holds @addr, at the same offset; vunmap() the page of it. */
static void __init *writable_alias(const void *addr)
{
	struct page *page = pfn_to_page(slow_virt_to_phys((void *)addr) >> PAGE_SHIFT);
	void *alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	return alias ? alias + offset_in_page(addr) : NULL;
}

/* Where the list's last pointer stands. */
static struct hlist_node __init **list_tail(struct hlist_head *head)
{
	struct hlist_node **slot = &head->first;

	while (*slot)
		slot = &(*slot)->next;
	return slot;
}

int __init compat_attach_hooks(void)
{
	struct hlist_node **alias[ARRAY_SIZE(hook_list)] = { NULL };
	unsigned int i, ready;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(hook_list); i++) {
		struct hlist_head *head = (void *)hook_heads + hook_head_off[i];

		hook_list[i].head = head;
		hook_list[i].lsm = "ringward";
		hook_list[i].list.next = NULL;
		hook_list[i].list.pprev = list_tail(head);
		alias[i] = writable_alias(hook_list[i].list.pprev);
		if (!alias[i]) {
			ret = -ENOMEM;
			break;
		}
	}
	ready = i;
	/* From the first store on there is no way back, and none of them can fail. */
	for (i = 0; ret == 0 && i < ready; i++)
		smp_store_release(alias[i], &hook_list[i].list);
	for (i = 0; i < ready; i++)
		vunmap((void *)((unsigned long)alias[i] & PAGE_MASK));
	return ret;
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} tracepoints[] __ro_after_init = {
#define PROBE(NAME) { .name = #NAME, .probe = probe_##NAME },
	HOOKS_TRACEPOINT(PROBE)
#undef PROBE
};

static void __init match_tracepoint(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tracepoints); i++)
		if (strcmp(tp->name, tracepoints[i].name) == 0)
			tracepoints[i].tp = tp;
}

int __init compat_attach_tracepoints(void)
{
	unsigned int i;
	int ret;

	for_each_kernel_tracepoint(match_tracepoint, NULL);
	for (i = 0; i < ARRAY_SIZE(tracepoints); i++) {
		if (!tracepoints[i].tp) {
			pr_err("this kernel has no tracepoint %s\n", tracepoints[i].name);
			return -ENOENT;
		}
	}
	ret = tracepoint_probe_register(tracepoints[0].tp, tracepoints[0].probe, NULL);
	if (ret)
		return ret;
	ret = tracepoint_probe_register(tracepoints[1].tp, tracepoints[1].probe, NULL);
	if (ret) {
		tracepoint_probe_unregister(tracepoints[0].tp, tracepoints[0].probe, NULL);
		tracepoint_synchronize_unregister();
	}
	return ret;
}

void __init compat_detach_tracepoints(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tracepoints); i++)
		tracepoint_probe_unregister(tracepoints[i].tp, tracepoints[i].probe, NULL);
	tracepoint_synchronize_unregister();
}

static void (*shutdown_fn)(void) __ro_after_init;

/* kernel_kexec() has the log dumped as its last step before the new kernel. */
static void dump(struct kmsg_dumper *dumper, enum kmsg_dump_reason reason)
{
	if (reason == KMSG_DUMP_SHUTDOWN)
		shutdown_fn();
}

static struct kmsg_dumper dumper = { .dump = dump, .max_reason = KMSG_DUMP_SHUTDOWN };

int __init compat_on_shutdown(void (*fn)(void))
{
	shutdown_fn = fn;
	return kmsg_dump_register(&dumper);
}

void compat_off_shutdown(void)
{
	kmsg_dump_unregister(&dumper);
}

char *compat_path(const struct path *path, char *buf, int size, bool *trunc)
{
	char *name = d_path(path, buf, size);

	if (!IS_ERR(name))
		return name;
	/*
	 * Too long. d_path() builds names from their end and fills the buffer before it gives up, so the tail
	 * is what stands there; clear first what an unusual file system's d_dname() may have left alone.
	 */
	*trunc = true;
	memset(buf, 0, size);
	name = d_path(path, buf, size);
	if (!IS_ERR(name))
		return name;
	buf[size - 1] = 0;
	return buf;
}

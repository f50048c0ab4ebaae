// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// LSM hooks of Linux 6.12: each has a fixed number of static calls, enabled by patching kernel text.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/lsm_hooks.h>
#include <linux/printk.h>
#include <linux/static_call.h>

#include "access/hooks.h"
#include "access/level_hooks.h"
#include "hooks/hooks.h"
#include "kernel/alias.h"
#include "kernel/lsm.h"

/*
 * This LSM's number is not registered with the kernel: lsm_list_modules(2) shows only the LSMs of the
 * kernel's start.
 */
static const struct lsm_id id = { .name = "ringward", .id = LSM_ID_UNDEF };

/* The hook objects: the kernel's table points to them, so they become read-only after init. */
#define LEVEL(name)  { .hook.name = levels_##name, .lsmid = &id },
#define GUARD(name)  { .hook.name = guard_##name, .lsmid = &id },
#define OBJECT(name) { .hook.name = hook_##name, .lsmid = &id },
static struct security_hook_list objects[] __ro_after_init = { LEVEL_LSM_HOOKS(LEVEL) GUARD_LSM_HOOKS(GUARD)
								       AGENT_LSM_HOOKS(OBJECT) };

struct call_place {
	const char *name;
	size_t off;
};
#define PLACE(name) { #name, offsetof(struct lsm_static_calls_table, name) },
static const struct call_place places[] __initconst = { LEVEL_LSM_HOOKS(PLACE) GUARD_LSM_HOOKS(PLACE)
								AGENT_LSM_HOOKS(PLACE) };

static struct security_hook_list **alias[ARRAY_SIZE(objects)] __initdata;
static struct lsm_static_call *call[ARRAY_SIZE(objects)] __initdata;

/*
 * Calls are made in the table's order: the first free one comes after those of all other LSMs. An earlier
 * object of the same hook takes the one before.
 */
static struct lsm_static_call __init *free_call(unsigned int first, unsigned int object,
						struct lsm_static_call *calls)
{
	unsigned int i, taken = 0;

	for (i = first; i < object; i++)
		taken += places[i].off == places[object].off;
	for (i = 0; i < MAX_LSM_COUNT; i++)
		if (!calls[i].hl && taken-- == 0)
			return &calls[i];
	return NULL;
}

/* From the first step on this cannot be undone, and no step can fail. */
static void __init attach(struct lsm_static_call *call, struct security_hook_list **hl,
			  struct security_hook_list *object)
{
	__static_call_update(call->key, call->trampoline, object->hook.lsm_func_addr);
	WRITE_ONCE(*hl, object);
	static_key_enable(&call->active->key);
}

int __init compat_attach_hooks(const struct compat_kernel *k, bool guard, bool level)
{
	unsigned int first = level_first_hook(guard, level), i;
	int ret = 0;

	for (i = first; i < ARRAY_SIZE(objects) && ret == 0; i++) {
		struct lsm_static_call *calls = (void *)(k->lsm_table + places[i].off);

		objects[i].scalls = calls;
		call[i] = free_call(first, i, calls);
		if (!call[i]) {
			pr_err("the LSM hook %s has no room for a further LSM\n", places[i].name);
			ret = -ENOSPC;
			break;
		}
		alias[i] = compat_alias(&call[i]->hl);
		if (!alias[i])
			ret = -ENOMEM;
	}
	for (i = first; i < ARRAY_SIZE(objects) && ret == 0; i++)
		attach(call[i], alias[i], &objects[i]);
	for (i = first; i < ARRAY_SIZE(objects); i++)
		compat_unalias(alias[i]);
	return ret;
}

unsigned int compat_lsm_calls(const struct compat_kernel *k, unsigned long *addr)
{
	const struct lsm_static_call *call = (void *)k->lsm_table;
	unsigned int calls = k->lsm_table_size / sizeof(*call), i;

	for (i = 0; addr && i < calls; i++) {
		*addr++ = (unsigned long)call[i].key;
		*addr++ = (unsigned long)call[i].trampoline;
		*addr++ = (unsigned long)&call[i].active->key;
	}
	return 3 * calls;
}

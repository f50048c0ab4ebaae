// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// LSM hooks of Linux 6.1: a table of list heads. Changes only data.

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/lsm_hooks.h>

#include "access/hooks.h"
#include "access/level_hooks.h"
#include "hooks/hooks.h"
#include "kernel/alias.h"
#include "kernel/lsm.h"

/* The hook objects: the kernel's lists run through them, so they become read-only after init. */
#define LEVEL(name)  { .hook.name = levels_##name, .lsm = "ringward" },
#define GUARD(name)  { .hook.name = guard_##name, .lsm = "ringward" },
#define OBJECT(name) { .hook.name = hook_##name, .lsm = "ringward" },
static struct security_hook_list objects[] __ro_after_init = { LEVEL_LSM_HOOKS(LEVEL) GUARD_LSM_HOOKS(GUARD)
								       AGENT_LSM_HOOKS(OBJECT) };

#define HEAD_OFFSET(name) offsetof(struct security_hook_heads, name),
static const size_t head_off[] __initconst = { LEVEL_LSM_HOOKS(HEAD_OFFSET) GUARD_LSM_HOOKS(HEAD_OFFSET)
						       AGENT_LSM_HOOKS(HEAD_OFFSET) };

static struct hlist_node **alias[ARRAY_SIZE(objects)] __initdata;

int compat_removexattr_result __ro_after_init;
int compat_setxattr_result __ro_after_init;

/* The address of the list's last pointer. */
static struct hlist_node __init **list_tail(struct hlist_head *head)
{
	struct hlist_node **slot = &head->first;

	while (*slot)
		slot = &(*slot)->next;
	return slot;
}

/* Prepares an object to be the list's last one. Return: whether an earlier object links it. */
static bool __init link_to_own(unsigned int first, unsigned int i)
{
	unsigned int j = i;

	while (j-- > first) { /* the one before is the last so far */
		if (head_off[j] != head_off[i])
			continue;
		objects[j].list.next = &objects[i].list;
		objects[i].list.pprev = &objects[j].list.next;
		return true;
	}
	return false;
}

int __init compat_attach_hooks(const struct compat_kernel *k, bool guard, bool level)
{
	unsigned int first = level_first_hook(guard, level), i;
	int ret = 0;

	compat_removexattr_result =
		hlist_empty((void *)(k->lsm_table + offsetof(struct security_hook_heads, inode_removexattr)));
	compat_setxattr_result =
		hlist_empty((void *)(k->lsm_table + offsetof(struct security_hook_heads, inode_setxattr)));
	for (i = first; i < ARRAY_SIZE(objects) && ret == 0; i++) {
		objects[i].head = (void *)(k->lsm_table + head_off[i]);
		objects[i].list.next = NULL;
		if (link_to_own(first, i))
			continue;
		objects[i].list.pprev = list_tail(objects[i].head);
		alias[i] = compat_alias(objects[i].list.pprev);
		if (!alias[i])
			ret = -ENOMEM;
	}
	/* From the first store on this cannot be undone, and no store can fail. */
	for (i = first; i < ARRAY_SIZE(objects) && ret == 0; i++)
		if (alias[i])
			smp_store_release(alias[i], &objects[i].list);
	for (i = first; i < ARRAY_SIZE(objects); i++)
		compat_unalias(alias[i]);
	return ret;
}

/* The hooks are lists: nothing is patched to change them. */
unsigned int compat_lsm_calls(const struct compat_kernel *k, unsigned long *addr)
{
	return 0;
}

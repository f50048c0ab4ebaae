// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// LSM hooks of Linux 6.1: a table of list heads. Changes only data.

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/lsm_hooks.h>

#include "hooks/hooks.h"
#include "kernel/alias.h"
#include "kernel/lsm.h"

/* The hook objects: the kernel's lists run through them, so they become read-only after init. */
#define OBJECT(name) { .hook.name = hook_##name, .lsm = "ringward" },
static struct security_hook_list objects[] __ro_after_init = { AGENT_LSM_HOOKS(OBJECT) };

#define HEAD_OFFSET(name) offsetof(struct security_hook_heads, name),
static const size_t head_off[] __initconst = { AGENT_LSM_HOOKS(HEAD_OFFSET) };

int compat_removexattr_result __ro_after_init;

/* The address of the list's last pointer. */
static struct hlist_node __init **list_tail(struct hlist_head *head)
{
	struct hlist_node **slot = &head->first;

	while (*slot)
		slot = &(*slot)->next;
	return slot;
}

int __init compat_attach_hooks(const struct compat_kernel *k)
{
	struct hlist_node **alias[ARRAY_SIZE(objects)] = { NULL };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(objects) && ret == 0; i++) {
		struct hlist_head *head = (void *)(k->lsm_table + head_off[i]);

		objects[i].head = head;
		objects[i].list.next = NULL;
		objects[i].list.pprev = list_tail(head);
		if (head_off[i] == offsetof(struct security_hook_heads, inode_removexattr))
			compat_removexattr_result = hlist_empty(head);
		alias[i] = compat_alias(objects[i].list.pprev);
		if (!alias[i])
			ret = -ENOMEM;
	}
	/* From the first store on this cannot be undone, and no store can fail. */
	for (i = 0; i < ARRAY_SIZE(objects) && ret == 0; i++)
		smp_store_release(alias[i], &objects[i].list);
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		compat_unalias(alias[i]);
	return ret;
}

/* The hooks are lists: nothing is patched to change them. */
unsigned int compat_lsm_calls(const struct compat_kernel *k, unsigned long *addr)
{
	return 0;
}

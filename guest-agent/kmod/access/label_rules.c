// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Where the rules of the access policy refuse anything to anybody: worked out once.

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "access/label.h"

unsigned long label_marked[BITS_TO_LONGS(1 << LABEL_MARK_BITS)];

/* Device numbers of file systems where rules refuse something; once full, all file systems count as such. */
#define DEVICES 64u
static dev_t device[DEVICES];
static unsigned int devices;

/* by node: one that refuses, there or below; or RW_ACCESS_NO_RULE */
static u16 *guarding_rule __ro_after_init;
static u16 *refusing_rule __ro_after_init; /* by scope; or RW_ACCESS_NO_RULE */
static u8 *refusable __ro_after_init;      /* by scope: kinds, recorded ones too; levels do not count */
struct family {
	u32 first_child, next; /* guarded nodes, or RW_ACCESS_NONE */
};
static struct family *family __ro_after_init; /* by node */

u8 label_scope_refusable(u32 scope)
{
	return scope == RW_ACCESS_NONE ? 0 : refusable[scope];
}

bool label_scope_refuses(u32 scope, u16 *rule)
{
	if (scope == RW_ACCESS_NONE || refusing_rule[scope] == RW_ACCESS_NO_RULE)
		return false;
	*rule = refusing_rule[scope];
	return true;
}

bool label_refuses_at(u32 node, u16 *rule)
{
	return label_scope_refuses(label_policy.node[node].self, rule) ||
	       label_scope_refuses(label_policy.node[node].below, rule);
}

static void __init note_refusal(u32 scope, const struct rw_access_cell *c)
{
	u8 refused = c->denied & ~c->audited;

	if (refused && refusing_rule[scope] == RW_ACCESS_NO_RULE)
		refusing_rule[scope] = c->rule[__ffs(refused)];
}

/* A less specific scope comes before those that lead to it. */
static void __init find_refusing_scopes(void)
{
	const struct rw_access_user *user = label_policy.user;
	u32 i;

	for (i = 0; i < label_policy.hdr->scopes; i++) {
		refusing_rule[i] = RW_ACCESS_NO_RULE;
		note_refusal(i, &label_policy.scope[i].any);
		if (refusing_rule[i] == RW_ACCESS_NO_RULE) /* a level refuses some */
			refusing_rule[i] = label_policy.scope[i].label.rule;
	}
	for (i = 0; i < label_policy.hdr->user_slots; i++)
		if (user[i].scope != RW_ACCESS_NONE && !(user[i].scope & RW_ACCESS_PROGRAM))
			note_refusal(user[i].scope, &user[i].cell);
	for (i = 0; i < label_policy.hdr->scopes; i++)
		if (refusing_rule[i] == RW_ACCESS_NO_RULE && label_policy.scope[i].next != RW_ACCESS_NONE)
			refusing_rule[i] = refusing_rule[label_policy.scope[i].next];
}

/* For all users and programs. */
static void __init find_refusable(void)
{
	const struct rw_access_user *user = label_policy.user;
	const struct rw_access_scope *scope = label_policy.scope;
	u32 i;

	for (i = 0; i < label_policy.hdr->scopes; i++)
		refusable[i] = scope[i].any.denied;
	for (i = 0; i < label_policy.hdr->user_slots; i++)
		if (user[i].scope != RW_ACCESS_NONE)
			refusable[user[i].scope & ~RW_ACCESS_PROGRAM] |= user[i].cell.denied;
	for (i = 0; i < label_policy.hdr->scopes; i++)
		if (scope[i].next != RW_ACCESS_NONE)
			refusable[i] |= refusable[scope[i].next];
}

/* A parent comes before its children: the last one first, each tells its parent. */
static void __init find_guarded_nodes(void)
{
	static const struct family none = { RW_ACCESS_NONE, RW_ACCESS_NONE };
	u32 i;

	for (i = 0; i < label_policy.hdr->nodes; i++) {
		family[i] = none;
		guarding_rule[i] = RW_ACCESS_NO_RULE;
	}
	while (i-- > 0) {
		u32 parent = label_policy.node[i].parent;

		if (guarding_rule[i] == RW_ACCESS_NO_RULE)
			label_refuses_at(i, &guarding_rule[i]);
		if (i && guarding_rule[i] != RW_ACCESS_NO_RULE) {
			guarding_rule[parent] = guarding_rule[i];
			family[i].next = family[parent].first_child;
			family[parent].first_child = i;
		}
	}
}

int __init label_rules_init(void)
{
	const struct rw_access_hdr *hdr = label_policy.hdr;

	guarding_rule = kvcalloc(hdr->nodes, sizeof(*guarding_rule), GFP_KERNEL);
	refusing_rule = kvcalloc(max(hdr->scopes, 1u), sizeof(*refusing_rule), GFP_KERNEL);
	refusable = kvcalloc(max(hdr->scopes, 1u), sizeof(*refusable), GFP_KERNEL);
	family = kvcalloc(hdr->nodes, sizeof(*family), GFP_KERNEL);
	if (!guarding_rule || !refusing_rule || !refusable || !family)
		return -ENOMEM;
	find_refusable();
	find_refusing_scopes();
	find_guarded_nodes();
	return 0;
}

void __init label_rules_exit(void)
{
	kvfree(guarding_rule);
	kvfree(refusing_rule);
	kvfree(refusable);
	kvfree(family);
}

bool label_guards_node(u32 node, u16 *rule)
{
	if (node == RW_ACCESS_NONE || guarding_rule[node] == RW_ACCESS_NO_RULE)
		return false;
	*rule = guarding_rule[node];
	return true;
}

u32 label_next_guarded(u32 node, u32 top, bool below)
{
	if (below && family[node].first_child != RW_ACCESS_NONE)
		return family[node].first_child;
	for (; node != top; node = label_policy.node[node].parent)
		if (family[node].next != RW_ACCESS_NONE)
			return family[node].next;
	return RW_ACCESS_NONE;
}

void label_mark(const struct super_block *sb, bool guarded)
{
	unsigned int i;

	set_bit(hash_ptr(sb, LABEL_MARK_BITS), label_marked);
	if (!guarded)
		return;
	for (i = 0; i < devices && device[i] != sb->s_dev; i++)
		;
	if (i == devices && devices < DEVICES) {
		device[i] = sb->s_dev;
		smp_store_release(&devices, i + 1);
	}
}

bool label_is_guarded(const struct super_block *sb)
{
	unsigned int count = smp_load_acquire(&devices), i;

	for (i = 0; i < count; i++)
		if (device[i] == sb->s_dev)
			return true;
	return count == DEVICES;
}

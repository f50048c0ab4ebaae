/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Labels: which rules an inode is under. A late LSM has no room in the inode, so a hash table holds them.
 *
 * A file's label follows from its path: that of its directory and its own name. It is made when the file gets
 * a dentry, or when somebody uses a file that has none yet, and stays with the inode until the kernel frees
 * it: a file that had several paths (links, renames, mounts) has a label for each, and needs what all of them
 * allow. No inode is pinned.
 *
 * A file system without a labelled file costs one test of a bit.
 */
#pragma once

#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/types.h>

#include "lib/access.h"

/** struct place - a place among the names of the policy. */
struct place {
	u32 node;  /* of the file's path, or RW_ACCESS_NONE */
	u32 scope; /* if it has no node: of the nearest directory above that has one, what lies below it */
};

/** struct label_sum - what all labels of a file say together. Kinds are masks. */
struct label_sum {
	u8 denied, audited;
	u16 rule; /* the first that refuses, or would */
};

/** struct label_levels - the levels of all labels of a file; without a level: RW_ACCESS_NO_LABEL. */
struct label_levels {
	struct rw_access_label lowest, highest;
};

#define LABEL_NO_LEVELS ((struct label_levels){ RW_ACCESS_NO_LABEL, RW_ACCESS_NO_LABEL })

/** struct label_asker - who asks, and when: an access needs to be allowed for both users. */
struct label_asker {
	u32 uid, other_uid;
	const struct program *program; /* that is asking, or NULL */
	u64 at; /* label_generation() when the operation began: older labels do not count */
};

extern struct access label_policy;
extern unsigned long label_marked[];

#define LABEL_MARK_BITS 10

/** label_is_watched() - whether the file system may have labelled files. */
static inline bool label_is_watched(const struct super_block *sb)
{
	u32 bit = hash_ptr(sb, LABEL_MARK_BITS);

	return READ_ONCE(label_marked[bit / BITS_PER_LONG]) >> (bit % BITS_PER_LONG) & 1;
}

/** label_init() - make the table for @policy. Context: module init. Return: 0 or -ENOMEM. */
int label_init(const struct access *policy);

/* Undoes label_init(). Context: module init, when a later step failed. */
void label_exit(void);

/** label_scope_of() - the scope of a place, or RW_ACCESS_NONE. */
static inline u32 label_scope_of(const struct place *p)
{
	return p->node == RW_ACCESS_NONE ? p->scope : label_policy.node[p->node].self;
}

/* Parts of label.c for label_path.c, which finds out where a file is: */

/** label_ask_place() - add what the rules of a place say to @sum. */
void label_ask_place(const struct place *p, const struct label_asker *who, u32 kinds, struct label_sum *sum);

/** label_nth_place() - get a label. @n: from 0. Return: whether there are so many. */
bool label_nth_place(const struct inode *inode, unsigned int n, struct place *place);

/**
 * label_add() - add a label. One that joins others is as old as those.
 * @age: generation of the first one
 *
 * Return: 1 if it is new, 0 if not, or -ENOMEM.
 */
int label_add(const struct inode *inode, const struct place *place, u64 age);

/**
 * label_set_age() - say that an inode has all labels that follow from paths of a generation.
 * @at: that generation; 0: it may lack some
 */
void label_set_age(const struct inode *inode, u64 at);

/** label_is_fresh() - whether it has. */
bool label_is_fresh(const struct inode *inode, u64 at);

/* Parts of label_init() and label_exit(): where rules refuse anything. @label_policy is set. */
int label_rules_init(void);
void label_rules_exit(void);

/** label_scope_refusable() - kinds that rules of a scope, or of none, refuse or record for anybody. */
u8 label_scope_refusable(u32 scope);

/** label_scope_refuses() - whether a scope refuses anything to anybody, not only records it; @rule: one. */
bool label_scope_refuses(u32 scope, u16 *rule);

/**
 * label_generation() - how often paths have changed, so far.
 *
 * An operation takes it once: what changes paths meanwhile does not make it start anew. Context: any.
 */
u64 label_generation(void);

/**
 * label_asker() - who asks now: the current task.
 *
 * File systems and servers work for a user with other credentials (overlayfs with those of who mounted it,
 * io_uring with registered ones): then both users need the right. A kernel thread has none of its own.
 * Context: any task's.
 */
struct label_asker label_asker(void);

/**
 * label_allows() - decide what the current task may do to a file, in the usual cases.
 *
 * Context: any task's; no lock is taken. Return: whether the file's labels are known and no rule refuses or
 * records it; if not, label_ask() says more.
 */
bool label_allows(const struct inode *inode, u32 kinds);

/**
 * label_ask() - decide what @who may do to a file.
 *
 * Context: any; no lock is taken. Return: whether the file's labels are known; then @sum is set.
 */
bool label_ask(const struct inode *inode, const struct label_asker *who, u32 kinds, struct label_sum *sum);

/** label_ask_levels() - get a file's levels by the policy's lines. As label_ask(); @at: of label_asker. */
bool label_ask_levels(const struct inode *inode, u64 at, struct label_levels *levels);

/** label_add_level() - add a level to those of a file. */
void label_add_level(struct label_levels *levels, struct rw_access_label level);

/**
 * label_learn() - find out a file's labels, and those of the directories above.
 * @dentry: one of its names; NULL: any
 * @at:     labels of this generation or a later one are known already
 *
 * Context: may sleep. Return: 0, -ENOMEM, or -ESTALE: no path to the file is known.
 */
int label_learn(struct inode *inode, struct dentry *dentry, u64 at);

/**
 * label_ask_entry() - decide what @who may do at a name of a directory, whatever is there.
 * @dentry: the name; may be negative
 *
 * Context: may sleep. Return: 0 with @sum set, or as label_learn().
 */
int label_ask_entry(struct dentry *dentry, const struct label_asker *who, u32 kinds, struct label_sum *sum);

/** label_ask_below() - the same for what lies below a directory at that name and is not named by a rule. */
int label_ask_below(struct dentry *dentry, const struct label_asker *who, u32 kinds, struct label_sum *sum);

/** label_levels_at() - get the levels of a name; @below: of what lies below it. As the two above. */
int label_levels_at(struct dentry *dentry, bool below, struct label_levels *levels);

/**
 * label_add_entry() - give a file the label of a further name.
 * @dentry: the name, that the file gets
 *
 * Context: may sleep. Return: 1 if the file is under further rules now, else as label_learn().
 */
int label_add_entry(struct inode *inode, struct dentry *dentry);

/**
 * label_inherit() - give the root of a mount the labels of the directory that it covers.
 *
 * Context: may sleep.
 */
void label_inherit(struct inode *root, struct inode *covered);

/** label_set_root() - say which directory is "/". Context: may sleep. */
void label_set_root(struct inode *root);

/**
 * label_guards_below() - whether rules refuse anything to anybody at a directory or below it.
 * @rule: set to one of them
 *
 * Context: any.
 */
bool label_guards_below(const struct inode *dir, u16 *rule);

/**
 * label_nth_node() - get the node of a label.
 * @n: from 0
 *
 * Return: whether there are so many labels; then @node is set, perhaps to RW_ACCESS_NONE.
 */
bool label_nth_node(const struct inode *inode, unsigned int n, u32 *node);

/** label_nth_entry_node() - the same for a name in a directory whose labels are known, whatever is there. */
bool label_nth_entry_node(struct dentry *dentry, unsigned int n, u32 *node);

/**
 * label_next_guarded() - walk the nodes below @top that label_guards_node() names, parents first.
 * @node:  where the walk is; @top to begin
 * @below: whether to visit what is below @node
 *
 * Return: the next node, or RW_ACCESS_NONE.
 */
u32 label_next_guarded(u32 node, u32 top, bool below);

/** label_guards_node() - whether rules refuse anything to anybody at a node or below; @rule: one of them. */
bool label_guards_node(u32 node, u16 *rule);

/** label_refuses_at() - the same for the node's own file, and what lies below it but at no node. */
bool label_refuses_at(u32 node, u16 *rule);

/**
 * label_forget_outside() - drop the labels of all files outside of a file system.
 *
 * They get those of their paths anew when they are used. Context: any.
 */
void label_forget_outside(const struct super_block *kept);

/** label_outdate() - look at all files again: paths have changed. Context: any. */
void label_outdate(void);

/**
 * label_mark() - note that a file system has labelled files.
 * @guarded: rules refuse anything to anybody there
 *
 * Context: any.
 */
void label_mark(const struct super_block *sb, bool guarded);

/** label_is_guarded() - whether rules refuse anything to anybody on the file system. Context: any. */
bool label_is_guarded(const struct super_block *sb);

/** label_drop() - forget an inode. Context: any; the inode is about to be freed. */
void label_drop(const struct inode *inode);

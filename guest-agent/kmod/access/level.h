/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Levels, after Bell and LaPadula: who has a level reads nothing of a higher one and writes nothing of a
 * lower one. docs/policy.md has the rules for each channel.
 *
 *     level.c         levels of processes; decisions and their records
 *     level_rise.c    when a process gets a higher level
 *     level_object.c  levels that no line says: of what a process with a level has made or written first
 *     level_file.c, level_ipc.c, level_task.c, level_socket.c   the hooks
 *
 * A process has the level of its user or its program, the higher one. It never falls, and it rises only as
 * level_rise.c says. It is one for all tasks that share memory. Who has none is asked nothing.
 *
 * All of this is attached only where the policy has levels; level_any says so where other hooks call it.
 */
#pragma once

#include <linux/fs.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "access/label.h"
#include "lib/access.h"

/* Whether the policy has levels. */
extern bool level_any;

/** level_init() - read what the policy says. Context: module init. Return: 0 or -ENOMEM. */
int level_init(void);

/* Undoes level_init(). Context: module init, when a later step failed. */
void level_exit(void);

/** struct level_access - what is asked about an object. */
struct level_access {
	u32 kinds;                 /* of enum rw_right */
	const char *what;          /* for the record */
	const struct path *path;   /* of the file, or NULL */
	struct dentry *dentry;     /* a name of it, or NULL */
	struct task_struct *other; /* the process, or NULL */
	bool atomic;               /* the caller must not sleep */
	bool opened;               /* the file is open, for writing too */
	bool quiet;                /* who asks only looks around: no record, and no level for it */
};

/** level_of() - the level of a task; RW_ACCESS_NO_LABEL if it has none. Context: any. */
struct rw_access_label level_of(const struct task_struct *task);

/** level_current() - the current task's; none in an interrupt. Context: any. */
static inline struct rw_access_label level_current(void)
{
	return in_task() ? level_of(current) : RW_ACCESS_NO_LABEL;
}

/**
 * level_check() - decide what the current task may do to an object.
 *
 * With "levels highwater" it rises to an object that it reads, if it can.
 *
 * Context: any but NMI; may sleep unless @a->atomic. Return: 0, or -EACCES, recorded.
 */
int level_check(struct label_levels of, const struct level_access *a);

/** level_refuse() - refuse for the sake of a level, or only record it. As level_check(). */
int level_refuse(const struct level_access *a, const char *asked, u16 rule);

/** level_one() - the levels of an object that has one level. */
static inline struct label_levels level_one(struct rw_access_label label)
{
	return (struct label_levels){ label, label };
}

/** level_same() - whether two levels are the same; also if both are none. */
static inline bool level_same(struct rw_access_label a, struct rw_access_label b)
{
	return a.level == b.level;
}

static inline bool level_is_none(struct rw_access_label label)
{
	return label.level == RW_ACCESS_NO_LEVEL;
}

/**
 * level_float() - let the current process rise to a level that it wants to read.
 *
 * Context: any task's. Return: whether it did.
 */
bool level_float(struct rw_access_label to);

/**
 * level_bound() - what keeps the current process from rising: it would lead back to where it is now.
 * @over_exec: descriptors that execve closes do not count
 *
 * Context: any task's that holds no lock of its descriptors. Return: what, for the record, or NULL.
 */
const char *level_bound(struct rw_access_label to, bool over_exec);

/** level_set() - give the current process a level. Context: may sleep. Return: 0 or -ENOMEM. */
int level_set(struct rw_access_label to);

/** level_is_alone() - whether no other task that is known shares the current one's level. Context: any. */
bool level_is_alone(void);

/**
 * level_note_name() - remember that the current task is about to make a file at a name.
 * @dentry: the name; NULL: it is not, after all
 */
void level_note_name(const struct dentry *dentry);

/** level_makes() - whether it is that name, at which the file is now; forgets it. */
bool level_makes(const struct dentry *dentry);

/** struct level_key - what names an object as long as it exists. */
struct level_key {
	u64 a, b;
};

/** level_key() - the key of a structure of the kernel that is no inode. */
static inline struct level_key level_key(const void *object)
{
	return (struct level_key){ (unsigned long)object, 0 };
}

/** level_get() - the level of an object. Context: any. Return: RW_ACCESS_NO_LABEL if it has none. */
struct rw_access_label level_get(struct level_key key);

/**
 * level_put() - give an object a level if it has none.
 * @gfp: for memory
 *
 * Context: any. Return: the level that it has now; RW_ACCESS_NO_LABEL without memory.
 */
struct rw_access_label level_put(struct level_key key, struct rw_access_label label, gfp_t gfp);

/** level_make() - give what the current task has made its level. Context: may sleep. Return: 0 or -ENOMEM. */
int level_make(const void *object);

/** level_drop() - forget an object. Context: any. */
void level_drop(struct level_key key);

/* Parts of level_init() and level_exit(). */
int level_objects_init(void);
void level_objects_exit(void);

/**
 * level_inode() - decide about a file, pipe or the like.
 * @dentry: one of its names, or NULL
 *
 * What has no level gets the current task's with the first write. Context, return: as level_check(); -ECHILD:
 * it cannot be decided without sleep.
 */
int level_inode(struct inode *inode, struct dentry *dentry, const struct level_access *a);

/** level_share() - let the current task keep memory that it shares, on its way to a first level. */
bool level_share(struct inode *inode, struct rw_access_label to);

/**
 * level_task() - decide about another task.
 * @quiet: who asks only looks around
 *
 * Context: under RCU, or with @task held; does not sleep. Return: as level_check().
 */
int level_task(struct task_struct *task, u32 kinds, const char *what, bool quiet);

/** level_socket() - decide about a socket by its file. Context, return: as level_check(). */
int level_socket(struct inode *inode, u32 kinds, const char *what);

/* What the hooks of the rules ask besides; @kinds, @what as check_open_file() and its like. */
int level_file(const struct file *file, u32 kinds, const char *what);
int level_dentry(struct dentry *dentry, u32 kinds, const char *what);
int level_name(struct dentry *dentry, const char *what);
int level_move(struct dentry *dentry, struct dentry *new_name, const char *what);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Programs that the access policy names, as they run: which tasks they are.
 *
 * What a program is is decided by its execve and stays so until the next one: for all threads, and for the
 * children that it forks. A late LSM has no room in a task, so a hash table holds those that are of such a
 * program; all others are of none.
 */
#pragma once

#include <linux/fs.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "lib/access.h"

struct linux_binprm;
struct measured;

/** struct program - one program since its execve. Only @uses changes after that. */
struct program {
	refcount_t tasks;
	u32 isolated;             /* the policy's file that isolates it, or RW_ACCESS_NONE */
	u32 trusted;              /* the file as which it is trusted, or RW_ACCESS_NONE */
	u16 trusted_by;           /* rule that says so */
	bool filtered;            /* it was started under seccomp filters */
	spinlock_t lock;          /* of @uses; in interrupts, too */
	struct program_use *uses; /* what it may have mapped, held until its end */
	struct rcu_head rcu;
};

/* Whether the policy has lines about programs at all. */
extern bool program_any;

/** program_init() - read what the policy says. Context: module init. Return: 0 or an error. */
int program_init(void);

/* Undoes program_init(). Context: module init, when a later step failed. */
void program_exit(void);

/**
 * program_of() - find the program of a task.
 *
 * Context: any, under rcu_read_lock() unless the task is the current one.
 * Return: NULL if the policy does not name it.
 */
const struct program *program_of(const struct task_struct *task);

/** program_current() - the current task's own; NULL in an interrupt. Context: any. */
struct program *program_current(void);

/** program_trusted() - as which file a program is trusted, or RW_ACCESS_NONE; @p: may be NULL. */
static inline u32 program_trusted(const struct program *p)
{
	return p ? p->trusted : RW_ACCESS_NONE;
}

/** program_filtered() - whether there is an isolated program that was started under seccomp filters. */
bool program_filtered(void);

/**
 * program_add_use() - let a program hold a measured file until its end.
 * @of: held; passed on, or released if the program has it already, or on an error
 *
 * Context: may sleep. Return: 0 or -ENOMEM.
 */
int program_add_use(struct program *p, struct measured *of);

/** program_has_use() - whether it holds the file. Context: any. */
bool program_has_use(struct program *p, const struct inode *inode);

/**
 * program_file() - find what lines say of a file.
 * @dentry: one of its names
 * @wanted: whether it is what is looked for
 * @ctx:    passed on
 *
 * Context: may sleep. Return: the number of the first such file in the policy, or RW_ACCESS_NONE.
 */
u32 program_file(struct inode *inode, struct dentry *dentry,
		 bool (*wanted)(const struct rw_access_file *of, void *ctx), void *ctx);

/* What a record of a refusal says, besides who. */
struct program_refusal {
	const char *what;
	u16 rule;                  /* RW_ACCESS_NO_RULE: none */
	bool audited;              /* recorded only; so is all in mode audit */
	struct task_struct *other; /* or NULL */
	const struct file *file;   /* or NULL; then the caller may sleep */
	const u8 *sha256;          /* of the file, or NULL */
};

/** program_refuse() - record a refusal. Context: any but NMI. Return: -EACCES, or 0: only recorded. */
int program_refuse(const struct program_refusal *r);

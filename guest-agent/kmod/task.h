/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * What the agent remembers of each task: what its last record said, to see what has changed since by a way
 * that no hook sees; and what an execve in progress has begun with.
 */
#pragma once

#include <linux/cred.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "abi/record.h"

struct event;
struct nsproxy;
struct user_namespace;

/* Credentials by value: a pointer would not show that they were overwritten in place. */
struct task_cred {
	struct rw_cred ids;
	struct rw_caps caps;
};

/* The file passed to an execve in progress, which no hook knows at its end. */
struct task_exec {
	char *buf; /* from __getname(), holds the path; NULL: nothing is known */
	const char *path;
	u32 open_flags;
	u32 exec_flags; /* RW_EXECF_* */
	bool truncated;
	struct rw_file file;
	struct task_cred old;
};

/* A task's own: only the task itself uses it after task_born(), and task_gone() frees it. */
struct task_note {
	struct hlist_node node;
	const struct task_struct *task;
	struct rcu_head rcu;
	const struct nsproxy *nsproxy;        /* only compared */
	const struct user_namespace *user_ns; /* only compared */
	u32 seccomp;                          /* mode, and number of filters */
	bool other_root;
	u64 root_dev, root_ino; /* with @other_root */
	struct rw_namespaces namespaces;
	struct task_cred cred;
	struct task_cred next;     /* what a hook has announced: not committed yet; else as @cred */
	struct callback_head work; /* calls task_check() before a system call returns */
	bool queued;               /* it will */
	bool asked;                /* task_first_time() has been called since the system call began */
	struct task_exec exec;
};

/** task_init() - prepare the table of notes. Context: module init. */
void task_init(void);

/**
 * task_note() - find the note of the current task; one that has none gets it.
 *
 * Context: any but interrupts. Return: NULL without memory.
 */
struct task_note *task_note(void);

/** task_born() - make the note of a new task, which does not run yet. */
void task_born(struct task_struct *task);

/** task_leaves() - remember, in its note, what the exiting task is about to leave: its root directory. */
void task_leaves(struct task_note *note);

/** task_gone() - free the note of a task that never runs again. Context: also softirq. */
void task_gone(struct task_struct *task);

/**
 * task_describe() - describe the current task.
 * @look: make records of what has changed since its last one first; false under locks that forbid it
 *
 * Context: any. Return: bytes of @to that matter: RW_TASK_MIN or all.
 */
u16 task_describe(struct rw_task *to, bool look);

/** task_other() - describe another task. Context: any, under rcu_read_lock() or with @task held. */
void task_other(struct task_struct *task, struct rw_other_task *to);

/** task_cred() - copy credentials. */
void task_cred(const struct cred *cred, struct task_cred *to);

/**
 * task_announce() - remember credentials that a system call is about to commit.
 *
 * They are forgotten when the call returns: one that failed after its hook leaves nothing that would make the
 * same credentials, got in another way, look like its own.
 */
void task_announce(const struct cred *next);

/** task_settle() - take the current credentials as they are: a hook has just recorded them. */
void task_settle(struct task_note *note);

/**
 * task_check() - make records of what has changed since the task's last record, other than by hooks:
 * namespaces, seccomp, and credentials.
 * @note: of the current task
 *
 * Context: the task's own, not an interrupt.
 */
void task_check(struct task_note *note);

/**
 * task_check_later() - have task_check() called before the current system call returns.
 *
 * Context: the task's own. A task without a note has it called by its next record.
 */
void task_check_later(void);

/**
 * task_first_time() - for a hook that one system call may run twice: whether this is its first time.
 *
 * Context: the task's own. Without memory the answer is true: rather two records than none.
 */
bool task_first_time(void);

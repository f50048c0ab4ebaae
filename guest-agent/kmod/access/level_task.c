// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Levels between processes: tracing, what lies in /proc, signals, and settings of others.

#include <linux/ptrace.h>
#include <linux/sched.h>

#include "access/check.h"
#include "access/level.h"
#include "access/level_hooks.h"

/* What the kernel does in an interrupt, or in a thread of its own, has no level, and is asked nothing. */
int level_task(struct task_struct *task, u32 kinds, const char *what, bool quiet)
{
	const struct level_access a = {
		.kinds = kinds, .what = what, .other = task, .atomic = true, .quiet = quiet
	};

	return level_check(level_one(level_of(task)), &a);
}

/* With the task locked. Who only lists processes (ps) is told no without a record. */
int levels_ptrace_access_check(struct task_struct *child, unsigned int mode)
{
	const bool attach = mode & PTRACE_MODE_ATTACH;

	return level_task(child, attach ? CHECK_READ | CHECK_WRITE : CHECK_READ, attach ? "trace" : "look",
			  mode & PTRACE_MODE_NOAUDIT);
}

/* The parent is about to see and change what is the current task's: neither may be of a higher level. */
int levels_ptrace_traceme(struct task_struct *parent)
{
	return level_task(parent, CHECK_READ | CHECK_WRITE, "traceme", false);
}

/* Only signals that a process sends come here. Signal 0 is none. */
int levels_task_kill(struct task_struct *to, struct kernel_siginfo *info, int sig, const struct cred *cred)
{
	return sig ? level_task(to, CHECK_APPEND, "signal", false) : 0;
}

int levels_task_setnice(struct task_struct *task, int nice)
{
	return level_task(task, CHECK_WRITE, "setnice", false);
}

int levels_task_setioprio(struct task_struct *task, int ioprio)
{
	return level_task(task, CHECK_WRITE, "setioprio", false);
}

int levels_task_setscheduler(struct task_struct *task)
{
	return level_task(task, CHECK_WRITE, "setscheduler", false);
}

int levels_task_movememory(struct task_struct *task)
{
	return level_task(task, CHECK_WRITE, "movememory", false);
}

int levels_task_setrlimit(struct task_struct *task, unsigned int resource, struct rlimit *limit)
{
	return level_task(task, CHECK_WRITE, "setrlimit", false);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records what a task does to another one: tracing, access to its memory or files, signals.

#include <linux/cred.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "event.h"
#include "hooks/hooks.h"
#include "kernel/syscalls.h"

static void add_other(struct event *ev, struct task_struct *task)
{
	struct rw_other_task other;

	task_other(task, &other);
	event_bytes(ev, RW_F_OTHER_TASK, &other, sizeof(other));
}

static void record(u32 how, struct task_struct *other)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_PTRACE, RW_VERDICT_ALLOW))
		return;
	event_u32(&ev, RW_F_TRACE, how);
	add_other(&ev, other);
	event_submit(&ev, PRODUCER_SYNC);
}

/* The check is the same for all: the system call tells which way it is. io_uring can only open files. */
static u32 way(void)
{
	if (compat_worker(current->flags))
		return current->flags & PF_IO_WORKER ? RW_TRACE_OPEN : RW_TRACE_OTHER;
	if (compat_in_call(CALL(ptrace)))
		return RW_TRACE_ATTACH;
	if (compat_in_call(CALL(process_vm_readv)))
		return RW_TRACE_VM_READ;
	if (compat_in_call(CALL(process_vm_writev)))
		return RW_TRACE_VM_WRITE;
	if (compat_in_call(CALL(pidfd_getfd)))
		return RW_TRACE_GET_FD;
	if (compat_in_call(CALL(open)) || compat_in_call(CALL(openat)) || compat_in_call(CALL(openat2)) ||
	    compat_in_call(CALL(io_uring_enter)))
		return RW_TRACE_OPEN;
	return RW_TRACE_OTHER;
}

/* With the other task locked. Checks for reading only, which `ps` makes all the time, are left out. */
int hook_ptrace_access_check(struct task_struct *child, unsigned int mode)
{
	if (mode & PTRACE_MODE_ATTACH)
		record(way(), child);
	return 0;
}

int hook_ptrace_traceme(struct task_struct *parent)
{
	record(RW_TRACE_TRACEME, parent);
	return 0;
}

/*
 * A signal to another user's process, or to one of another session that the sender did not start: a daemon
 * that is killed from a shell. What a shell or a service manager does to its own children is left out.
 */
static bool worth_recording(struct task_struct *to)
{
	bool strange;

	if (same_thread_group(to, current))
		return false;
	if (!uid_eq(task_uid(to), current_uid()))
		return true;
	rcu_read_lock();
	strange = task_session(to) != task_session(current) &&
		  !same_thread_group(rcu_dereference(to->real_parent), current);
	rcu_read_unlock();
	return strange;
}

/* Only signals that a process sends come here. Signal 0 only asks whether there is such a process. */
int hook_task_kill(struct task_struct *to, struct kernel_siginfo *info, int sig, const struct cred *cred)
{
	struct event ev;

	if (sig == 0 || !in_task() || !worth_recording(to))
		return 0;
	if (!event_begin(&ev, RW_REC_SIGNAL, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_SIGNAL, sig);
	add_other(&ev, to);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

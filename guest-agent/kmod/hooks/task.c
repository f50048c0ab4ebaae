// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records the beginning and the end of tasks.

#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "event.h"
#include "hooks/hooks.h"
#include "kernel/namespaces.h"
#include "kernel/workers.h"
#include "openfile.h"

#define NEW_NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | \
	 CLONE_NEWUSER | CLONE_NEWTIME)

static u32 kind_of(const struct task_struct *child, unsigned long clone_flags)
{
	u32 worker = compat_worker(child->flags);

	if (worker)
		return worker & RW_TASKF_KERNEL_THREAD ? RW_CHILD_KERNEL_THREAD :
		       worker & RW_TASKF_IO_WORKER     ? RW_CHILD_IO_WORKER :
							 RW_CHILD_USER_WORKER;
	if (clone_flags & CLONE_THREAD)
		return RW_CHILD_THREAD;
	return clone_flags & CLONE_VFORK ? RW_CHILD_VFORK : RW_CHILD_PROCESS;
}

static void add_namespaces(struct event *ev, const struct task_struct *child)
{
	struct rw_namespaces namespaces;

	compat_namespaces(child->nsproxy, rcu_access_pointer(child->real_cred), &namespaces);
	event_bytes(ev, RW_F_NAMESPACES, &namespaces, sizeof(namespaces));
}

/* All new tasks come here, those that the kernel makes for io_uring included; the child does not run yet. */
void probe_task_newtask(void *unused, struct task_struct *child, unsigned long clone_flags)
{
	const struct pid *pid = task_pid(child);
	struct event ev;

	/* A CPU that comes up gets an idle task, which never becomes anything else. */
	if (task_pid_nr(child) == 0)
		return;
	task_born(child);
	if (!event_begin(&ev, RW_REC_FORK, RW_VERDICT_NONE))
		return;
	event_u32(&ev, RW_F_CHILD_PID, task_pid_nr(child));
	event_u32(&ev, RW_F_CHILD_TGID, task_tgid_nr(child));
	event_u32(&ev, RW_F_THREAD, same_thread_group(child, current));
	event_u32(&ev, RW_F_CHILD, kind_of(child, clone_flags));
	event_u64(&ev, RW_F_CLONE_FLAGS, clone_flags);
	if (pid->level)
		event_u32(&ev, RW_F_CHILD_NS_PID, pid->numbers[pid->level].nr);
	if (clone_flags & NEW_NAMESPACES)
		add_namespaces(&ev, child);
	event_submit(&ev, PRODUCER_BATCH);
}

void probe_sched_process_exit(void *unused, struct task_struct *task)
{
	struct task_note *note = task_note();
	struct event ev;

	if (note)
		task_leaves(note);
	if (!event_begin(&ev, RW_REC_EXIT, RW_VERDICT_NONE))
		return;
	event_u32(&ev, RW_F_EXIT_STATUS, task->exit_code);
	/* Each thread has already left the count when it comes here. */
	event_u32(&ev, RW_F_LAST_THREAD, atomic_read(&task->signal->live) == 0);
	event_submit(&ev, PRODUCER_BATCH);
	openfile_task_exit();
}

void hook_task_free(struct task_struct *task)
{
	task_gone(task);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records the beginning and the end of tasks.

#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "event.h"
#include "hooks/hooks.h"

void probe_sched_process_fork(void *unused, struct task_struct *parent, struct task_struct *child)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_FORK, RW_VERDICT_NONE))
		return;
	event_u32(&ev, RW_F_CHILD_PID, task_pid_nr(child));
	event_u32(&ev, RW_F_CHILD_TGID, task_tgid_nr(child));
	event_u32(&ev, RW_F_THREAD, same_thread_group(child, current));
	event_submit(&ev, PRODUCER_BATCH);
}

void probe_sched_process_exit(void *unused, struct task_struct *task)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_EXIT, RW_VERDICT_NONE))
		return;
	event_u32(&ev, RW_F_EXIT_STATUS, task->exit_code);
	/* Each thread has already left the count when it comes here. */
	event_u32(&ev, RW_F_LAST_THREAD, atomic_read(&task->signal->live) == 0);
	event_submit(&ev, PRODUCER_BATCH);
}

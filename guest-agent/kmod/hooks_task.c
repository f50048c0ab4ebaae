// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records the beginning and the end of tasks.

#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "event.h"
#include "hooks.h"
#include "producer.h"

void probe_fork(void *unused, struct task_struct *parent, struct task_struct *child)
{
	struct rw_rec_agent rec;

	event_init(&rec, RW_REC_FORK, RW_VERDICT_NONE);
	rec.arg[0] = task_pid_nr(child);
	rec.arg[1] = task_tgid_nr(child);
	rec.flags = rec.arg[1] == rec.proc.tgid;
	producer_submit(&rec, NULL, NULL, PRODUCER_BATCH);
}

void probe_exit(void *unused, struct task_struct *task)
{
	struct rw_rec_agent rec;

	event_init(&rec, RW_REC_EXIT, RW_VERDICT_NONE);
	rec.arg[0] = task->exit_code;
	/* Each thread has counted itself out before it comes here. */
	rec.flags = atomic_read(&task->signal->live) == 0;
	producer_submit(&rec, NULL, NULL, PRODUCER_BATCH);
}

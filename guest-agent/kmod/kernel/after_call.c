// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Work that follows the current system call.

#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>

#include "kernel/after_call.h"

struct after_call {
	struct callback_head head;
	void (*fn)(void);
};

static void run(struct callback_head *head)
{
	struct after_call *call = container_of(head, struct after_call, head);

	call->fn();
	kfree(call);
}

bool compat_after_call(void (*fn)(void))
{
	struct after_call *call;

	if (current->flags & PF_KTHREAD)
		return false;
	call = kmalloc(sizeof(*call), GFP_KERNEL);
	if (!call)
		return false;
	call->fn = fn;
	init_task_work(&call->head, run);
	if (task_work_add(current, &call->head, TWA_RESUME) == 0)
		return true;
	kfree(call);
	return false;
}

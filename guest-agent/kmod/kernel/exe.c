// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Finds the program that a task runs, as the kernel's own function for this is not exported.

#include <linux/mm_types.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "kernel/exe.h"
#include "kernel/version.h"

struct file *compat_exe_file(void)
{
	struct mm_struct *mm = current->mm;
	struct file *file;

	/* A task's own memory stays while it runs. A kernel thread's may be borrowed. */
	if (!in_task() || !mm || current->flags & PF_KTHREAD)
		return NULL;
#if LINUX_IS(6, 1)
	rcu_read_lock();
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
	rcu_read_unlock();
#else
	file = get_file_active(&mm->exe_file);
#endif
	return file;
}

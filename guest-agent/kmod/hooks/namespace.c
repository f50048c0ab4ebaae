// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Has a task looked at again after system calls that change namespaces or filters: they have no hooks.

#include <linux/capability.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "event.h"
#include "hooks/hooks.h"
#include "kernel/syscalls.h"

static bool may_change(void)
{
	return compat_in_call(CALL(unshare)) || compat_in_call(CALL(setns)) || compat_in_call(CALL(seccomp));
}

/* Each of these calls first asks for this capability, unless it makes a user namespace. */
int hook_capable(const struct cred *cred, struct user_namespace *ns, int cap, unsigned int options)
{
	if (cap == CAP_SYS_ADMIN && in_task() && may_change())
		task_check_later();
	return 0;
}

/* clone() makes one for its child, not for the caller: the record of the new task tells it. */
int hook_userns_create(const struct cred *cred)
{
	if (compat_in_call(CALL(unshare)))
		task_check_later();
	return 0;
}

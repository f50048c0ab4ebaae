// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Tells the hypervisor that Linux suspends, and refuses hibernation. A kernel resumed from disk under another
// start of the hypervisor is not the one that registered there, and its image could not be written over
// locked memory.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/errno.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/suspend.h>

#include "beat.h"
#include "sleep.h"

/* Suspend to idle stays allowed: no CPU loses its state in it, but timers stop. */
static int on_sleep(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action == PM_SUSPEND_PREPARE)
		beat_pause();
	else if (action == PM_POST_SUSPEND)
		beat_resume();
	if (action != PM_HIBERNATION_PREPARE && action != PM_RESTORE_PREPARE)
		return NOTIFY_DONE;
	pr_warn("hibernation is refused: a kernel from disk would not be guarded\n");
	return notifier_from_errno(-EPERM);
}

static struct notifier_block sleep_nb = { .notifier_call = on_sleep };

int sleep_init(void)
{
	return register_pm_notifier(&sleep_nb);
}

void sleep_exit(void)
{
	unregister_pm_notifier(&sleep_nb);
}

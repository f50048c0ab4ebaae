// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// A module that does nothing, or fails as its parameter "fail" says, or puts a kprobe on a function.

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/string.h>

static char *fail = "";
module_param(fail, charp, 0400);
MODULE_PARM_DESC(fail, "load: refuse to start; oops: write to address 8");

static char *probe = "";
module_param(probe, charp, 0400);
MODULE_PARM_DESC(probe, "function, or MODULE:FUNCTION, to probe while the module is loaded");

static int seen(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}

static struct kprobe kp = { .pre_handler = seen };

static int __init rwevent_init(void)
{
	if (strcmp(fail, "load") == 0)
		return -ENXIO;
	if (strcmp(fail, "oops") == 0)
		WRITE_ONCE(*(int *)8, 1);
	if (!*probe)
		return 0;
	kp.symbol_name = probe;
	return register_kprobe(&kp);
}

static void __exit rwevent_exit(void)
{
	if (*probe)
		unregister_kprobe(&kp);
}

module_init(rwevent_init);
module_exit(rwevent_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The Ringward authors");
MODULE_DESCRIPTION("Makes kernel events for Ringward's tests");

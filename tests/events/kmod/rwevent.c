// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// A module that does nothing, or fails as its parameter "fail" says.

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/string.h>

static char *fail = "";
module_param(fail, charp, 0400);
MODULE_PARM_DESC(fail, "load: refuse to start; oops: write to address 8");

static int __init rwevent_init(void)
{
	if (strcmp(fail, "load") == 0)
		return -ENXIO;
	if (strcmp(fail, "oops") == 0)
		WRITE_ONCE(*(int *)8, 1);
	return 0;
}

static void __exit rwevent_exit(void)
{
}

module_init(rwevent_init);
module_exit(rwevent_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The Ringward authors");
MODULE_DESCRIPTION("Makes kernel events for Ringward's tests");

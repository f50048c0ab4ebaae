// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Start of the access policy, and what follows a change of paths.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "abi/policy.h"
#include "access/access.h"
#include "access/label.h"
#include "access/level.h"
#include "access/mounts.h"
#include "access/program.h"
#include "kernel/after_call.h"
#include "kernel/blockdev.h"
#include "policy.h"

static bool enabled __ro_after_init;

int __init access_init(bool *on)
{
	struct access policy;
	const void *image;
	u32 size;
	int ret;

	image = policy_image(RW_POLICY_ACCESS, &size);
	*on = image;
	if (!image)
		return 0;
	if (access_open(&policy, image, size)) {
		pr_err("the access policy is not as this module knows it\n");
		return -EPROTO;
	}
	ret = compat_blockdev_init();
	if (ret)
		return ret;
	ret = label_init(&policy);
	if (ret)
		return ret;
	ret = program_init();
	if (ret)
		goto no_program;
	ret = level_init();
	if (ret)
		goto no_level;
	enabled = true;
	return 0;
no_level:
	program_exit();
no_program:
	label_exit();
	return ret;
}

void __init access_exit(void)
{
	if (!enabled)
		return;
	level_exit();
	program_exit();
	label_exit();
}

void __init access_start(void)
{
	if (!enabled)
		return;
	mounts_label();
	pr_info("%u lines of policy.conf are in force%s\n", label_policy.hdr->rules,
		label_policy.hdr->mode == RW_ACCESS_AUDIT ? ", for the record only" : "");
}

static void on_mounts(struct work_struct *work)
{
	mounts_label();
}

static void on_names(struct work_struct *work)
{
	label_outdate();
}

static DECLARE_WORK(mounts_work, on_mounts);
static DECLARE_WORK(names_work, on_names);

/* Kernel threads do not return from a system call. */
void access_mounts_change(void)
{
	if (!compat_after_call(mounts_label))
		schedule_work(&mounts_work);
}

void access_names_change(void)
{
	if (!compat_after_call(label_outdate))
		schedule_work(&names_work);
}

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
#include "access/mounts.h"
#include "kernel/after_call.h"
#include "policy.h"

static bool enabled __ro_after_init;

int __init access_init(const struct compat_kernel *k, bool *on)
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
	compat_after_call_init(k);
	ret = label_init(&policy);
	enabled = ret == 0;
	return ret;
}

void __init access_exit(void)
{
	if (enabled)
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

static void look_again(void)
{
	label_outdate();
	mounts_label();
}

static void on_work(struct work_struct *work)
{
	look_again();
}

static DECLARE_WORK(work, on_work);

/* Kernel threads do not return from a system call. */
void access_paths_change(void)
{
	if (!compat_after_call(look_again))
		schedule_work(&work);
}

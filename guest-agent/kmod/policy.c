// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Maps the policy area and hands out its images.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include "abi/access.h"
#include "hvcall.h"
#include "lib/policy_area.h"
#include "policy.h"

static const void *area __ro_after_init;

static int __init find_area(struct rw_policy_area *found)
{
	struct rw_policy_area *answer = (void *)get_zeroed_page(GFP_KERNEL);
	int ret;

	if (!answer)
		return -ENOMEM;
	ret = hvcall_page(RW_HC_POLICY, answer, "policy");
	*found = *answer;
	free_page((unsigned long)answer);
	return ret;
}

/*
 * A policy that this module would enforce only in part is no policy: the loader of the same version makes
 * none, but that of a later one may.
 */
static bool __init can_enforce(void)
{
	const struct rw_access_hdr *hdr;
	u32 size;

	hdr = policy_image(RW_POLICY_ACCESS, &size);
	if (!hdr || (size >= sizeof(*hdr) && hdr->version == RW_ACCESS_VERSION &&
		     !(hdr->features & ~RW_ACCESS_SUPPORTED)))
		return true;
	pr_err("policy.conf has lines that this module cannot enforce\n");
	return false;
}

static bool __init check_area(u64 size)
{
	if (!policy_area_check(area, size))
		return can_enforce();
	pr_err("the hypervisor's policy area is not as this module knows it\n");
	return false;
}

int __init policy_init(void)
{
	struct rw_policy_area found;
	int ret = find_area(&found);

	if (ret)
		return ret;
	area = memremap(found.gpa, found.size, MEMREMAP_WB);
	if (!area)
		return -ENOMEM;
	if (check_area(found.size))
		return 0;
	policy_exit();
	return -EPROTO;
}

void __init policy_exit(void)
{
	memunmap((void *)area);
}

const void *policy_image(u32 kind, u32 *size)
{
	return policy_area_image(area, kind, size);
}

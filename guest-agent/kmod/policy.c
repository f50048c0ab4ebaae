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

#include "hvcall.h"
#include "lib/policy_area.h"
#include "policy.h"

static const void *area __ro_after_init;

static int __init find_area(struct rw_policy_area *found)
{
	struct rw_policy_area *answer = (void *)get_zeroed_page(GFP_KERNEL);
	long ret;

	if (!answer)
		return -ENOMEM;
	ret = hvcall(RW_HC_POLICY, virt_to_phys(answer), 0, 0);
	*found = *answer;
	free_page((unsigned long)answer);
	return ret < 0 ? hvcall_error("policy", ret) : 0;
}

int __init policy_init(void)
{
	struct rw_policy_area found;
	int ret = find_area(&found);

	if (ret)
		return ret;
	if (found.size <= RW_POLICY_BYTES_MAX) {
		area = memremap(found.gpa, found.size, MEMREMAP_WB);
		if (!area)
			return -ENOMEM;
		if (!policy_area_check(area, found.size))
			return 0;
		policy_exit();
	}
	pr_err("the hypervisor's policy area is not as this module knows it\n");
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

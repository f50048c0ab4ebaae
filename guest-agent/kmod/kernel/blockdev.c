// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Tells who has claimed a block device.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/blkdev.h>
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/uaccess.h>

#include "kernel/blockdev.h"
#include "kernel/kallsyms.h"

#ifdef CONFIG_RANDSTRUCT
#error "struct block_device has a random layout: who claims a device needs its members."
#endif

/* Who has claimed a disk of which only parts are claimed: the kernel writes down this function's address. */
static const void *claim_of_parts __ro_after_init;

int __init compat_blockdev_init(void)
{
	claim_of_parts = (void *)compat_lookup("bd_may_claim");
	if (claim_of_parts)
		return 0;
	pr_err("this kernel has no symbol bd_may_claim\n");
	return -ENOENT;
}

/*
 * Whether a claim is that of a program: its open file. The claim may end meanwhile, so the memory may be
 * something else by now; nothing but a file of this device has the device's mapping at that place.
 */
static bool is_program(const void *claim, const struct address_space *mapping)
{
	const struct file *file = claim;
	struct address_space *found;

	return copy_from_kernel_nofault(&found, &file->f_mapping, sizeof(found)) == 0 && found == mapping;
}

static bool in_use(struct inode *inode)
{
	const struct block_device *bdev = I_BDEV(inode);
	const void *claim = READ_ONCE(bdev->bd_holder), *of_disk;

	if (claim)
		return !is_program(claim, inode->i_mapping);
	of_disk = READ_ONCE(bdev->bd_disk->part0->bd_holder);
	return of_disk && of_disk != claim_of_parts;
}

bool compat_blockdev_in_use(const struct file *file)
{
	return in_use(file->f_mapping->host);
}

/* As the kernel finds it; what is not there yet nobody can have claimed. */
bool compat_blockdev_number_in_use(dev_t dev)
{
	struct inode *inode = ilookup(blockdev_superblock, dev);
	bool ret = inode && in_use(inode);

	iput(inode);
	return ret;
}

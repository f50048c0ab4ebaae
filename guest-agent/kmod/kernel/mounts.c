// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Finds mounts of a file system.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/cache.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/init.h>
#include <linux/nsproxy.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "kernel/mounts.h"

#define LOOK_AT 256u /* mounts of a file system; the lock is held meanwhile */

seqlock_t *compat_mount_lock __ro_after_init;

/* The lock is held: a file system's mounts stay, and those in a namespace have a reference from there. */
static struct compat_mount *find(struct super_block *sb, const struct dentry *dentry)
{
	const struct mnt_namespace *ns = current->nsproxy ? current->nsproxy->mnt_ns : NULL;
	struct compat_mount *mount;
	unsigned int left = LOOK_AT;

	list_for_each_entry(mount, &sb->s_mounts, instance)
	{
		if (left-- == 0)
			return NULL;
		if (ns && mount->ns == ns && is_subdir((struct dentry *)dentry, mount->mnt.mnt_root))
			return mount;
	}
	return NULL;
}

bool compat_mount_find(struct dentry *dentry, struct path *path)
{
	struct compat_mount *mount;

	read_seqlock_excl(compat_mount_lock);
	mount = find(dentry->d_sb, dentry);
	if (mount)
		mntget(&mount->mnt);
	read_sequnlock_excl(compat_mount_lock);
	*path = (struct path){ .mnt = mount ? &mount->mnt : NULL, .dentry = dentry };
	return mount;
}

/* The caller's root is a mount of its namespace, found as such only if all members are where expected. */
int __init compat_mounts_init(const struct compat_kernel *k)
{
	struct path root, found;
	bool good;

	compat_mount_lock = (seqlock_t *)k->mount_lock;
	get_fs_root(current->fs, &root);
	good = compat_mount_find(root.dentry, &found);
	mntput(found.mnt);
	path_put(&root);
	if (good)
		return 0;
	pr_err("this kernel's struct mount is not as expected, or the root is not mounted in its namespace\n");
	return -ENOENT;
}

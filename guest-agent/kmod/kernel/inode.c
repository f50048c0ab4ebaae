// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The identity of files as programs see it: stat(2) without the rest.

#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/iversion.h>
#include <linux/kdev_t.h>
#include <linux/stat.h>
#if __has_include(<linux/mnt_idmapping.h>)
#include <linux/mnt_idmapping.h>
#endif

#include "kernel/inode.h"
#include "kernel/version.h"

#if LINUX_IS(6, 1)
#define NO_MAPPING (&init_user_ns)
#else
#define NO_MAPPING (&nop_mnt_idmap)
#endif

/*
 * These two look at the path's dentry only, whose name does not matter. An inode in use has a dentry, except
 * in the moment of its making: then the file keeps the numbers that it has.
 */
void compat_ask_identity(const struct inode *inode, struct rw_file *file)
{
	struct path path = { .dentry = NULL };
	struct kstat stat = { .ino = 0 };

	if (inode->i_op->getattr)
		path.dentry = d_find_any_alias((struct inode *)inode);
	if (!path.dentry)
		return;
	if (inode->i_op->getattr(NO_MAPPING, &path, &stat, STATX_INO, AT_STATX_DONT_SYNC) == 0) {
		file->dev = new_encode_dev(stat.dev);
		file->ino = stat.ino;
	}
	dput(path.dentry);
}

void compat_inode_state(struct inode *inode, struct compat_inode_state *state)
{
#if LINUX_IS(6, 1)
	const struct timespec64 ctime = inode->i_ctime;
#else
	const struct timespec64 ctime = inode_get_ctime(inode);
#endif

	*state = (struct compat_inode_state){
		.size = i_size_read(inode),
		.version = inode_query_iversion(inode),
		.ctime_s = ctime.tv_sec,
		.ctime_ns = ctime.tv_nsec,
		.generation = inode->i_generation,
	};
}

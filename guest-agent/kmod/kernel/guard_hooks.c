// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// LSM hooks of the access policy whose arguments differ between versions of Linux.

#include <linux/fs.h>

#include "access/attributes.h"
#include "access/doors.h"
#include "access/hooks.h"
#include "kernel/lsm.h"
#include "kernel/version.h"

#if LINUX_IS(6, 1)
#include <linux/io_uring.h>
#else
#include <linux/io_uring/cmd.h>
#endif

/* What a block device does by io_uring besides reading and writing changes its contents. */
int guard_uring_cmd(struct io_uring_cmd *request)
{
	int ret = doors_write(request->file, "io_uring");

	return ret ? ret : doors_ioctl(request->file, request->cmd_op);
}

#if LINUX_IS(6, 1)

int guard_inode_setattr(struct dentry *dentry, struct iattr *attr)
{
	return guard_attributes(dentry, attr);
}

int guard_inode_setxattr(struct user_namespace *mnt_userns, struct dentry *dentry, const char *name,
			 const void *value, size_t size, int flags)
{
	int ret = guard_xattr(dentry);

	return ret ? ret : compat_setxattr_result;
}

int guard_inode_removexattr(struct user_namespace *mnt_userns, struct dentry *dentry, const char *name)
{
	return guard_xattr(dentry);
}

#else

int guard_inode_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	return guard_attributes(dentry, attr);
}

int guard_inode_setxattr(struct mnt_idmap *idmap, struct dentry *dentry, const char *name, const void *value,
			 size_t size, int flags)
{
	return guard_xattr(dentry);
}

int guard_inode_removexattr(struct mnt_idmap *idmap, struct dentry *dentry, const char *name)
{
	return guard_xattr(dentry);
}

int guard_inode_set_acl(struct mnt_idmap *idmap, struct dentry *dentry, const char *acl_name,
			struct posix_acl *kacl)
{
	return guard_xattr(dentry);
}

int guard_inode_remove_acl(struct mnt_idmap *idmap, struct dentry *dentry, const char *acl_name)
{
	return guard_xattr(dentry);
}

#endif

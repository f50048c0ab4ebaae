// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// LSM hooks of files whose arguments differ between versions of Linux.

#include <linux/fs.h>

#include "hooks/attributes.h"
#include "hooks/hooks.h"
#include "kernel/lsm.h"
#include "kernel/version.h"

void hook_inode_post_setxattr(struct dentry *dentry, const char *name, const void *value, size_t size,
			      int flags)
{
	attributes_xattr(dentry, name, value, size);
}

#if LINUX_IS(6, 1)

int hook_inode_setattr(struct dentry *dentry, struct iattr *attr)
{
	attributes_change(dentry, attr);
	return 0;
}

/* ACLs are extended attributes. */
int hook_inode_removexattr(struct user_namespace *mnt_userns, struct dentry *dentry, const char *name)
{
	attributes_xattr_remove(dentry, name);
	return compat_removexattr_result;
}

#else

int hook_inode_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	attributes_change(dentry, attr);
	return 0;
}

void hook_inode_post_removexattr(struct dentry *dentry, const char *name)
{
	attributes_xattr_remove(dentry, name);
}

/* The ACL is no longer in the form in which the caller passed it. */
void hook_inode_post_set_acl(struct dentry *dentry, const char *acl_name, struct posix_acl *acl)
{
	attributes_xattr(dentry, acl_name, NULL, 0);
}

void hook_inode_post_remove_acl(struct mnt_idmap *idmap, struct dentry *dentry, const char *acl_name)
{
	attributes_xattr_remove(dentry, acl_name);
}

#endif

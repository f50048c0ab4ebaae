// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Enforces the access policy where names and attributes of files change, and keeps labels in step with names.

#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "access/access.h"
#include "access/attributes.h"
#include "access/check.h"
#include "access/hooks.h"
#include "access/measure.h"
#include "access/mounts.h"
#include "access/trust.h"
#include "kernel/mounts.h"

/* The file gets a dentry: a new file, or one found in its directory. */
void guard_d_instantiate(struct dentry *dentry, struct inode *inode)
{
	/* Without a parent it has no path yet. What fails here is tried again when the file is used. */
	if (inode && label_is_watched(inode->i_sb) && !IS_ROOT(dentry))
		(void)label_add_entry(inode, dentry);
}

void guard_inode_free_security(struct inode *inode)
{
	if (!label_is_watched(inode->i_sb))
		return;
	measure_forget(inode);
	label_drop(inode);
}

int guard_inode_create(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return check_name(dentry, "create");
}

int guard_inode_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return check_name(dentry, "mkdir");
}

int guard_inode_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev)
{
	return check_name(dentry, "mknod");
}

int guard_inode_symlink(struct inode *dir, struct dentry *dentry, const char *old_name)
{
	return check_name(dentry, "symlink");
}

/* Process 1 empties the initial RAM disk before it runs the system's init: nobody reaches its files then. */
static bool is_last_stage(const struct dentry *dentry)
{
	return is_global_init(current) && strcmp(dentry->d_sb->s_type->name, "rootfs") == 0;
}

/* To remove what something is mounted on, in another mount namespace, unmounts that. */
static int check_removal(struct dentry *dentry, const char *what)
{
	u16 rule;
	int ret;

	if (unlikely(is_last_stage(dentry)))
		return 0;
	ret = check_name(dentry, what);
	if (ret == 0 && d_mountpoint(dentry) && label_is_watched(dentry->d_sb) &&
	    label_guards_below(d_inode(dentry), &rule))
		ret = check_refuse(dentry, what, rule);
	return ret;
}

int guard_inode_unlink(struct inode *dir, struct dentry *dentry)
{
	return check_removal(dentry, "unlink");
}

int guard_inode_rmdir(struct inode *dir, struct dentry *dentry)
{
	return check_removal(dentry, "rmdir");
}

/*
 * The file has its further label before it has the name. Return: -ENOMEM, or 0; @further: whether what lies
 * below it, if it is a directory, may need further labels.
 */
static int add_label(struct dentry *dentry, struct dentry *new_name, bool *further)
{
	int ret;

	*further = false;
	if (!label_is_watched(new_name->d_sb))
		return 0;
	ret = label_add_entry(d_inode(dentry), new_name);
	*further = ret;
	return ret == -ENOMEM ? -ENOMEM : 0;
}

int guard_inode_link(struct dentry *old_dentry, struct inode *dir, struct dentry *new_dentry)
{
	int ret = check_name(new_dentry, "link");
	bool further;

	if (ret == 0)
		ret = check_keeps(old_dentry, new_dentry, "link");
	return ret ? ret : add_label(old_dentry, new_dentry, &further);
}

/* A directory on the way to a protected path stays where it is: else another one could take its place. */
static int check_way(struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	unsigned int n;
	u32 node;
	u16 rule;

	if (!label_is_watched(inode->i_sb))
		return 0;
	for (n = 0; label_nth_node(inode, n, &node); n++)
		if (label_guards_node(node, &rule))
			return check_refuse(dentry, "rename", rule);
	return 0;
}

/*
 * A directory may bring files with it to names that rules protect. The walk must not leave it: the kernel
 * holds locks of the directories that it moves between.
 */
static int check_arrival(struct dentry *dentry, struct dentry *new_name)
{
	unsigned int n;
	struct path dir;
	int ret = 0;
	u32 node;
	u16 rule;

	if (!label_is_watched(new_name->d_sb))
		return 0;
	for (n = 0; ret == 0 && label_nth_entry_node(new_name, n, &node); n++) {
		if (!label_guards_node(node, &rule))
			continue;
		if (!compat_mount_find(dentry, &dir) ||
		    mounts_has_protected(&dir, node, LOOKUP_NO_SYMLINKS | LOOKUP_NO_XDEV, &rule))
			ret = check_refuse(new_name, "rename", rule);
		mntput(dir.mnt);
	}
	return ret;
}

/*
 * With RENAME_EXCHANGE the kernel asks once for each direction. A rename that brings no further rules costs
 * nobody anything: any user can make many of them.
 */
int guard_inode_rename(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
		       struct dentry *new_dentry)
{
	int ret = check_name(old_dentry, "rename");
	bool further = false;

	if (ret == 0)
		ret = check_name(new_dentry, "rename");
	if (ret == 0)
		ret = check_keeps(old_dentry, new_dentry, "rename");
	if (ret == 0 && d_is_dir(old_dentry))
		ret = check_way(old_dentry);
	if (ret == 0 && d_is_dir(old_dentry))
		ret = check_arrival(old_dentry, new_dentry);
	if (ret == 0)
		ret = add_label(old_dentry, new_dentry, &further);
	if (ret == 0 && further && d_is_dir(old_dentry))
		access_names_change();
	return ret;
}

/* Where only the kernel's own consequences of a write are set, the write was decided. */
int guard_attributes(struct dentry *dentry, const struct iattr *attr)
{
	if (attr->ia_valid & ATTR_SIZE) {
		int ret = trust_truncate(dentry);

		return ret ? ret : check_dentry(dentry, CHECK_WRITE, "truncate");
	}
	if (attr->ia_valid & ATTR_FORCE ||
	    !(attr->ia_valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_TOUCH | ATTR_ATIME_SET |
				ATTR_MTIME_SET | ATTR_TIMES_SET)))
		return 0;
	return check_dentry(dentry, CHECK_WRITE, "setattr");
}

int guard_xattr(struct dentry *dentry)
{
	return check_dentry(dentry, CHECK_WRITE, "setxattr");
}

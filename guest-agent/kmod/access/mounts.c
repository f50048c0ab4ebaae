// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Labels of what is mounted, and what the access policy allows to mount where.

#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/mount.h>

#include "access/access.h"
#include "access/check.h"
#include "access/hooks.h"
#include "access/mounts.h"
#include "kernel/mounts.h"

#define PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/*
 * Once, process 1 goes from the initial RAM disk, where the policy came into force, to the system's root.
 * That was mounted somewhere there, so that each of its files has a label of a path that is none any more.
 * Files of the initial RAM disk keep theirs: a process may stay there.
 */
static void label_root(struct dentry *root)
{
	static const struct super_block *first;
	static bool left;

	if (!first) {
		first = root->d_sb;
		left = strcmp(first->s_type->name, "rootfs") != 0;
	} else if (!left && root->d_sb != first && is_global_init(current)) {
		left = true;
		label_forget_outside(first);
	}
	label_set_root(d_inode(root));
}

static void label_mount(struct dentry *root, struct dentry *covered)
{
	if (label_is_watched(covered->d_sb) &&
	    label_learn(d_inode(covered), covered, label_generation()) == 0)
		label_inherit(d_inode(root), d_inode(covered));
}

void mounts_label(void)
{
	static DEFINE_MUTEX(lock);

	mutex_lock(&lock);
	compat_mounts_walk(label_root, label_mount);
	mutex_unlock(&lock);
}

/* Whether a directory has an entry. Context: may sleep. */
static bool finds(const struct path *dir, const char *name, unsigned int how)
{
	struct path found;

	if (vfs_path_lookup(dir->dentry, dir->mnt, name, how, &found))
		return false;
	path_put(&found);
	return true;
}

/* Writes the path that leads from node @top down to @node, at the end of @buf. Return: it, or NULL. */
static const char *path_between(u32 top, u32 node, char *buf, unsigned int size)
{
	char *at = buf + size - 1;

	*at = '\0';
	for (; node != top; node = label_policy.node[node].parent) {
		const struct rw_access_node *n;

		if (node == RW_ACCESS_NONE)
			return NULL;
		n = &label_policy.node[node];
		if (at - buf < n->len + 1)
			return NULL;
		if (*at)
			*--at = '/';
		at -= n->len;
		memcpy(at, label_policy.text + n->name, n->len);
	}
	return *at ? at : NULL;
}

/* What does not exist has nothing below it. */
bool mounts_has_protected(const struct path *dir, u32 top, unsigned int how, u16 *rule)
{
	u32 node = label_next_guarded(top, top, true);
	char *buf = __getname();
	bool exists, found = false;
	const char *name;

	if (!buf)
		return true;
	while (node != RW_ACCESS_NONE && !found) {
		name = path_between(top, node, buf, PATH_MAX);
		exists = name && finds(dir, name, how);
		found = exists && label_refuses_at(node, rule);
		node = label_next_guarded(node, top, exists);
	}
	__putname(buf);
	return found;
}

/* Something is about to be mounted at @path, which hides what is there. */
static int mount_over(const struct path *path)
{
	struct inode *inode = d_backing_inode(path->dentry);
	struct path root;
	unsigned int n;
	bool is_root;
	u32 node;
	u16 rule;
	int ret;

	if (!label_is_watched(inode->i_sb) || !compat_mount_reaches_init(path->mnt))
		return 0;
	compat_init_root(&root);
	is_root = path_equal(&root, path);
	path_put(&root);
	if (is_root) /* the next stage of the system's start */
		return 0;
	ret = check_dentry(path->dentry, CHECK_WRITE, "mount");
	if (ret || !S_ISDIR(inode->i_mode))
		return ret;
	for (n = 0; label_nth_node(inode, n, &node); n++)
		if (label_guards_node(node, &rule) && mounts_has_protected(path, node, 0, &rule))
			return check_refuse(path->dentry, "mount", rule);
	return 0;
}

/*
 * Whether mount(2) changes what there is, and mounts nothing. The kernel looks at MS_REMOUNT first, then at
 * MS_BIND, then at the propagation.
 */
static bool only_changes(unsigned long flags)
{
	return flags & MS_REMOUNT || (!(flags & MS_BIND) && flags & PROPAGATION);
}

int guard_sb_mount(const char *dev_name, const struct path *path, const char *type, unsigned long flags,
		   void *data)
{
	int ret;

	if (only_changes(flags))
		return 0;
	ret = mount_over(path);
	if (ret == 0)
		access_mounts_change();
	return ret;
}

/* What is mounted has its labels before anybody can reach it there. */
int guard_move_mount(const struct path *from_path, const struct path *to_path)
{
	int ret = mount_over(to_path);

	if (ret == 0) {
		if (compat_mount_reaches_init(to_path->mnt))
			label_mount(from_path->dentry, to_path->dentry);
		access_mounts_change();
	}
	return ret;
}

int guard_sb_pivotroot(const struct path *old_path, const struct path *new_path)
{
	access_mounts_change();
	return 0;
}

/* What is in memory alone ends with its last mount, and cannot be mounted anew: its files are removed. */
static bool may_end(const struct vfsmount *mnt)
{
	const char *type = mnt->mnt_sb->s_type->name;

	return (strcmp(type, "tmpfs") == 0 || strcmp(type, "ramfs") == 0 || strcmp(type, "autofs") == 0) &&
	       check_writes_all(d_inode(mnt->mnt_root));
}

/* A root of process 1's own comes with the system's init. */
int guard_path_chroot(const struct path *path)
{
	if (is_global_init(current))
		access_mounts_change();
	return 0;
}

static bool is_guarded(const struct vfsmount *mnt)
{
	u16 rule;

	if (may_end(mnt))
		return false;
	return label_is_guarded(mnt->mnt_sb) && label_guards_below(d_inode(mnt->mnt_root), &rule);
}

/*
 * The kernel forgets a file system with its last mount, labels and all; then it could be mounted anew where
 * no rule leads. With MNT_DETACH what is mounted on the mount goes with it.
 */
int guard_sb_umount(struct vfsmount *mnt, int flags)
{
	struct dentry *lost = compat_mount_lost(mnt, is_guarded);
	int ret = 0;
	u16 rule;

	if (lost && label_guards_below(d_inode(lost), &rule))
		ret = check_refuse(lost, "umount", rule);
	dput(lost);
	return ret;
}

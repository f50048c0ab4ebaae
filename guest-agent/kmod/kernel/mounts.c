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
#include <linux/pid_namespace.h>
#include <linux/printk.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "kernel/mounts.h"

#define LOOK_AT 256u /* mounts of a file system; the lock is held meanwhile */

seqlock_t *compat_mount_lock __ro_after_init;
static struct rw_semaphore *namespace_sem __ro_after_init;

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

void compat_init_root(struct path *root)
{
	struct task_struct *init = init_pid_ns.child_reaper;

	task_lock(init);
	if (init->fs)
		get_fs_root(init->fs, root);
	else /* it ends, and the machine with it */
		get_fs_root(current->fs, root);
	task_unlock(init);
}

static const struct mnt_namespace *init_namespace(void)
{
	const struct mnt_namespace *ns;
	struct task_struct *init = init_pid_ns.child_reaper;

	task_lock(init);
	ns = init->nsproxy ? init->nsproxy->mnt_ns : NULL;
	task_unlock(init);
	return ns;
}

/* Peers are a ring without a head; namespace_sem is held. */
static bool has_init_peer(struct compat_mount *mount)
{
	const struct mnt_namespace *ns = init_namespace();
	struct compat_mount *m = mount;

	do {
		if (m->ns == ns)
			return true;
		m = list_next_entry(m, share);
	} while (m != mount);
	return false;
}

bool compat_mount_reaches_init(const struct vfsmount *mnt)
{
	bool reaches;

	down_read(namespace_sem);
	reaches = has_init_peer((struct compat_mount *)compat_mount_of(mnt));
	up_read(namespace_sem);
	return reaches;
}

static bool is_below(const struct compat_mount *m, const struct compat_mount *top)
{
	while (m != top && m != m->parent)
		m = m->parent;
	return m == top;
}

/*
 * Whether process 1 has no mount left, of the file system of @m, that counts when @top is unmounted. A mount
 * at the same place as @m is its peer, which goes with it.
 */
static bool is_last(const struct compat_mount *m, const struct compat_mount *top,
		    bool (*counts)(const struct vfsmount *mnt))
{
	const struct mnt_namespace *ns = init_namespace();
	const struct compat_mount *other;
	bool last = true;

	read_seqlock_excl(compat_mount_lock);
	list_for_each_entry(other, &m->mnt.mnt_sb->s_mounts, instance)
	{
		if (other->ns == ns && other->mountpoint != m->mountpoint && !is_below(other, top) &&
		    counts(&other->mnt))
			last = false;
	}
	read_sequnlock_excl(compat_mount_lock);
	return last;
}

/* The next mount of the tree below @top, after @m and what is mounted on it. */
static struct compat_mount *next(struct compat_mount *m, const struct compat_mount *top)
{
	if (!list_empty(&m->children))
		return list_first_entry(&m->children, struct compat_mount, child);
	while (m != top && list_is_last(&m->child, &m->parent->children))
		m = m->parent;
	return m == top ? NULL : list_next_entry(m, child);
}

/* An unmount reaches the mounts that are at the same place in peers of the one above. */
struct dentry *compat_mount_lost(const struct vfsmount *mnt, bool (*counts)(const struct vfsmount *mnt))
{
	struct compat_mount *top = (struct compat_mount *)compat_mount_of(mnt), *m;
	struct dentry *lost = NULL;

	down_read(namespace_sem);
	if (has_init_peer(top->parent))
		for (m = top; m && !lost; m = next(m, top))
			if (counts(&m->mnt) && is_last(m, top, counts))
				lost = dget(m->mnt.mnt_root);
	up_read(namespace_sem);
	return lost;
}

/* The root may be a mount that was mounted over another one: where that one is does not matter. */
void compat_mounts_walk(void (*root)(struct dentry *root),
			void (*fn)(struct dentry *root, struct dentry *covered))
{
	struct compat_mount *top, *m;
	struct path path;

	down_read(namespace_sem);
	compat_init_root(&path);
	top = (struct compat_mount *)compat_mount_of(path.mnt);
	root(path.dentry);
	for (m = next(top, top); m; m = next(m, top))
		fn(m->mnt.mnt_root, m->mountpoint);
	up_read(namespace_sem);
	path_put(&path);
}

/* The caller's root is a mount of its namespace, found as such only if all members are where expected. */
int __init compat_mounts_init(const struct compat_kernel *k)
{
	struct path root, found;
	bool good;

	compat_mount_lock = (seqlock_t *)k->mount_lock;
	namespace_sem = (struct rw_semaphore *)k->namespace_sem;
	get_fs_root(current->fs, &root);
	good = compat_mount_find(root.dentry, &found);
	mntput(found.mnt);
	path_put(&root);
	if (good)
		return 0;
	pr_err("this kernel's struct mount is not as expected, or the root is not mounted in its namespace\n");
	return -ENOENT;
}

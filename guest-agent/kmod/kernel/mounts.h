/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mounts: what the kernel keeps private to its folder fs/. */
#pragma once

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mount.h>
#include <linux/path.h>
#include <linux/rbtree.h>
#include <linux/seqlock.h>

#include "kernel/addresses.h"
#include "kernel/version.h"

#if LINUX_IS(6, 1)
/* Exported, but declared in no header for modules. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name, unsigned int flags,
		    struct path *path);
#else
#include <linux/namei.h>
#endif

#ifdef CONFIG_RANDSTRUCT
#error "struct mount has a random layout: names of files need its members."
#endif

/* The first members of struct mount. */
struct compat_mount {
	struct hlist_node hash;
	struct compat_mount *parent; /* itself at the top */
	struct dentry *mountpoint;   /* in @parent */
	struct vfsmount mnt;
	union {
#if !LINUX_IS(6, 1)
		struct rb_node node;
#endif
		struct rcu_head rcu;
		struct llist_node llist;
	};
	void __percpu *counts;
	struct list_head children, child;
	struct list_head instance; /* in the file system's s_mounts */
	const char *devname;
	struct list_head list, expire, share, slave_list, slave;
	struct compat_mount *master;
	struct mnt_namespace *ns; /* NULL: not mounted any more */
};

/* Changes while the tree of mounts does; read_seqlock_excl() keeps it as it is. */
extern seqlock_t *compat_mount_lock;

static inline const struct compat_mount *compat_mount_of(const struct vfsmount *mnt)
{
	return container_of(mnt, struct compat_mount, mnt);
}

/**
 * compat_mounts_init() - keep what is needed, and check that the members above are where they should be.
 *
 * Context: module init, in a task whose root is mounted in its mount namespace.
 * Return: 0, or -ENOENT (printed).
 */
int compat_mounts_init(const struct compat_kernel *k);

/**
 * compat_mounts_walk() - walk the mounts that process 1 sees, each after the one that it is mounted on.
 * @root: gets process 1's root
 * @fn:   gets the root of each further mount, and the directory or file that it covers
 *
 * Nobody can mount or unmount meanwhile. Context: may sleep, and so may the functions; not in mount(2).
 */
void compat_mounts_walk(void (*root)(struct dentry *root),
			void (*fn)(struct dentry *root, struct dentry *covered));

/**
 * compat_mount_reaches_init() - whether what is mounted on the mount appears in process 1's mount namespace:
 * it is there itself, or a peer of it.
 *
 * Context: may sleep; not where the tree of mounts is changing.
 */
bool compat_mount_reaches_init(const struct vfsmount *mnt);

/**
 * compat_mount_lost() - find a file system of which process 1 has no mount left after an unmount, with all
 * that is mounted on the mount.
 * @counts: whether a mount counts; called with a spinlock held
 *
 * Context: may sleep; not where the tree of mounts is changing.
 * Return: the root of a mount that counts, and is the last one of its file system, to be dropped with dput();
 * or NULL.
 */
struct dentry *compat_mount_lost(const struct vfsmount *mnt, bool (*counts)(const struct vfsmount *mnt));

/** compat_init_root() - get process 1's root, to be dropped with path_put(). Context: a task's. */
void compat_init_root(struct path *root);

/**
 * compat_mount_find() - find a mount of the caller's mount namespace that leads to a file.
 * @dentry: the file
 * @path:   set; holds a reference to the mount, to be dropped with mntput(), but none to the dentry
 *
 * Context: a task's; does not sleep.
 * Return: whether there is one among the first few hundred of its file system.
 */
bool compat_mount_find(struct dentry *dentry, struct path *path);

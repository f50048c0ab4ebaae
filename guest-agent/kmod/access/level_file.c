// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Levels of files, directories, pipes, FIFOs, memory files and POSIX message queues.

#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/slab.h>
#include <linux/stat.h>

#include "access/check.h"
#include "access/isolate.h"
#include "access/level.h"
#include "access/level_hooks.h"

/* Of Linux's ipc/mqueue.c and fs/configfs/mount.c, which keep them private. */
#define MQUEUE_MAGIC   0x19800202
#define CONFIGFS_MAGIC 0x62656570

/* Whether files stay when the kernel forgets their inodes. Their numbers tell them apart; else the inode. */
static bool is_on_disk(const struct inode *inode)
{
	return inode->i_sb->s_type->fs_flags & FS_REQUIRES_DEV;
}

static struct level_key key_of(const struct inode *inode)
{
	if (!is_on_disk(inode))
		return level_key(inode);
	return (struct level_key){ (u64)inode->i_sb->s_dev << 32 | inode->i_generation, inode->i_ino };
}

void levels_inode_free_security(struct inode *inode)
{
	if (!is_on_disk(inode) || !inode->i_nlink)
		level_drop(key_of(inode));
}

/* Files through which the kernel is asked or told something, whoever does: they keep nothing for others. */
static bool is_of_kernel(const struct super_block *sb)
{
	switch (sb->s_magic) {
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
	case SECURITYFS_MAGIC:
	case SELINUX_MAGIC:
	case SMACK_MAGIC:
	case EFIVARFS_MAGIC:
	case CONFIGFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case CGROUP2_SUPER_MAGIC:
	case BINFMTFS_MAGIC:
	case BPF_FS_MAGIC:
	case NSFS_MAGIC:
		return true;
	default:
		return false;
	}
}

/* Whether a file gets the level of who first writes to it. Directories get theirs when they are made only. */
static bool takes_level(const struct inode *inode)
{
	return (S_ISREG(inode->i_mode) || S_ISFIFO(inode->i_mode)) && !is_of_kernel(inode->i_sb);
}

/* What is written to these is added to what is there. */
static u32 kinds_for(const struct inode *inode, u32 kinds)
{
	if (kinds & CHECK_WRITE && (S_ISFIFO(inode->i_mode) || inode->i_sb->s_magic == MQUEUE_MAGIC))
		return (kinds & ~CHECK_WRITE) | CHECK_APPEND;
	return kinds;
}

/* The file of a layer that overlayfs shows at a name; NULL: it shows none. Context: may sleep. */
static struct inode *layer_of(const struct inode *inode, const struct dentry *dentry)
{
	struct inode *layer;

	if (likely(!dentry || !(dentry->d_flags & DCACHE_OP_REAL)) || !S_ISREG(inode->i_mode))
		return NULL;
	layer = d_real_inode(dentry);
	return layer == inode ? NULL : layer;
}

/* Return: 0; -ECHILD: it takes sleep; -ESTALE: the file may have levels that are not known. */
static int add_levels(struct inode *inode, struct dentry *dentry, bool atomic, struct label_levels *levels)
{
	const u64 at = label_generation();
	struct label_levels by_line = LABEL_NO_LEVELS;

	if (label_is_watched(inode->i_sb) && !label_ask_levels(inode, at, &by_line)) {
		if (atomic)
			return -ECHILD;
		if ((label_learn(inode, dentry, at) || !label_ask_levels(inode, at, &by_line)) &&
		    !check_has_no_paths(inode->i_sb))
			return -ESTALE;
	}
	label_add_level(levels, by_line.lowest);
	label_add_level(levels, by_line.highest);
	label_add_level(levels, level_get(key_of(inode)));
	return 0;
}

/* The same with those of the layer's file: the kernel does not ask about it each time. */
static int levels_of(struct inode *inode, struct dentry *dentry, bool atomic, struct label_levels *levels)
{
	struct inode *layer = atomic ? NULL : layer_of(inode, dentry);
	int ret;

	*levels = LABEL_NO_LEVELS;
	ret = add_levels(inode, dentry, atomic, levels);
	return ret || likely(!layer) ? ret : add_levels(layer, NULL, atomic, levels);
}

/*
 * Gives a file without a level the current task's. Who has mapped it before would see what is written from
 * now on, and nobody is asked then: while somebody has it mapped, it stays without.
 */
static struct rw_access_label settle_one(struct inode *inode, struct rw_access_label me)
{
	if (mapping_mapped(inode->i_mapping))
		return RW_ACCESS_NO_LABEL;
	me = level_put(key_of(inode), me, GFP_NOFS);
	if (!mapping_mapped(inode->i_mapping))
		return me;
	level_drop(key_of(inode));
	return RW_ACCESS_NO_LABEL;
}

/* On overlayfs a file that has been opened for writing is the upper layer's: it is what is written. */
static struct rw_access_label settle(struct inode *inode, struct dentry *dentry, const struct level_access *a,
				     struct rw_access_label me)
{
	struct inode *layer = a->opened && !a->atomic ? layer_of(inode, dentry) : NULL;

	if (unlikely(layer))
		me = settle_one(layer, me);
	return level_is_none(me) ? me : settle_one(inode, me);
}

/* The search of a directory has no name of it at hand, which a record needs. */
static int check_found(struct inode *inode, const struct label_levels *of, const struct level_access *a)
{
	struct level_access named = *a;
	struct dentry *dentry;
	int ret;

	if (a->dentry ||
	    !access_level_refuses(level_current().level, of->lowest.level, of->highest.level, a->kinds))
		return level_check(*of, a);
	dentry = d_find_any_alias(inode);
	named.dentry = dentry;
	ret = level_check(*of, &named);
	dput(dentry);
	return ret;
}

/* @gives: what has no level may get the current task's. */
static int decide(struct inode *inode, struct dentry *dentry, const struct level_access *a, bool gives)
{
	const struct rw_access_label me = level_current();
	struct label_levels of;
	struct rw_access_label now;
	int ret;

	if (level_is_none(me))
		return 0;
	ret = levels_of(inode, dentry, a->atomic, &of);
	if (ret == -ECHILD)
		return ret;
	if (ret)
		return level_refuse(a, "no path is known", RW_ACCESS_NO_RULE);
	if (gives && level_is_none(of.lowest) && a->kinds & (CHECK_WRITE | CHECK_APPEND) &&
	    takes_level(inode)) {
		now = settle(inode, dentry, a, me);
		if (level_is_none(now))
			return level_refuse(a, "others have it mapped", me.rule);
		of = level_one(now);
	}
	if (!a->atomic)
		return check_found(inode, &of, a);
	/* Asked again where it may sleep: there it is recorded, or the process rises. */
	return access_level_refuses(me.level, of.lowest.level, of.highest.level, a->kinds) ? -ECHILD : 0;
}

int level_inode(struct inode *inode, struct dentry *dentry, const struct level_access *a)
{
	return decide(inode, dentry, a, true);
}

bool level_share(struct inode *inode, struct rw_access_label to)
{
	struct label_levels of;

	if (is_of_kernel(inode->i_sb) || S_ISCHR(inode->i_mode))
		return true;
	if (levels_of(inode, NULL, true, &of))
		return false;
	if (level_is_none(of.lowest))
		of = level_one(level_put(key_of(inode), to, GFP_ATOMIC));
	return level_same(of.lowest, to) && level_same(of.highest, to);
}

/* A process is what its files in /proc show, and what is written to them goes to it. */
static int check_proc(const struct file *file, u32 kinds, const char *what)
{
	struct task_struct *task;
	int ret;

	rcu_read_lock();
	task = isolate_proc_task(file);
	ret = task ? level_task(task, kinds, what, false) : 0;
	rcu_read_unlock();
	return ret;
}

/*
 * An eventfd, a ring of io_uring or perf, an inotify: all of a kind may have one inode. The file has the
 * level of who has opened it, and to use it is to read and to write it.
 */
static int check_nameless(const struct file *file, const char *what)
{
	const struct level_access a = { .kinds = CHECK_READ | CHECK_WRITE,
					.what = what,
					.path = &file->f_path,
					.dentry = file->f_path.dentry };

	return level_check(level_one(level_get(level_key(file))), &a);
}

int level_file(const struct file *file, u32 kinds, const char *what)
{
	const fmode_t opened_to_write = FMODE_OPENED | FMODE_WRITE;
	struct inode *inode = file_inode(file);
	const struct level_access a = { .kinds = kinds_for(inode, kinds),
					.what = what,
					.path = &file->f_path,
					.dentry = file->f_path.dentry,
					.opened = (file->f_mode & opened_to_write) == opened_to_write };
	int ret = 0;

	if (likely(level_is_none(level_current())))
		return 0;
	if (!(inode->i_mode & S_IFMT))
		return check_nameless(file, what);
	if (S_ISSOCK(inode->i_mode))
		return level_socket(inode, kinds, what);
	if (inode->i_sb->s_magic == PROC_SUPER_MAGIC)
		ret = check_proc(file, kinds, what);
	return ret ? ret : level_inode(inode, a.dentry, &a);
}

int level_dentry(struct dentry *dentry, u32 kinds, const char *what)
{
	const struct level_access a = { .kinds = kinds_for(d_backing_inode(dentry), kinds),
					.what = what,
					.dentry = dentry };

	return level_inode(d_backing_inode(dentry), dentry, &a);
}

/* Its names change, not what it holds. */
static int write_to(struct dentry *dentry, const char *what)
{
	const struct level_access a = { .kinds = CHECK_WRITE, .what = what, .dentry = dentry };

	return decide(d_inode(dentry), dentry, &a, false);
}

/*
 * Names are what a directory holds: to make or remove one is to write to it, and to what is removed. What is
 * made in a directory that no line gives a level has the level of its maker. The kernel has locked the
 * directory.
 */
int level_name(struct dentry *dentry, const char *what)
{
	const struct level_access a = { .kinds = CHECK_APPEND, .what = what, .dentry = dentry };
	struct label_levels of;
	int ret;

	if (likely(level_is_none(level_current())))
		return 0;
	level_note_name(NULL);
	ret = write_to(dentry->d_parent, what);
	if (ret)
		return ret;
	if (d_is_positive(dentry))
		return write_to(dentry, what);
	if (label_is_watched(dentry->d_sb)) {
		if (label_levels_at(dentry, false, &of))
			return level_refuse(&a, "no path is known", RW_ACCESS_NO_RULE);
		if (!level_is_none(of.lowest))
			return level_check(of, &a);
	}
	level_note_name(dentry);
	return 0;
}

/* What has been made at a name has its level before anybody finds it there. */
void levels_d_instantiate(struct dentry *dentry, struct inode *inode)
{
	if (inode && level_makes(dentry) && !is_of_kernel(inode->i_sb))
		level_put(key_of(inode), level_current(), GFP_NOFS | __GFP_NOFAIL);
}

static bool are_same(const struct label_levels *a, const struct label_levels *b)
{
	return level_same(a->lowest, b->lowest) && level_same(a->highest, b->highest);
}

/* Levels at a name; none on file systems without labels. */
static int levels_at(struct dentry *dentry, bool below, struct label_levels *levels)
{
	*levels = LABEL_NO_LEVELS;
	return label_is_watched(dentry->d_sb) ? label_levels_at(dentry, below, levels) : 0;
}

/* A file keeps its levels where it goes: they are those of its new name, or no line is about either. */
int level_move(struct dentry *dentry, struct dentry *new_name, const char *what)
{
	const struct level_access a = { .kinds = CHECK_WRITE, .what = what, .dentry = dentry };
	struct label_levels from, to, now;
	bool same;

	if (likely(level_is_none(level_current())) || d_is_negative(dentry))
		return 0;
	level_note_name(NULL);
	if (levels_at(dentry, false, &from) || levels_at(new_name, false, &to) ||
	    levels_of(d_inode(dentry), dentry, false, &now))
		return level_refuse(&a, "no path is known", RW_ACCESS_NO_RULE);
	same = are_same(&from, &to) || (level_is_none(from.lowest) && are_same(&now, &to));
	if (same && d_is_dir(dentry)) {
		if (levels_at(dentry, true, &from) || levels_at(new_name, true, &to))
			return level_refuse(&a, "no path is known", RW_ACCESS_NO_RULE);
		same = are_same(&from, &to);
	}
	if (same)
		return 0;
	return level_refuse(&a, "another level there", (level_is_none(to.highest) ? from : to).highest.rule);
}

/* The way through a directory: what names it has. */
int levels_inode_permission(struct inode *inode, int mask)
{
	const struct level_access a = { .kinds = CHECK_READ,
					.what = "search",
					.atomic = mask & MAY_NOT_BLOCK };

	if (!S_ISDIR(inode->i_mode) || !(mask & MAY_EXEC) || likely(level_is_none(level_current())))
		return 0;
	level_note_name(NULL); /* that of an earlier call, which has made nothing */
	return level_inode(inode, NULL, &a);
}

int levels_inode_getattr(const struct path *path)
{
	const struct level_access a = {
		.kinds = CHECK_READ, .what = "stat", .path = path, .dentry = path->dentry
	};

	return level_inode(d_backing_inode(path->dentry), path->dentry, &a);
}

int levels_inode_readlink(struct dentry *dentry)
{
	return level_dentry(dentry, CHECK_READ, "readlink");
}

int levels_inode_follow_link(struct dentry *dentry, struct inode *inode, bool rcu)
{
	const struct level_access a = {
		.kinds = CHECK_READ, .what = "follow", .dentry = rcu ? NULL : dentry, .atomic = rcu
	};

	return level_inode(inode, dentry, &a);
}

int levels_inode_getxattr(struct dentry *dentry, const char *name)
{
	return level_dentry(dentry, CHECK_READ, "getxattr");
}

int levels_inode_listxattr(struct dentry *dentry)
{
	return level_dentry(dentry, CHECK_READ, "listxattr");
}

int levels_path_notify(const struct path *path, u64 mask, unsigned int obj_type)
{
	return level_dentry(path->dentry, CHECK_READ, "watch");
}

int levels_file_alloc_security(struct file *file)
{
	return level_make(file);
}

void levels_file_free_security(struct file *file)
{
	level_drop(level_key(file));
}

/* By SCM_RIGHTS, pidfd_getfd() or seccomp: POSIX message queues, for one, are not asked about at each use. */
int levels_file_receive(struct file *file)
{
	u32 kinds = 0;

	if (file->f_mode & FMODE_READ)
		kinds |= CHECK_READ;
	if (file->f_mode & FMODE_WRITE)
		kinds |= file->f_flags & O_APPEND ? CHECK_APPEND : CHECK_WRITE;
	return kinds ? level_file(file, kinds, "receive") : 0;
}

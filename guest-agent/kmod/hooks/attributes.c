// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records changes of files' mode, owner, length, times, extended attributes and ACLs.

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/minmax.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/uidgid.h>

#include "event.h"
#include "hooks/attributes.h"
#include "hooks/hooks.h"
#include "kernel/mounts.h"
#include "syscalls.h"

#define XATTR_VALUE_MAX 256u /* bytes of a value that a record has: capabilities and ACLs fit */

static bool begin(struct event *ev, u8 type, struct dentry *dentry)
{
	if (!event_begin(ev, type, RW_VERDICT_ALLOW))
		return false;
	event_file(ev, d_backing_inode(dentry));
	return true;
}

int hook_path_chmod(const struct path *path, umode_t mode)
{
	struct event ev;

	if (!begin(&ev, RW_REC_FILE_CHMOD, path->dentry))
		return 0;
	event_u32(&ev, RW_F_MODE, mode & S_IALLUGO);
	event_path(&ev, RW_F_PATH, path);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/* An id that is not to change is invalid. */
int hook_path_chown(const struct path *path, kuid_t uid, kgid_t gid)
{
	struct event ev;

	if (!begin(&ev, RW_REC_FILE_CHOWN, path->dentry))
		return 0;
	if (uid_valid(uid))
		event_u32(&ev, RW_F_OWNER, __kuid_val(uid));
	if (gid_valid(gid))
		event_u32(&ev, RW_F_OWNER_GROUP, __kgid_val(gid));
	event_path(&ev, RW_F_PATH, path);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

static void truncated(const struct path *path, u64 length)
{
	struct event ev;

	if (!begin(&ev, RW_REC_FILE_TRUNCATE, path->dentry))
		return;
	event_u64(&ev, RW_F_LENGTH, length);
	event_path(&ev, RW_F_PATH, path);
	event_submit(&ev, PRODUCER_BATCH);
}

/* truncate(2) only: ftruncate(2) and open(2), for which 6.1 calls this too, come to attributes_change(). */
int hook_path_truncate(const struct path *path)
{
	if (syscall_kind() == SYSCALL_TRUNCATE)
		truncated(path, syscall_truncate_length());
	return 0;
}

/* Whether the caller's working directory, or else its root, is on a mount that leads to the file. */
static bool is_near(struct dentry *dentry, struct path *path)
{
	struct fs_struct *fs = current->fs;

	*path = (struct path){ .dentry = dentry };
	if (!fs)
		return false;
	spin_lock(&fs->lock);
	path->mnt = mntget(fs->pwd.mnt->mnt_sb == dentry->d_sb ? fs->pwd.mnt : fs->root.mnt);
	spin_unlock(&fs->lock);
	if (path->mnt->mnt_sb == dentry->d_sb && is_subdir(dentry, path->mnt->mnt_root))
		return true;
	mntput(path->mnt);
	return false;
}

/* The path of a file of which the hook does not know the mount: by one that leads there. */
static void add_path_of(struct event *ev, struct dentry *dentry)
{
	struct path path;

	if (!is_near(dentry, &path) && !compat_mount_find(dentry, &path)) {
		path = (struct path){ .dentry = dentry };
		event_u32(ev, RW_F_IN_FILE_SYSTEM, true);
	}
	event_path(ev, RW_F_PATH, &path);
	mntput(path.mnt);
}

static u64 time_ns(const struct timespec64 *t)
{
	return (u64)t->tv_sec * NSEC_PER_SEC + t->tv_nsec;
}

/* chmod(2), chown(2) and truncate(2) have hooks of their own, which know the path. */
void attributes_change(struct dentry *dentry, const struct iattr *attr)
{
	struct event ev;

	if (syscall_is_inner())
		return;
	if (attr->ia_valid & ATTR_SIZE && attr->ia_valid & ATTR_FILE && !(attr->ia_valid & ATTR_OPEN))
		truncated(&attr->ia_file->f_path, attr->ia_size);
	if (!(attr->ia_valid & (ATTR_TIMES_SET | ATTR_TOUCH)))
		return;
	if (!begin(&ev, RW_REC_FILE_TIMES, dentry))
		return;
	if (attr->ia_valid & ATTR_ATIME_SET)
		event_u64(&ev, RW_F_ATIME, time_ns(&attr->ia_atime));
	if (attr->ia_valid & ATTR_MTIME_SET)
		event_u64(&ev, RW_F_MTIME, time_ns(&attr->ia_mtime));
	add_path_of(&ev, dentry);
	event_submit(&ev, PRODUCER_BATCH);
}

void attributes_xattr(struct dentry *dentry, const char *name, const void *value, u32 bytes)
{
	struct event ev;

	if (syscall_is_inner())
		return;
	if (!begin(&ev, RW_REC_XATTR_SET, dentry))
		return;
	event_tail(&ev, RW_F_XATTR, name, strlen(name));
	if (value) {
		event_u32(&ev, RW_F_XATTR_BYTES, bytes);
		event_tail(&ev, RW_F_XATTR_VALUE, value, min(bytes, XATTR_VALUE_MAX));
	}
	add_path_of(&ev, dentry);
	event_submit(&ev, PRODUCER_BATCH);
}

void attributes_xattr_remove(struct dentry *dentry, const char *name)
{
	struct event ev;

	if (syscall_is_inner())
		return;
	if (!begin(&ev, RW_REC_XATTR_REMOVE, dentry))
		return;
	event_tail(&ev, RW_F_XATTR, name, strlen(name));
	add_path_of(&ev, dentry);
	event_submit(&ev, PRODUCER_BATCH);
}

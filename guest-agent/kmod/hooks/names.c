// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records names of files made, removed and changed.

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "event.h"
#include "hooks/hooks.h"
#include "syscalls.h"

/* The record has the name in its directory, and the file that has it, if any. */
static int removed(u8 type, const struct path *dir, struct dentry *dentry)
{
	struct event ev;

	if (!event_begin(&ev, type, RW_VERDICT_ALLOW))
		return 0;
	event_file(&ev, d_backing_inode(dentry));
	event_path_at(&ev, RW_F_PATH, dir, dentry);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

int hook_path_unlink(const struct path *dir, struct dentry *dentry)
{
	return removed(RW_REC_FILE_UNLINK, dir, dentry);
}

int hook_path_rmdir(const struct path *dir, struct dentry *dentry)
{
	return removed(RW_REC_DIR_REMOVE, dir, dentry);
}

/* The file that has the new name is replaced or, by an exchange, gets the old name. */
int hook_path_rename(const struct path *old_dir, struct dentry *old_dentry, const struct path *new_dir,
		     struct dentry *new_dentry, unsigned int flags)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_FILE_RENAME, RW_VERDICT_ALLOW))
		return 0;
	event_file(&ev, d_backing_inode(old_dentry));
	event_u32(&ev, RW_F_RENAME_FLAGS, flags);
	if (d_is_positive(new_dentry)) {
		struct rw_file file = event_identify(d_backing_inode(new_dentry));

		event_u64(&ev, RW_F_NEW_DEV, file.dev);
		event_u64(&ev, RW_F_NEW_INO, file.ino);
	}
	event_path_at(&ev, RW_F_PATH, old_dir, old_dentry);
	event_path_at(&ev, RW_F_NEW_PATH, new_dir, new_dentry);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/* The kernel leaves the umask to a file system with ACLs; the record always has it applied. */
int hook_path_mkdir(const struct path *dir, struct dentry *dentry, umode_t mode)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_DIR_MAKE, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_MODE, mode & S_IALLUGO & ~current_umask());
	event_path_at(&ev, RW_F_PATH, dir, dentry);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/* Called also for a file that an open is about to make: that is told by the open's own record. */
int hook_path_mknod(const struct path *dir, struct dentry *dentry, umode_t mode, unsigned int dev)
{
	umode_t type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;
	struct event ev;

	if (type == S_IFREG && syscall_kind() != SYSCALL_MKNOD)
		return 0;
	if (!event_begin(&ev, RW_REC_MKNOD, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_MODE, type | (mode & S_IALLUGO & ~current_umask()));
	if (S_ISBLK(mode) || S_ISCHR(mode))
		event_u32(&ev, RW_F_RDEV, dev);
	event_path_at(&ev, RW_F_PATH, dir, dentry);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

int hook_path_symlink(const struct path *dir, struct dentry *dentry, const char *old_name)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_SYMLINK, RW_VERDICT_ALLOW))
		return 0;
	event_path_at(&ev, RW_F_PATH, dir, dentry);
	event_tail(&ev, RW_F_LINK_TEXT, old_name, strnlen(old_name, RW_PATH_MAX));
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/*
 * Both names are on one mount: link(2) crosses none. A file without a name (O_TMPFILE) counts as deleted.
 */
int hook_path_link(struct dentry *old_dentry, const struct path *new_dir, struct dentry *new_dentry)
{
	const struct path old = { .mnt = new_dir->mnt, .dentry = old_dentry };
	struct event ev;

	if (!event_begin(&ev, RW_REC_FILE_LINK, RW_VERDICT_ALLOW))
		return 0;
	event_file(&ev, d_backing_inode(old_dentry));
	event_path(&ev, RW_F_PATH, &old);
	event_path_at(&ev, RW_F_NEW_PATH, new_dir, new_dentry);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

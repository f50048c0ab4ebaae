// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records files opened, made, removed, renamed, linked, and changes of their mode.

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/stat.h>

#include "event.h"
#include "hooks/hooks.h"

int hook_file_open(struct file *file)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_FILE_OPEN, RW_VERDICT_ALLOW))
		return 0;
	event_file(&ev, file_inode(file));
	event_u32(&ev, RW_F_OPEN_FLAGS, file->f_flags);
	event_path(&ev, RW_F_PATH, &file->f_path);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/* A record about a name in a directory, and the file that has the name, if any. */
static bool begin_at(struct event *ev, u8 type, const struct path *dir, struct dentry *dentry)
{
	if (!event_begin(ev, type, RW_VERDICT_ALLOW))
		return false;
	event_path_at(ev, RW_F_PATH, dir, dentry);
	event_file(ev, d_backing_inode(dentry));
	return true;
}

int hook_path_unlink(const struct path *dir, struct dentry *dentry)
{
	struct event ev;

	if (!begin_at(&ev, RW_REC_FILE_UNLINK, dir, dentry))
		return 0;
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

int hook_path_rmdir(const struct path *dir, struct dentry *dentry)
{
	struct event ev;

	if (!begin_at(&ev, RW_REC_DIR_REMOVE, dir, dentry))
		return 0;
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

int hook_path_rename(const struct path *old_dir, struct dentry *old_dentry, const struct path *new_dir,
		     struct dentry *new_dentry, unsigned int flags)
{
	struct event ev;

	if (!begin_at(&ev, RW_REC_FILE_RENAME, old_dir, old_dentry))
		return 0;
	event_path_at(&ev, RW_F_NEW_PATH, new_dir, new_dentry);
	event_u32(&ev, RW_F_RENAME_FLAGS, flags);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/* The kernel leaves the umask to a file system with ACLs; the record always has it applied. */
int hook_path_mkdir(const struct path *dir, struct dentry *dentry, umode_t mode)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_DIR_MAKE, RW_VERDICT_ALLOW))
		return 0;
	event_path_at(&ev, RW_F_PATH, dir, dentry);
	event_u32(&ev, RW_F_MODE, mode & S_IALLUGO & ~current_umask());
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/*
 * Both names are on one mount: link(2) crosses none. A file without a name (O_TMPFILE) shows as "(deleted)".
 */
int hook_path_link(struct dentry *old_dentry, const struct path *new_dir, struct dentry *new_dentry)
{
	const struct path old = { .mnt = new_dir->mnt, .dentry = old_dentry };
	struct event ev;

	if (!event_begin(&ev, RW_REC_FILE_LINK, RW_VERDICT_ALLOW))
		return 0;
	event_path(&ev, RW_F_PATH, &old);
	event_path_at(&ev, RW_F_NEW_PATH, new_dir, new_dentry);
	event_file(&ev, d_backing_inode(old_dentry));
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

int hook_path_chmod(const struct path *path, umode_t mode)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_FILE_CHMOD, RW_VERDICT_ALLOW))
		return 0;
	event_path(&ev, RW_F_PATH, path);
	event_file(&ev, d_backing_inode(path->dentry));
	event_u32(&ev, RW_F_MODE, mode & S_IALLUGO);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

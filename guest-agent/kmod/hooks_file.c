// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records opened, removed and renamed files.

#include <linux/dcache.h>
#include <linux/fs.h>

#include "event.h"
#include "hooks.h"
#include "producer.h"

int hook_file_open(struct file *file)
{
	struct rw_rec_agent rec;
	char *buf = __getname();
	const char *path;

	if (!buf) {
		producer_lost();
		return 0;
	}
	event_init(&rec, RW_REC_FILE_OPEN, RW_VERDICT_ALLOW);
	event_inode(&rec, file_inode(file));
	rec.flags = file->f_flags;
	path = event_path(&rec, &file->f_path, buf, &rec.path_len);
	producer_submit(&rec, path, NULL, PRODUCER_BATCH);
	__putname(buf);
	return 0;
}

int hook_path_unlink(const struct path *dir, struct dentry *dentry)
{
	struct rw_rec_agent rec;
	char *buf = __getname();
	const char *path;

	if (!buf) {
		producer_lost();
		return 0;
	}
	event_init(&rec, RW_REC_FILE_UNLINK, RW_VERDICT_ALLOW);
	if (d_backing_inode(dentry))
		event_inode(&rec, d_backing_inode(dentry));
	path = event_path_at(&rec, dir, dentry, buf, &rec.path_len);
	producer_submit(&rec, path, NULL, PRODUCER_BATCH);
	__putname(buf);
	return 0;
}

int hook_path_rename(const struct path *old_dir, struct dentry *old_dentry, const struct path *new_dir,
		     struct dentry *new_dentry, unsigned int flags)
{
	char *buf = __getname(), *buf2 = __getname();
	const char *path, *path2;
	struct rw_rec_agent rec;

	if (!buf || !buf2) {
		producer_lost();
		goto out;
	}
	event_init(&rec, RW_REC_FILE_RENAME, RW_VERDICT_ALLOW);
	if (d_backing_inode(old_dentry))
		event_inode(&rec, d_backing_inode(old_dentry));
	rec.flags = flags;
	path = event_path_at(&rec, old_dir, old_dentry, buf, &rec.path_len);
	path2 = event_path_at(&rec, new_dir, new_dentry, buf2, &rec.path2_len);
	producer_submit(&rec, path, path2, PRODUCER_BATCH);
out:
	if (buf)
		__putname(buf);
	if (buf2)
		__putname(buf2);
	return 0;
}

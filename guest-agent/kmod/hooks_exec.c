// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records each successful execve once, with the file that it was given.

#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "event.h"
#include "hooks.h"
#include "producer.h"

/* Known at the first check of an execve and no more at its end: an interpreter may stand there. */
struct stash {
	u64 dev, ino;
	u32 generation, flags;
	u16 rec_flags, path_len;
	char path[];
};

/*
 * Files of the execve calls under way, by task. Nothing tells of an execve that fails, so the oldest entry
 * gives way; an execve whose entry is gone is recorded with what it runs in the end.
 */
#define STASH_SLOTS 64u
static struct {
	const struct task_struct *task;
	struct stash *stash;
} slots[STASH_SLOTS];
static unsigned int next_slot;
static DEFINE_SPINLOCK(stash_lock);

/* Takes the current task's entry out. */
static struct stash *stash_take(void)
{
	struct stash *found = NULL;
	unsigned int i;

	spin_lock(&stash_lock);
	for (i = 0; i < STASH_SLOTS; i++) {
		if (slots[i].task != current)
			continue;
		found = slots[i].stash;
		slots[i].task = NULL;
		slots[i].stash = NULL;
		break;
	}
	spin_unlock(&stash_lock);
	return found;
}

static void stash_put(struct stash *stash)
{
	struct stash *old;

	spin_lock(&stash_lock);
	old = slots[next_slot].stash;
	slots[next_slot].task = current;
	slots[next_slot].stash = stash;
	next_slot = (next_slot + 1) % STASH_SLOTS;
	spin_unlock(&stash_lock);
	kfree(old);
}

static struct stash *stash_make(struct file *file)
{
	struct rw_rec_agent rec = { .path_len = 0 };
	char *buf = __getname();
	struct stash *stash = NULL;
	const char *path;
	u16 len;

	if (!buf)
		return NULL;
	path = event_path(&rec, &file->f_path, buf, &len);
	stash = kmalloc(struct_size(stash, path, len), GFP_KERNEL);
	if (stash) {
		event_inode(&rec, file_inode(file));
		stash->dev = rec.dev;
		stash->ino = rec.ino;
		stash->generation = rec.generation;
		stash->flags = file->f_flags;
		stash->rec_flags = rec.hdr.flags;
		stash->path_len = len;
		memcpy(stash->path, path, len);
	}
	__putname(buf);
	return stash;
}

int hook_bprm_check_security(struct linux_binprm *bprm)
{
	struct stash *stash;

	/* Only the first level: scripts and binfmt_misc come here again with their interpreter. */
	if (bprm->interp != bprm->filename)
		return 0;
	kfree(stash_take()); /* of an execve of this task that failed */
	stash = stash_make(bprm->file);
	if (stash)
		stash_put(stash);
	return 0;
}

void hook_bprm_committed_creds(const struct linux_binprm *bprm)
{
	struct stash *stash = stash_take();
	const char *path, *path2 = NULL;
	struct rw_rec_agent rec;
	char *buf = __getname();

	if (!buf) {
		kfree(stash);
		producer_lost();
		return;
	}
	event_init(&rec, RW_REC_EXEC, RW_VERDICT_ALLOW);
	event_inode(&rec, file_inode(bprm->file));
	if (!stash) {
		rec.flags = bprm->file->f_flags;
		path = event_path(&rec, &bprm->file->f_path, buf, &rec.path_len);
	} else {
		if (stash->dev != rec.dev || stash->ino != rec.ino)
			path2 = event_path(&rec, &bprm->file->f_path, buf, &rec.path2_len);
		rec.dev = stash->dev;
		rec.ino = stash->ino;
		rec.generation = stash->generation;
		rec.flags = stash->flags;
		rec.hdr.flags |= stash->rec_flags;
		rec.path_len = stash->path_len;
		path = stash->path;
	}
	producer_submit(&rec, path, path2, PRODUCER_SYNC);
	__putname(buf);
	kfree(stash);
}

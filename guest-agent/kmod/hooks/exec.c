// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records each successful execve once, with the file passed to it.

#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "event.h"
#include "hooks/hooks.h"
#include "kernel/lsm.h"
#include "kernel/paths.h"

/*
 * The file passed to execve is known at the first check (bprm_check_security), but who runs it only at the
 * end (bprm_committed_creds), where an interpreter may have replaced the file.
 */
struct stash {
	const struct task_struct *task;
	char *buf; /* from __getname(), holds the path; NULL: nothing is known */
	const char *path;
	u32 open_flags;
	bool truncated;
	struct rw_file file;
};

/*
 * Files of the execve calls in progress, by task. No hook reports a failed execve, so a new entry replaces
 * the oldest; an execve whose entry is gone is recorded with the file that runs in the end.
 */
#define STASH_SLOTS 64u
static struct stash slots[STASH_SLOTS];
static unsigned int next_slot;
static DEFINE_SPINLOCK(stash_lock);

/* Removes and returns the current task's entry; without a buffer if there is none. */
static struct stash stash_take(void)
{
	struct stash found = { .buf = NULL };
	unsigned int i;

	spin_lock(&stash_lock);
	for (i = 0; i < STASH_SLOTS; i++) {
		if (slots[i].task != current)
			continue;
		found = slots[i];
		slots[i] = (struct stash){ .buf = NULL };
		break;
	}
	spin_unlock(&stash_lock);
	return found;
}

static void stash_free(const struct stash *stash)
{
	if (stash->buf)
		__putname(stash->buf);
}

static void stash_put(const struct stash *stash)
{
	struct stash old;

	spin_lock(&stash_lock);
	old = slots[next_slot];
	slots[next_slot] = *stash;
	next_slot = (next_slot + 1) % STASH_SLOTS;
	spin_unlock(&stash_lock);
	stash_free(&old);
}

int hook_bprm_check_security(struct linux_binprm *bprm)
{
	struct stash stash;

	/* Only the first level: for scripts and binfmt_misc the hook is called again with the interpreter. */
	if (bprm->interp != bprm->filename)
		return 0;
	stash = stash_take(); /* left by a failed execve of this task */
	if (!stash.buf)
		stash.buf = __getname();
	if (!stash.buf)
		return 0;
	stash.task = current;
	stash.truncated = false;
	stash.path = compat_path(&bprm->file->f_path, stash.buf, EVENT_PATH_BYTES, &stash.truncated);
	stash.open_flags = bprm->file->f_flags;
	stash.file = event_identify(file_inode(bprm->file));
	stash_put(&stash);
	return 0;
}

static bool same_file(const struct rw_file *a, const struct rw_file *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

/* The file passed to execve, and the one that runs instead, if any. */
static void add_files(struct event *ev, const struct stash *stash, const struct file *runs)
{
	struct rw_file file = event_identify(file_inode(runs));

	if (!same_file(&stash->file, &file))
		event_path(ev, RW_F_INTERPRETER, &runs->f_path);
	event_tail(ev, RW_F_PATH, stash->path, strlen(stash->path));
	if (stash->truncated)
		ev->writer.hdr->flags |= RW_RECF_PATH_TRUNC;
	rec_bytes(&ev->writer, RW_F_FILE, &stash->file, sizeof(stash->file));
	event_u32(ev, RW_F_OPEN_FLAGS, stash->open_flags);
}

void hook_bprm_committed_creds(lsm_committed_bprm *bprm)
{
	struct stash stash = stash_take();
	struct event ev;

	if (!event_begin(&ev, RW_REC_EXEC, RW_VERDICT_ALLOW)) {
		stash_free(&stash);
		return;
	}
	if (stash.buf) {
		add_files(&ev, &stash, bprm->file);
	} else {
		event_path(&ev, RW_F_PATH, &bprm->file->f_path);
		event_file(&ev, file_inode(bprm->file));
		event_u32(&ev, RW_F_OPEN_FLAGS, bprm->file->f_flags);
	}
	event_submit(&ev, PRODUCER_SYNC);
	stash_free(&stash);
}

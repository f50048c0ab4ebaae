// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records each successful execve once, with the file passed to it, arguments, and where it was started.

#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/magic.h>
#include <linux/minmax.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/tty.h>
#include <linux/uaccess.h>

#include "event.h"
#include "hooks/hooks.h"
#include "kernel/lsm.h"
#include "kernel/paths.h"

#define ARGUMENTS_MAX   2048u /* bytes kept of the arguments, */
#define ENVIRONMENT_MAX 768u  /* and of the environment */
#define TTY_MAX         64u

static_assert(ARGUMENTS_MAX + ENVIRONMENT_MAX + TTY_MAX <= EVENT_REST_MAX);
static_assert(ARGUMENTS_MAX + ENVIRONMENT_MAX <= EVENT_PATH_BYTES); /* they share a buffer from __getname() */

/* A file that has no name and is not on any mount that a path leads to. */
static bool is_memfd(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == TMPFS_MAGIC &&
	       strncmp(file->f_path.dentry->d_name.name, "memfd:", 6) == 0 &&
	       file->f_path.mnt->mnt_sb->s_flags & SB_KERNMOUNT;
}

static u32 flags_of(const struct linux_binprm *bprm)
{
	const struct path *path = &bprm->file->f_path;
	umode_t mode = file_inode(bprm->file)->i_mode;
	u32 flags = bprm->fdpath ? RW_EXECF_DESCRIPTOR : 0;

	if (is_memfd(bprm->file))
		flags |= RW_EXECF_MEMFD;
	else if (d_unlinked(path->dentry))
		flags |= RW_EXECF_DELETED;
	if (path->mnt->mnt_flags & MNT_NOEXEC)
		flags |= RW_EXECF_NOEXEC;
	if (path->mnt->mnt_flags & MNT_NOSUID)
		flags |= RW_EXECF_NOSUID;
	if (path->mnt->mnt_sb->s_magic == OVERLAYFS_SUPER_MAGIC)
		flags |= RW_EXECF_OVERLAY;
	if (mode & S_ISUID)
		flags |= RW_EXECF_SETUID;
	/* Without execution for the group, the bit once meant mandatory locking. */
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		flags |= RW_EXECF_SETGID;
	return flags;
}

/*
 * The file passed to execve is known at the first check only: an interpreter may replace it. What a failed
 * execve leaves in the note is replaced by the task's next one, or freed with the task.
 */
int hook_bprm_check_security(struct linux_binprm *bprm)
{
	struct task_note *note;
	struct task_exec *exec;

	/* Only the first level: for scripts and binfmt_misc the hook is called again with the interpreter. */
	if (bprm->interp != bprm->filename)
		return 0;
	note = task_note();
	if (!note)
		return 0;
	exec = &note->exec;
	if (!exec->buf)
		exec->buf = __getname();
	if (!exec->buf)
		return 0;
	exec->truncated = false;
	exec->path = compat_path(&bprm->file->f_path, exec->buf, EVENT_PATH_BYTES, &exec->truncated);
	exec->open_flags = bprm->file->f_flags;
	exec->exec_flags = flags_of(bprm);
	exec->file = event_identify(file_inode(bprm->file));
	task_cred(current_cred(), &exec->old);
	return 0;
}

static bool same_file(const struct rw_file *a, const struct rw_file *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

/* The file passed to execve, and the one that runs instead, if any. */
static void add_files(struct event *ev, const struct task_exec *exec, const struct linux_binprm *bprm)
{
	struct rw_file file = event_identify(file_inode(bprm->file));

	if (!same_file(&exec->file, &file))
		event_path(ev, RW_F_INTERPRETER, &bprm->file->f_path);
	event_tail(ev, RW_F_PATH, exec->path, strlen(exec->path));
	if (exec->truncated)
		ev->writer.hdr->flags |= RW_RECF_PATH_TRUNC;
	event_identity(ev, &exec->file);
	event_open_flags(ev, exec->open_flags);
	event_u32(ev, RW_F_EXEC_FLAGS, exec->exec_flags | (bprm->secureexec ? RW_EXECF_SECURE : 0));
}

/* Strings copied from the new program's memory. */
struct strings {
	char *to;
	u32 used, room;
	u32 cut; /* strings that are not there, or not whole */
};

/* Copies a string of @len bytes with its NUL, as far as there is room. */
static void keep(struct strings *s, const char __user *from, u32 len)
{
	u32 n = min(len, s->room - s->used);

	if (n < len || copy_from_user(s->to + s->used, from, n))
		s->cut++;
	if (n == 0 || (n < len && copy_from_user(s->to + s->used, from, n)))
		return;
	s->used += n;
	s->to[s->used - 1] = '\0';
}

/* Variables that make the dynamic linker or the C library load other code than the program asks for. */
static bool loads_code(const char __user *variable)
{
	static const char *const names[] = { "LD_", "GLIBC_TUNABLES=", "GCONV_PATH=" };
	char start[16];
	unsigned int i;

	if (copy_from_user(start, variable, 4) || (start[0] != 'L' && start[0] != 'G'))
		return false;
	if (strncpy_from_user(start, variable, sizeof(start)) < 0)
		return false;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (strncmp(start, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/*
 * The new program's memory is already in use, and has the arguments and then the environment, one string
 * after the other. Return: false: it cannot be read.
 */
static bool collect(const struct linux_binprm *bprm, struct strings *arguments, struct strings *environment)
{
	const char __user *p = (const char __user *)bprm->p;
	int i;

	for (i = 0; i < bprm->argc + bprm->envc; i++) {
		long len = strnlen_user(p, MAX_ARG_STRLEN);

		if (len <= 0 || len > MAX_ARG_STRLEN)
			return false;
		if (i < bprm->argc)
			keep(arguments, p, len);
		else if (loads_code(p))
			keep(environment, p, len);
		p += len;
	}
	return true;
}

/* @buf: from __getname(); stays until the event is submitted. */
static void add_arguments(struct event *ev, const struct linux_binprm *bprm, char *buf)
{
	struct strings arguments = { .to = buf, .room = ARGUMENTS_MAX };
	struct strings environment = { .to = buf + ARGUMENTS_MAX, .room = ENVIRONMENT_MAX };

	event_u32(ev, RW_F_ARGC, bprm->argc);
	if (!collect(bprm, &arguments, &environment) && arguments.cut == 0)
		arguments.cut = 1;
	event_tail(ev, RW_F_ARGUMENTS, arguments.to, arguments.used);
	if (arguments.cut)
		event_u32(ev, RW_F_ARGUMENTS_CUT, arguments.cut);
	if (environment.used)
		event_tail(ev, RW_F_ENVIRONMENT, environment.to, environment.used);
}

/* Where it was started: working directory, terminal. */
static void add_place(struct event *ev, char name[TTY_MAX])
{
	struct tty_struct *tty = current->signal->tty ? get_current_tty() : NULL;
	struct path cwd;

	get_fs_pwd(current->fs, &cwd);
	event_path(ev, RW_F_CWD, &cwd);
	path_put(&cwd);
	if (!tty)
		return;
	strscpy(name, tty->name, TTY_MAX);
	tty_kref_put(tty);
	event_tail(ev, RW_F_TTY, name, strlen(name));
}

/* What the program has gained or lost by its file's set-ID bits or capabilities. */
static void add_gain(struct event *ev, const struct task_cred *now, const struct task_cred *old)
{
	if (memcmp(&now->ids, &old->ids, sizeof(now->ids)) != 0)
		event_cred(ev, now, old);
	event_caps(ev, now, old);
}

static void record(lsm_committed_bprm *bprm, const struct task_note *note, const struct task_exec *exec)
{
	char tty[TTY_MAX], *buf;
	struct event ev;

	if (!event_begin(&ev, RW_REC_EXEC, RW_VERDICT_ALLOW))
		return;
	if (exec) {
		add_files(&ev, exec, bprm);
		add_gain(&ev, &note->cred, &exec->old);
	} else {
		event_path(&ev, RW_F_PATH, &bprm->file->f_path);
		event_file(&ev, file_inode(bprm->file));
		event_open_flags(&ev, bprm->file->f_flags);
	}
	buf = __getname();
	if (buf)
		add_arguments(&ev, bprm, buf);
	add_place(&ev, tty);
	event_submit(&ev, PRODUCER_SYNC);
	if (buf)
		__putname(buf);
}

void hook_bprm_committed_creds(lsm_committed_bprm *bprm)
{
	struct task_note *note = task_note();
	struct task_exec *exec = note && note->exec.buf ? &note->exec : NULL;

	if (note)
		task_settle(note);
	record(bprm, note, exec);
	if (exec) {
		__putname(exec->buf);
		exec->buf = NULL;
	}
}

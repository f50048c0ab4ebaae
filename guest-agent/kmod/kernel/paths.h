/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Names of files. d_path() says "(deleted)" and the like in the name's text, where a file's real name can say
 * the same; these functions say it beside the name, and take a third of the instructions.
 */
#pragma once

#include <linux/fs_struct.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/types.h>

#include "abi/record.h"
struct file;

/* What compat_name() finds out about a name, besides its text. */
struct compat_name {
	bool truncated; /* too long: the text is its end */
	bool deleted;   /* the file had this name; it has been removed */
	bool outside;   /* not below the root: the text begins at the top of the mounts that lead there */
	enum rw_file_kind kind; /* not RW_FILE_PATH: the text is no path */
};

/* Where paths begin. @at holds no reference: it is compared, never followed. */
struct compat_root {
	struct path at;
};

/** compat_root() - get the caller's root directory; without a path if the task is ending. */
static inline struct compat_root compat_root(void)
{
	struct fs_struct *fs = current->fs;
	struct compat_root root;
	unsigned int seq;

	if (unlikely(!fs))
		return (struct compat_root){ .at = { .mnt = NULL } };
	do {
		seq = read_seqcount_begin(&fs->seq);
		root.at = fs->root;
	} while (read_seqcount_retry(&fs->seq, seq));
	return root;
}

/**
 * compat_name() - write an absolute path to @buf.
 * @path: the file to name; its dentry may be a negative one; mnt NULL: not known, the path begins at the file
 *        system's root
 * @root: where the path begins; without a path: at the top of all mounts
 * @buf:  room for the name and its NUL
 * @size: bytes of @buf
 * @name: filled
 *
 * Context: any task's; does not sleep.
 * Return: the name, NUL-terminated, ending at @buf + @size - 1.
 */
char *compat_name(const struct path *path, const struct compat_root *root, char *buf, int size,
		  struct compat_name *name);

/**
 * compat_path() - like compat_name(), as seen from the caller's root.
 * @trunc: set if the name was too long: @buf has its end
 */
char *compat_path(const struct path *path, char *buf, int size, bool *trunc);

/**
 * compat_user_path() - get the path under which a mapped file was opened.
 *
 * On overlayfs a mapping has the file below, which the process has not opened.
 */
const struct path *compat_user_path(const struct file *file);

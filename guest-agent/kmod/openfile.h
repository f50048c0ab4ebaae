/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * What was read and written through each open file: a bounded table of open files, by struct file.
 *
 * The hook before a read or write does not know how many bytes it will move. The kernel keeps such a count
 * for each task (rchar and wchar of /proc/PID/io): what it grows by, until the task turns to another file, is
 * that file's. A task that stays with a file therefore costs a look-up. What these counts leave out is added
 * where it is known: at io_uring's completions, and at the return from splice(2). A file that finds the table
 * full is counted as a lost record at each access.
 */
#pragma once

#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/path.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "kernel/paths.h"

enum openfile_way {
	OPENFILE_READ,
	OPENFILE_WRITE,
	OPENFILE_WAYS
};

/* What openfile_end() returns: to be released with openfile_release(). */
struct openfile_totals {
	struct path path;         /* holds a reference */
	struct compat_root root;  /* of the first user */
	u64 first[OPENFILE_WAYS]; /* TSC of the first access; 0: none */
	u64 bytes[OPENFILE_WAYS];
	u32 user;       /* process of the first access or mapping */
	u32 mapped;     /* PROT_* of its mappings; PROT_WRITE: shared and writable */
	bool uncounted; /* more bytes moved than these */
};

/** openfile_init() - make the tables. Context: module init. Return: 0 or -ENOMEM. */
int openfile_init(void);

/* Undoes openfile_init(). Context: module init, when a later step failed. */
void openfile_exit(void);

/**
 * openfile_access() - note that the current task is about to read or write an open file.
 *
 * Context: a task's, preemptible; does not sleep. So for all below.
 * Return: whether it is the first such access through this open file.
 */
bool openfile_access(struct file *file, enum openfile_way way);

/** openfile_map() - note a mapping. @prot: PROT_*, PROT_WRITE only if what is written reaches the file. */
void openfile_map(struct file *file, u32 prot);

/** openfile_add() - add bytes that the task's own counts leave out. */
void openfile_add(const struct file *file, enum openfile_way way, u64 bytes);

/* Open files by struct file, each list under its lock. */
#define OPENFILE_BUCKET_BITS 13u
struct openfile_bucket {
	struct hlist_head chain;
	spinlock_t lock;
};
extern struct openfile_bucket *openfile_buckets;

static inline struct openfile_bucket *openfile_bucket(const struct file *file)
{
	return openfile_buckets + hash_ptr(file, OPENFILE_BUCKET_BITS);
}

/**
 * openfile_may_end() - whether openfile_end() may find the file, which is no more: for most it is not called.
 *
 * Who entered the file had a reference to it: its entry is visible to who drops the last one.
 */
static inline bool openfile_may_end(const struct file *file)
{
	return !hlist_empty(&openfile_bucket(file)->chain);
}

/** openfile_end() - the open file is no more. Return: whether it was in the table; then @totals is set. */
bool openfile_end(const struct file *file, struct openfile_totals *totals);

/** openfile_release() - drop what @totals holds. Context: may sleep. */
void openfile_release(struct openfile_totals *totals);

/** openfile_task_exit() - the current task accesses no more files. Context: preemption off. */
void openfile_task_exit(void);

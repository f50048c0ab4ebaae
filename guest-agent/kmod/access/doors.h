/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Doors of the access policy: ways round an LSM. abi/access.h lists them. The kernel asks about most by the
 * hook locked_down; the rest is asked here, where files are used.
 *
 * Each function returns 0, or -EPERM with a record. Context: may sleep.
 */
#pragma once

#include <linux/fs.h>
#include <linux/ioctl.h>

#include "abi/access.h"

/** doors_pass() - decide whether the current task may go through a door.
 * @what: for the record
 * @file: through which file; may be NULL
 */
int doors_pass(enum rw_door door, const char *what, const struct file *file);

/* See doors_open(). */
int doors_open_special(const struct file *file);

/** doors_open() - the same for the opening of a device or a setting. */
static inline int doors_open(const struct file *file)
{
	if (likely(!(file->f_mode & FMODE_WRITE) && !S_ISCHR(file_inode(file)->i_mode)))
		return 0;
	return doors_open_special(file);
}

/** doors_map() - the same for a mapping of a character device. */
int doors_map(const struct file *file);

/** doors_ioctl() - the same for a request to a device. */
int doors_ioctl(const struct file *file, unsigned int cmd);

/* See doors_write(). */
int doors_write_device(const struct file *file, const char *what);

/** doors_write() - the same for a write, by whatever call, to an open file. */
static inline int doors_write(const struct file *file, const char *what)
{
	return unlikely(S_ISBLK(file_inode(file)->i_mode)) ? doors_write_device(file, what) : 0;
}

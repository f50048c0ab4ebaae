/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The program that a task runs, and references to files. */
#pragma once

#include <linux/fs.h>

/**
 * compat_exe_file() - get the file that the current task executes.
 *
 * Context: any. Return: the file, to be given back with fput(); NULL for a kernel thread, a task that
 * exits, and outside of a task.
 */
struct file *compat_exe_file(void);

/** compat_hold_file() - get_file(), which on 6.12 has a warning: no such table may be in this module. */
static inline void compat_hold_file(struct file *file)
{
	atomic_long_inc(&file->f_count);
}

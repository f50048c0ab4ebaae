/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The access policy, policy.conf, as the agent enforces it: without such a file nothing of this folder is
 * attached.
 *
 *     label.c   which rules an inode is under
 *     check.c   decisions and their records
 *     files.c, names.c, mounts.c   the hooks
 *     doors.c, devices.c   ways round an LSM
 *     program.c   which tasks run programs that lines name; isolate.c, trust.c   what that means for them
 *     measure.c   contents of files
 *     log.c   who reads the log
 *     level*.c   levels of processes, and of what they share; level_hooks.h says when they are attached
 */
#pragma once

#include <linux/types.h>

struct file;

/**
 * access_init() - check the policy's image, and prepare to enforce it.
 * @on: set to whether there is one
 *
 * Context: module init, after policy_init(). Return: 0, -ENOMEM, or -EPROTO or -ENOENT (printed).
 */
int access_init(bool *on);

/* Undoes access_init(). Context: module init, when a later step failed. */
void access_exit(void);

/** access_start() - give labels to the mounts that exist. Context: module init, with hooks attached. */
void access_start(void);

/**
 * access_log() - decide whether the current task may read the log: rwctl alone, where policy.conf trusts it.
 * @file: of the agent's device
 *
 * Context: a task's; may sleep. Return: 0 or -EACCES.
 */
int access_log(const struct file *file);

/**
 * access_mounts_change(), access_names_change() - the current task is about to change what is mounted, or the
 * name of a directory: look again when its system call has done it.
 *
 * Context: a task's; may sleep.
 */
void access_mounts_change(void);
void access_names_change(void);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Trusted programs: measured when they are executed, and executing nothing that was not measured. What they
 * are given to read and do - arguments, environment, input, files - is not measured.
 */
#pragma once

#include <linux/fs.h>
#include <linux/types.h>

struct exec_finding;
struct linux_binprm;
struct program;

/**
 * trust_exec() - look whether a program is trusted, and measure it.
 *
 * What cannot be trusted runs as any other program, which is recorded. Context: may sleep. Return: 0.
 */
int trust_exec(const struct linux_binprm *bprm, struct exec_finding *found);

/** trust_node_at() - the policy's node to which a name leads, component by component; or RW_ACCESS_NONE. */
u32 trust_node_at(const char *name);

/**
 * trust_interpreter() - end the trust in a script whose interpreter is not trusted.
 * @next: what the script is, if it is anything
 *
 * Context: may sleep. Return: 0 or an error.
 */
int trust_interpreter(const struct linux_binprm *bprm, struct program *next);

/** trust_mmap(), trust_mprotect() - decide what a trusted program maps. As the hooks of these names. */
int trust_mmap(struct file *file, unsigned long prot, unsigned long flags);
int trust_mprotect(const struct vm_area_struct *vma, unsigned long prot);

/** trust_open() - decide an open for writing. Context: a task's; the inode's writers include this one. */
int trust_open(const struct file *file);

/** trust_truncate() - decide a change of a file's length. */
int trust_truncate(struct dentry *dentry);

/**
 * trust_write() - decide a write to a file of a procfs: a trusted program does not write to itself by
 * /proc/PID/mem.
 */
int trust_write(const struct file *file);

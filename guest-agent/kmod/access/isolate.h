/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Isolated programs: nobody outside reaches into them, not even root. Outside is who does not run the same
 * file. Trusted programs are isolated as far as it is about what they are: tracing, memory, files.
 */
#pragma once

#include <linux/fs.h>
#include <linux/types.h>

struct linux_binprm;
struct measured;

/* What the policy says of a program that is about to run. */
struct exec_finding {
	u32 isolated, trusted;     /* files of the policy, or RW_ACCESS_NONE */
	u16 rule;                  /* that trusts it */
	struct measured *contents; /* of a trusted one, held */
};

/** isolate_exec() - look whether a program is isolated. Context: may sleep. Return: 0 or -EACCES. */
int isolate_exec(const struct linux_binprm *bprm, struct exec_finding *found);

/**
 * isolate_proc_task() - find the process that a file of a procfs is about.
 *
 * Context: any, under rcu_read_lock(). Return: NULL: it is about none.
 */
struct task_struct *isolate_proc_task(const struct file *file);

/** isolate_proc() - decide a write to a file of a procfs. Context: any task's. */
int isolate_proc(const struct file *file);

/** isolate_ioctl() - decide an answer to a seccomp notification. Context: any task's. */
int isolate_ioctl(const struct file *file, unsigned int cmd);

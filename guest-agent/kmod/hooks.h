/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * What the kernel calls: the functions behind LSM hooks and tracepoints. Each LSM hook returns 0 or refuses.
 */
#pragma once

#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/security.h>
#include <linux/types.h>

struct linux_binprm;
struct task_struct;

/* The LSM hooks that the agent attaches to: H(name) for each, whose function is hook_name(). */
#define AGENT_LSM_HOOKS(H) \
	H(bprm_check_security) \
	H(bprm_committed_creds) \
	H(file_open) \
	H(path_unlink) \
	H(path_rename) \
	H(kernel_read_file) \
	H(kernel_load_data)

/* hooks_exec.c. The file that execve was given is known at the first, who runs it only at the second. */
int hook_bprm_check_security(struct linux_binprm *bprm);
void hook_bprm_committed_creds(const struct linux_binprm *bprm);

/* hooks_file.c */
int hook_file_open(struct file *file);
int hook_path_unlink(const struct path *dir, struct dentry *dentry);
int hook_path_rename(const struct path *old_dir, struct dentry *old_dentry, const struct path *new_dir,
		     struct dentry *new_dentry, unsigned int flags);

/* hooks_module.c */
int hook_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents);
int hook_kernel_load_data(enum kernel_load_data_id id, bool contents);

/* hooks_task.c. Context: preemption off. */
void probe_fork(void *unused, struct task_struct *parent, struct task_struct *child);
void probe_exit(void *unused, struct task_struct *task);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The one table of what the kernel calls: LSM hooks and tracepoints. A new one needs a row here and a
 * function.
 */
#pragma once

#include <linux/lsm_hooks.h>

#include "kernel/lsm.h"

struct cgroup;
struct sk_buff;
struct module;
struct task_struct;

/* LSM hooks: hook_NAME() with the type that the kernel has for it. It returns 0 or refuses. */
#define AGENT_LSM_HOOKS(HOOK) \
	HOOK(bprm_check_security) \
	HOOK(bprm_committed_creds) \
	HOOK(file_open) \
	HOOK(file_permission) \
	HOOK(file_free_security) \
	HOOK(mmap_file) \
	HOOK(file_mprotect) \
	HOOK(path_unlink) \
	HOOK(path_rename) \
	HOOK(path_mkdir) \
	HOOK(path_rmdir) \
	HOOK(path_link) \
	HOOK(path_symlink) \
	HOOK(path_mknod) \
	HOOK(path_chmod) \
	HOOK(path_chown) \
	HOOK(path_truncate) \
	HOOK(inode_setattr) \
	HOOK(inode_post_setxattr) \
	HOOK(sb_mount) \
	HOOK(sb_kern_mount) \
	HOOK(sb_remount) \
	HOOK(move_mount) \
	HOOK(sb_umount) \
	HOOK(sb_pivotroot) \
	HOOK(path_chroot) \
	HOOK(locked_down) \
	HOOK(file_ioctl) \
	HOOK(file_ioctl_compat) \
	HOOK(kernel_read_file) \
	HOOK(kernel_post_read_file) \
	HOOK(kernel_load_data) \
	HOOK(kernel_post_load_data) \
	HOOK(kernel_module_request) \
	HOOK(bpf) \
	HOOK(bpf_prog) \
	HOOK(bpf_map) \
	HOOK(perf_event_alloc) \
	HOOK(key_permission) \
	HOOK(settime) \
	HOOK(syslog) \
	HOOK(task_free) \
	HOOK(task_fix_setuid) \
	HOOK(task_fix_setgid) \
	HOOK(task_fix_setgroups) \
	HOOK(capset) \
	HOOK(capable) \
	HOOK(userns_create) \
	HOOK(task_prctl) \
	HOOK(task_kill) \
	HOOK(ptrace_access_check) \
	HOOK(ptrace_traceme) \
	HOOK(socket_post_create) \
	HOOK(socket_bind) \
	HOOK(socket_listen) \
	HOOK(socket_connect) \
	HOOK(sock_graft) \
	HOOK(socket_sendmsg) \
	HOOK(socket_sock_rcv_skb) \
	HOOK(unix_may_send) \
	HOOK(unix_stream_connect) \
	COMPAT_LSM_HOOKS(HOOK)

/* Tracepoints: probe_NAME(). */
#define AGENT_TRACEPOINTS(PROBE) \
	PROBE(task_newtask) \
	PROBE(sched_process_exit) \
	PROBE(cgroup_mkdir) \
	PROBE(cgroup_rmdir) \
	PROBE(kfree_skb) \
	PROBE(io_uring_complete) \
	PROBE(module_load) \
	PROBE(module_free) \
	COMPAT_TRACEPOINTS(PROBE)

#define HOOK(NAME) typeof(*((union security_list_options *)NULL)->NAME) hook_##NAME;
AGENT_LSM_HOOKS(HOOK)
#undef HOOK

/* Context: preemption off. */
void probe_task_newtask(void *unused, struct task_struct *child, unsigned long clone_flags);
void probe_sched_process_exit(void *unused, struct task_struct *task);
void probe_module_load(void *unused, struct module *module);
void probe_module_free(void *unused, struct module *module);
void probe_cgroup_mkdir(void *unused, struct cgroup *cgroup, const char *path);
void probe_cgroup_rmdir(void *unused, struct cgroup *cgroup, const char *path);

/** hook_cgroups_found() - record the cgroups that exist. Context: module init, with hooks attached. */
void hook_cgroups_found(void);

/* The kernel passes more arguments, which differ between versions. Context: any; preemption off. */
void probe_kfree_skb(void *unused, struct sk_buff *skb, void *location);

/* Context: any, NMI included; interrupts off. Not on 6.1. */
void probe_console(void *unused, const char *text, size_t len);

/* Context: a task's, perhaps with locks of io_uring held. */
void probe_io_uring_complete(void *unused, void *ctx, void *req, u64 user_data, int res, unsigned int cflags,
			     u64 extra1, u64 extra2);

/** lockdown_use() - record what lockdown can refuse; no record of its own says more. Context: a task's. */
void lockdown_use(enum lockdown_reason what);

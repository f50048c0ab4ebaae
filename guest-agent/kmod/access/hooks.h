/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The LSM hooks that enforce the access policy: guard_NAME() with the type that the kernel has for NAME. They
 * are attached only where there is a policy.
 */
#pragma once

#include <linux/lsm_hooks.h>

#include "kernel/version.h"

/* On 6.1 ACLs are extended attributes. */
#if LINUX_IS(6, 1)
#define GUARD_COMPAT_HOOKS(HOOK)
#else
#define GUARD_COMPAT_HOOKS(HOOK) HOOK(inode_set_acl) HOOK(inode_remove_acl)
#endif

/* Programs that the policy names. */
#define GUARD_PROGRAM_HOOKS(HOOK) \
	HOOK(task_alloc) \
	HOOK(task_free) \
	HOOK(bprm_check_security) \
	HOOK(bprm_committing_creds) \
	HOOK(bprm_committed_creds) \
	HOOK(ptrace_access_check) \
	HOOK(ptrace_traceme) \
	HOOK(task_kill) \
	HOOK(file_send_sigiotask) \
	HOOK(task_setnice) \
	HOOK(task_setioprio) \
	HOOK(task_setscheduler) \
	HOOK(task_movememory) \
	HOOK(task_setrlimit) \
	HOOK(perf_event_alloc)

#define GUARD_LSM_HOOKS(HOOK) \
	HOOK(d_instantiate) \
	HOOK(inode_free_security) \
	HOOK(file_open) \
	HOOK(file_permission) \
	HOOK(file_fcntl) \
	HOOK(file_ioctl) \
	HOOK(file_ioctl_compat) \
	HOOK(mmap_file) \
	HOOK(file_mprotect) \
	HOOK(inode_create) \
	HOOK(inode_mkdir) \
	HOOK(inode_mknod) \
	HOOK(inode_symlink) \
	HOOK(inode_link) \
	HOOK(inode_unlink) \
	HOOK(inode_rmdir) \
	HOOK(inode_rename) \
	HOOK(inode_setattr) \
	HOOK(inode_setxattr) \
	HOOK(inode_removexattr) \
	HOOK(sb_mount) \
	HOOK(move_mount) \
	HOOK(sb_umount) \
	HOOK(sb_pivotroot) \
	HOOK(path_chroot) \
	HOOK(locked_down) \
	HOOK(kernel_read_file) \
	HOOK(bpf_prog) \
	HOOK(uring_cmd) \
	GUARD_PROGRAM_HOOKS(HOOK) \
	GUARD_COMPAT_HOOKS(HOOK)

#define HOOK(NAME) typeof(*((union security_list_options *)NULL)->NAME) guard_##NAME;
GUARD_LSM_HOOKS(HOOK)
#undef HOOK

/* How many they are. */
enum {
#define HOOK(NAME) GUARD_AT_##NAME,
	GUARD_LSM_HOOKS(HOOK)
#undef HOOK
	GUARD_COUNT
};

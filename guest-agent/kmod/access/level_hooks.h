/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The LSM hooks that enforce levels: levels_NAME() with the type that the kernel has for NAME. They are
 * attached only where the policy has levels.
 */
#pragma once

#include <linux/lsm_hooks.h>

#include "access/hooks.h"

#define LEVEL_FILE_HOOKS(HOOK) \
	HOOK(d_instantiate) \
	HOOK(inode_free_security) \
	HOOK(inode_permission) \
	HOOK(inode_getattr) \
	HOOK(inode_readlink) \
	HOOK(inode_follow_link) \
	HOOK(inode_getxattr) \
	HOOK(inode_listxattr) \
	HOOK(path_notify) \
	HOOK(file_alloc_security) \
	HOOK(file_free_security) \
	HOOK(file_receive)

#define LEVEL_TASK_HOOKS(HOOK) \
	HOOK(task_alloc) \
	HOOK(task_free) \
	HOOK(task_fix_setuid) \
	HOOK(bprm_check_security) \
	HOOK(bprm_committing_creds) \
	HOOK(ptrace_access_check) \
	HOOK(ptrace_traceme) \
	HOOK(task_kill) \
	HOOK(task_setnice) \
	HOOK(task_setioprio) \
	HOOK(task_setscheduler) \
	HOOK(task_movememory) \
	HOOK(task_setrlimit)

#define LEVEL_IPC_HOOKS(HOOK) \
	HOOK(ipc_permission) \
	HOOK(msg_queue_alloc_security) \
	HOOK(msg_queue_free_security) \
	HOOK(msg_queue_msgctl) \
	HOOK(shm_alloc_security) \
	HOOK(shm_free_security) \
	HOOK(shm_shmctl) \
	HOOK(sem_alloc_security) \
	HOOK(sem_free_security) \
	HOOK(sem_semctl) \
	HOOK(sem_semop)

#define LEVEL_SOCKET_HOOKS(HOOK) \
	HOOK(socket_post_create) \
	HOOK(socket_connect) \
	HOOK(socket_listen) \
	HOOK(socket_accept) \
	HOOK(socket_sendmsg) \
	HOOK(socket_recvmsg) \
	HOOK(unix_stream_connect) \
	HOOK(unix_may_send) \
	HOOK(sk_clone_security) \
	HOOK(sk_free_security) \
	HOOK(inet_conn_request) \
	HOOK(inet_csk_clone)

#define LEVEL_LSM_HOOKS(HOOK) \
	LEVEL_FILE_HOOKS(HOOK) LEVEL_TASK_HOOKS(HOOK) LEVEL_IPC_HOOKS(HOOK) LEVEL_SOCKET_HOOKS(HOOK)

#define HOOK(NAME) typeof(*((union security_list_options *)NULL)->NAME) levels_##NAME;
LEVEL_LSM_HOOKS(HOOK)
#undef HOOK

/* How many they are. */
enum {
#define HOOK(NAME) LEVEL_AT_##NAME,
	LEVEL_LSM_HOOKS(HOOK)
#undef HOOK
	LEVEL_COUNT
};

/**
 * level_first_hook() - where to begin in a table of all hooks: levels, then rules, then what only watches.
 * @guard: with the rules'
 * @level: with all
 */
static inline unsigned int level_first_hook(bool guard, bool level)
{
	if (level)
		return 0;
	return guard ? LEVEL_COUNT : LEVEL_COUNT + GUARD_COUNT;
}

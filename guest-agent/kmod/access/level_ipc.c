// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Levels of System V shared memory, message queues and semaphores: that of their maker.

#include <linux/errno.h>
#include <linux/ipc.h>
#include <linux/sem.h>
#include <linux/slab.h>
#include <linux/stat.h>

#include "access/check.h"
#include "access/level.h"
#include "access/level_hooks.h"

/* With locks held, or under RCU. What has no level gets that of who first writes to it. */
static int check_object(const struct kern_ipc_perm *perm, u32 kinds, const char *what)
{
	const struct level_access a = { .kinds = kinds, .what = what, .atomic = true };
	struct rw_access_label label = level_get(level_key(perm)), me;

	if (level_is_none(label) && kinds & (CHECK_WRITE | CHECK_APPEND)) {
		me = level_current();
		if (level_is_none(me))
			return 0;
		label = level_put(level_key(perm), me, GFP_ATOMIC);
		if (level_is_none(label))
			return -ENOMEM;
	}
	return level_check(level_one(label), &a);
}

/* What is put into a queue is added to what is there; memory is written over. */
int levels_ipc_permission(struct kern_ipc_perm *perm, short flag)
{
	u32 kinds = 0;

	if (flag & (S_IRUGO | S_IXUGO))
		kinds |= CHECK_READ;
	if (flag & S_IWUGO)
		kinds |= CHECK_APPEND;
	return kinds ? check_object(perm, kinds, "ipc") : 0;
}

/* Who waits for a semaphore learns of it, and who does not wait does, too. */
int levels_sem_semop(struct kern_ipc_perm *perm, struct sembuf *ops, unsigned int count, int alter)
{
	return check_object(perm, alter ? CHECK_WRITE : CHECK_READ, "semop");
}

/* Without an object (IPC_INFO and its like) it is about all of them. */
static int control(const struct kern_ipc_perm *perm, int cmd)
{
	if (!perm)
		return 0;
	switch (cmd) {
	case IPC_RMID:
	case IPC_SET:
	case SETVAL:
	case SETALL:
		return check_object(perm, CHECK_WRITE, "ipc control");
	default:
		return check_object(perm, CHECK_READ, "ipc control");
	}
}

int levels_msg_queue_msgctl(struct kern_ipc_perm *perm, int cmd)
{
	return control(perm, cmd);
}

int levels_shm_shmctl(struct kern_ipc_perm *perm, int cmd)
{
	return control(perm, cmd);
}

int levels_sem_semctl(struct kern_ipc_perm *perm, int cmd)
{
	return control(perm, cmd);
}

int levels_msg_queue_alloc_security(struct kern_ipc_perm *perm)
{
	return level_make(perm);
}

int levels_shm_alloc_security(struct kern_ipc_perm *perm)
{
	return level_make(perm);
}

int levels_sem_alloc_security(struct kern_ipc_perm *perm)
{
	return level_make(perm);
}

void levels_msg_queue_free_security(struct kern_ipc_perm *perm)
{
	level_drop(level_key(perm));
}

void levels_shm_free_security(struct kern_ipc_perm *perm)
{
	level_drop(level_key(perm));
}

void levels_sem_free_security(struct kern_ipc_perm *perm)
{
	level_drop(level_key(perm));
}

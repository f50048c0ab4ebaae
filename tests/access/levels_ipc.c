// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to read up and to write down by System V and POSIX objects, and between processes.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "levels.h"

#define KEY   0x5257
#define QUEUE "/levels"

struct message {
	long type;
	char text[4];
};

STEP(make_shm)
{
	int id = shmget(KEY, 4096, IPC_CREAT | 0666);
	char *at = shmat(id, NULL, 0);

	if (at == (void *)-1)
		return errno;
	strcpy(at, "text");
	return 0;
}

STEP(read_shm)
{
	int id = shmget(KEY, 4096, 0444);

	return id < 0 || shmat(id, NULL, SHM_RDONLY) == (void *)-1 ? errno : 0;
}

STEP(write_shm)
{
	int id = shmget(KEY, 4096, 0222);

	return id < 0 || shmat(id, NULL, 0) == (void *)-1 ? errno : 0;
}

static int send_to(int id)
{
	struct message message = { 1, "abc" };

	return id < 0 ? errno : result(msgsnd(id, &message, sizeof(message.text), 0));
}

STEP(send_message)
{
	return send_to(msgget(KEY, 0222));
}

STEP(make_queue)
{
	return send_to(msgget(KEY, IPC_CREAT | 0666));
}

STEP(receive_message)
{
	struct message message;
	int id = msgget(KEY, 0444);

	return id < 0 ? errno : result(msgrcv(id, &message, sizeof(message.text), 0, IPC_NOWAIT));
}

STEP(stat_queue)
{
	struct msqid_ds ds;

	return result(msgctl(msgget(KEY, 0), IPC_STAT, &ds));
}

STEP(remove_queue)
{
	return result(msgctl(msgget(KEY, 0), IPC_RMID, NULL));
}

STEP(make_semaphore)
{
	struct sembuf up = { 0, 1, 0 };

	return result(semop(semget(KEY, 1, IPC_CREAT | 0666), &up, 1));
}

STEP(use_semaphore)
{
	struct sembuf down = { 0, -1, IPC_NOWAIT };

	return result(semop(semget(KEY, 1, 0), &down, 1));
}

static void remove_ipc(void)
{
	shmctl(shmget(KEY, 0, 0), IPC_RMID, NULL);
	msgctl(msgget(KEY, 0), IPC_RMID, NULL);
	semctl(semget(KEY, 0, 0), 0, IPC_RMID);
	mq_unlink(QUEUE);
}

#define IPC_PAIR(NAME, FIRST, BEFORE, SECOND, ACTION) \
	CASE(NAME) \
	{ \
		int ret; \
\
		levels_prepare(); \
		remove_ipc(); \
		must(levels_as(FIRST, &(BEFORE)) == 0, "the first step"); \
		ret = levels_as(SECOND, &(ACTION)); \
		remove_ipc(); \
		return ret; \
	}

IPC_PAIR(level_shm_up, HIGH, make_shm, LOW, read_shm)
IPC_PAIR(level_shm_down, LOW, make_shm, HIGH, write_shm)
IPC_PAIR(level_shm_read_down, LOW, make_shm, HIGH, read_shm)
IPC_PAIR(level_shm_root, ROOT_HIGH, make_shm, ROOT_LOW, read_shm)
IPC_PAIR(level_msg_up, HIGH, make_queue, LOW, receive_message)
IPC_PAIR(level_msg_down, LOW, make_queue, HIGH, send_message)
IPC_PAIR(level_msg_send_up, HIGH, make_queue, LOW, send_message)
IPC_PAIR(level_msg_stat_up, ROOT_HIGH, make_queue, ROOT_LOW, stat_queue)
IPC_PAIR(level_msg_remove_down, ROOT_LOW, make_queue, ROOT_HIGH, remove_queue)
IPC_PAIR(level_sem_up, HIGH, make_semaphore, LOW, use_semaphore)
IPC_PAIR(level_sem_down, LOW, make_semaphore, HIGH, use_semaphore)

static int open_queue(int flags)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 16 };
	mqd_t queue = mq_open(QUEUE, flags, 0666, &attr);

	if (queue < 0)
		return errno;
	return flags & O_WRONLY ? result(mq_send(queue, "text", 4, 0)) : 0;
}

STEP(make_mqueue)
{
	return open_queue(O_WRONLY | O_CREAT);
}

STEP(read_mqueue)
{
	return open_queue(O_RDONLY);
}

STEP(write_mqueue)
{
	return open_queue(O_WRONLY);
}

IPC_PAIR(level_mqueue_up, HIGH, make_mqueue, LOW, read_mqueue)
IPC_PAIR(level_mqueue_down, LOW, make_mqueue, HIGH, write_mqueue)
IPC_PAIR(level_mqueue_send_up, HIGH, make_mqueue, LOW, write_mqueue)

/* Root with one level, and root with the other. */
STEP(wait_here)
{
	signal(SIGUSR1, SIG_IGN);
	levels_ready();
	return 0;
}

STEP(send_signal)
{
	return result(kill(levels_peer, SIGUSR1));
}

STEP(trace)
{
	int status, ret = result(ptrace(PTRACE_ATTACH, levels_peer, NULL, NULL));

	if (ret == 0) {
		must(waitpid(levels_peer, &status, __WALL) == levels_peer, "wait for the traced process");
		ptrace(PTRACE_DETACH, levels_peer, NULL, NULL);
	}
	return ret;
}

STEP(read_memory)
{
	char byte;
	struct iovec mine = { &byte, 1 }, other = { (void *)(unsigned long)&step_trace, 1 };

	/* The program lies at the same address in both: it is linked statically. */
	return result(process_vm_readv(levels_peer, &mine, 1, &other, 1, 0));
}

STEP(take_file)
{
	return result(syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, levels_peer, 0), 0, 0));
}

STEP(set_limit)
{
	static const struct rlimit limit = { 100, 100 };

	return result(prlimit(levels_peer, RLIMIT_NOFILE, &limit, NULL));
}

STEP(set_priority)
{
	return result(setpriority(PRIO_PROCESS, (id_t)levels_peer, 5));
}

static int open_proc(const char *name, int flags)
{
	char path[64], text[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", levels_peer, name);
	fd = open(path, flags);
	return fd < 0 || read(fd, text, flags == O_RDONLY ? sizeof(text) : 0) < 0 ? errno : 0;
}

STEP(read_cmdline)
{
	return open_proc("cmdline", O_RDONLY);
}

STEP(read_environ)
{
	return open_proc("environ", O_RDONLY);
}

STEP(write_comm)
{
	return open_proc("comm", O_RDWR);
}

LEVEL_MEETING(level_signal_down, ROOT_LOW, wait_here, ROOT_HIGH, send_signal)
LEVEL_MEETING(level_signal_up, ROOT_HIGH, wait_here, ROOT_LOW, send_signal)
LEVEL_MEETING(level_signal_same, ROOT_HIGH, wait_here, ROOT_HIGH, send_signal)
LEVEL_MEETING(level_trace_down, ROOT_LOW, wait_here, ROOT_HIGH, trace)
LEVEL_MEETING(level_trace_up, ROOT_HIGH, wait_here, ROOT_LOW, trace)
LEVEL_MEETING(level_trace_same, ROOT_LOW, wait_here, ROOT_LOW, trace)
LEVEL_MEETING(level_vm_up, ROOT_HIGH, wait_here, ROOT_LOW, read_memory)
LEVEL_MEETING(level_vm_down, ROOT_LOW, wait_here, ROOT_HIGH, read_memory)
LEVEL_MEETING(level_getfd_up, ROOT_HIGH, wait_here, ROOT_LOW, take_file)
LEVEL_MEETING(level_limit_down, ROOT_LOW, wait_here, ROOT_HIGH, set_limit)
LEVEL_MEETING(level_priority_down, ROOT_LOW, wait_here, ROOT_HIGH, set_priority)
LEVEL_MEETING(level_cmdline_up, ROOT_HIGH, wait_here, ROOT_LOW, read_cmdline)
LEVEL_MEETING(level_cmdline_down, ROOT_LOW, wait_here, ROOT_HIGH, read_cmdline)
LEVEL_MEETING(level_environ_up, ROOT_HIGH, wait_here, ROOT_LOW, read_environ)
LEVEL_MEETING(level_comm_down, ROOT_LOW, wait_here, ROOT_HIGH, write_comm)

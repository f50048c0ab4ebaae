// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: tasks reach into others; the kernel's threads work for them.
#define _GNU_SOURCE

#include <fcntl.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events.h"

/* A child that sleeps, as user @uid. Returns when it has become that. */
static int sleeper(unsigned int uid)
{
	int ready[2], pid;
	char c;

	need(pipe(ready) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		need(uid == 0 || syscall(SYS_setresuid, uid, uid, uid) == 0, "setresuid");
		need(write(ready[1], "", 1) == 1, "write");
		for (;;)
			pause();
	}
	need(read(ready[0], &c, 1) == 1, "read");
	return pid;
}

static void end(int pid)
{
	need(kill(pid, SIGKILL) == 0, "kill");
	await_child(pid);
}

CASE(trace_attach)
{
	int pid = sleeper(0);

	fact_number("target", pid);
	need(ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0, "PTRACE_ATTACH");
	await_child(pid);
	need(ptrace(PTRACE_DETACH, pid, NULL, NULL) == 0, "PTRACE_DETACH");
	end(pid);
}

CASE(trace_traceme)
{
	int pid = fork();

	if (pid == 0) {
		need(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, "PTRACE_TRACEME");
		_exit(0);
	}
	fact_number("child", pid);
	await_child(pid);
}

CASE(trace_memory)
{
	static int value = 1;
	struct iovec here = { &value, sizeof(value) }, there = here;
	char path[32];
	int fd, pid = sleeper(0);

	fact_number("target", pid);
	need(process_vm_readv(pid, &here, 1, &there, 1, 0) == sizeof(value), "process_vm_readv");
	need(process_vm_writev(pid, &here, 1, &there, 1, 0) == sizeof(value), "process_vm_writev");
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	need(fd >= 0, path);
	close(fd);
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	need(fd >= 0 && syscall(SYS_pidfd_getfd, fd, 1, 0) >= 0, "pidfd_getfd");
	end(pid);
}

CASE(trace_signal_of_other_user)
{
	int pid = sleeper(1000);

	fact_number("target", pid);
	need(kill(pid, 0) == 0, "kill"); /* no record */
	end(pid);
}

/* A process in a session of its own, not a child of this one: as a daemon is. */
CASE(trace_signal_of_daemon)
{
	int ids[2], pid = 0, between;

	need(pipe(ids) == 0, "pipe");
	between = fork();
	if (between == 0) {
		setsid();
		pid = sleeper(0);
		need(write(ids[1], &pid, sizeof(pid)) == sizeof(pid), "write");
		await_child(pid);
		_exit(0);
	}
	need(read(ids[0], &pid, sizeof(pid)) == sizeof(pid), "read");
	fact_number("target", pid);
	need(kill(pid, SIGTERM) == 0, "kill");
	await_child(between);
}

/* A shell that ends its own children makes no record. */
CASE(trace_signal_of_child)
{
	end(sleeper(0));
}

/* Asks one openat() of a ring, in a thread that the kernel makes for that. */
static void open_by_worker(int ring, struct io_uring_params *p, const char *path)
{
	size_t ring_bytes = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
	uint8_t *sq = mmap(NULL, ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *sqe = mmap(NULL, p->sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE,
					MAP_SHARED, ring, IORING_OFF_SQES);

	need(sq != MAP_FAILED && (void *)sqe != MAP_FAILED, "mmap");
	sqe->opcode = IORING_OP_OPENAT;
	sqe->flags = IOSQE_ASYNC;
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	sqe->open_flags = O_CREAT | O_WRONLY;
	sqe->len = 0600;
	*(uint32_t *)(sq + p->sq_off.array) = 0;
	__atomic_store_n((uint32_t *)(sq + p->sq_off.tail), 1, __ATOMIC_RELEASE);
}

CASE(trace_io_uring)
{
	struct io_uring_params p = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 1, &p);

	need(ring >= 0, "io_uring_setup");
	open_by_worker(ring, &p, "/tmp/by-worker");
	need(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "io_uring_enter");
	need(access("/tmp/by-worker", F_OK) == 0, "access");
}

/* The same without a system call: a thread of the kernel looks for requests. */
CASE(trace_io_uring_polled)
{
	struct io_uring_params p = { .flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1000 };
	int ring = (int)syscall(SYS_io_uring_setup, 1, &p);

	need(ring >= 0, "io_uring_setup");
	open_by_worker(ring, &p, "/tmp/by-poll");
	need(syscall(SYS_io_uring_enter, ring, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL,
		     0) >= 0,
	     "io_uring_enter");
	need(access("/tmp/by-poll", F_OK) == 0, "access");
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Runs the cases, and has what several of them need.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "levels.h"
#include "victim.h"

#define USER 1000

extern const struct access_case __start_access_cases[], __stop_access_cases[];

void must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("RWTEST: failed %s: %s\n", what, strerror(errno));
	fflush(stdout);
	_exit(FAILED);
}

int result(long ret)
{
	return ret < 0 ? errno : 0;
}

int open_path(const char *path, int flags)
{
	int fd = open(path, flags, 0666);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int read_fd(int fd)
{
	char byte;

	return result(pread(fd, &byte, 1, 0));
}

int read_path(const char *path)
{
	int fd = open(path, O_RDONLY), ret;

	if (fd < 0)
		return errno;
	ret = read_fd(fd);
	close(fd);
	return ret;
}

int send_fd(int sock, int fd)
{
	union {
		struct cmsghdr hdr;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .hdr = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};

	memcpy(CMSG_DATA(&control.hdr), &fd, sizeof(fd));
	return result(sendmsg(sock, &msg, 0));
}

int receive_fd(int sock)
{
	union {
		struct cmsghdr hdr;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	int fd;

	must(recvmsg(sock, &msg, 0) == 1, "recvmsg");
	if (msg.msg_controllen < CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(&fd, CMSG_DATA(&control.hdr), sizeof(fd));
	return fd;
}

int opened_by_user(int flags)
{
	int pair[2], fd, status;

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
	if (fork() == 0) {
		must(setresuid(USER, USER, USER) == 0, "setresuid");
		fd = open(SHARED, flags);
		must(fd >= 0, "open as user");
		must(send_fd(pair[1], fd) == 0, "sendmsg");
		_exit(0);
	}
	fd = receive_fd(pair[0]);
	must(fd >= 0, "receive a descriptor");
	must(wait(&status) > 0 && status == 0, "user");
	return fd;
}

void *mapped_by_user(int flags, int map_flags)
{
	void *at;

	must(setresuid(USER, USER, 0) == 0, "setresuid");
	at = mmap(NULL, 4096, PROT_NONE, map_flags, open(SHARED, flags), 0);
	must(at != MAP_FAILED, "mmap as user");
	must(setresuid(0, 0, 0) == 0, "setresuid back");
	return at;
}

static void *map_ring(int ring, size_t size, off_t off)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, off);

	must(at != MAP_FAILED, "mmap of a ring");
	return at;
}

int uring_rw(int fd, bool write)
{
	struct io_uring_params p = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 1, &p);
	static char byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct io_uring_sqe *sqe;
	char *sq, *cq;

	must(ring >= 0, "io_uring_setup");
	sq = map_ring(ring, p.sq_off.array + sizeof(unsigned int), IORING_OFF_SQ_RING);
	cq = map_ring(ring, p.cq_off.cqes + 2 * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
	sqe = map_ring(ring, sizeof(*sqe), IORING_OFF_SQES);
	*sqe = (struct io_uring_sqe){ .opcode = write ? IORING_OP_WRITEV : IORING_OP_READV,
				      .fd = fd,
				      .addr = (unsigned long)&iov,
				      .len = 1 };
	*(unsigned int *)(sq + p.sq_off.array) = 0;
	++*(unsigned int *)(sq + p.sq_off.tail);
	must(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "io_uring_enter");
	errno = -((struct io_uring_cqe *)(cq + p.cq_off.cqes))->res;
	return errno > 0 ? errno : 0;
}

/* Without the policy a case may have moved or removed a file. */
static void restore(void)
{
	static const char *const files[] = { SECRET, SHARED, FIXED, LOG };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (access(files[i], F_OK) != 0) {
			close(open(files[i], O_WRONLY | O_CREAT, 0666));
			must(truncate(files[i], 16) == 0, "restore");
		}
	remove(NEW);
}

int main(int argc, char **argv)
{
	if (strcmp(argv[0], VICTIM) == 0)
		return victim_main(argv);
	if (strcmp(argv[0], AS_LOW) == 0 || strcmp(argv[0], AS_HIGH) == 0)
		return levels_main(argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	must(chdir("/") == 0, "chdir");
	for (const struct access_case *c = __start_access_cases; c < __stop_access_cases; c++) {
		int status, pid;

		if (argc > 1 && strcmp(argv[1], c->name) != 0)
			continue;
		restore();
		pid = fork();
		if (pid == 0)
			_exit(c->run());
		must(waitpid(pid, &status, 0) == pid, "waitpid");
		printf("RWTEST: access %s %d %d\n", c->name, pid,
		       WIFEXITED(status) ? WEXITSTATUS(status) : FAILED);
	}
	printf("RWTEST: access done\n");
	return 0;
}

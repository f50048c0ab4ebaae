// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: files are read and written, in every way; each file is the only one of its name.
#define _GNU_SOURCE

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events.h"
#include "files.h"

/* A file with @bytes bytes, opened once more. */
static int again(const char *path, int bytes, int flags)
{
	int fd;

	close(file_make(path, bytes));
	fd = open(path, flags);
	need(fd >= 0, path);
	return fd;
}

/* 100 + 200 + 300 + 400 + 0 bytes. */
CASE(bytes_read)
{
	struct iovec v[2] = { { file_data, 100 }, { file_data + 100, 200 } };
	int fd = again("/tmp/bytes-read", 1000, O_RDONLY);

	need(read(fd, file_data, 100) == 100, "read");
	need(pread(fd, file_data, 200, 500) == 200, "pread");
	need(readv(fd, v, 2) == 300, "readv");
	v[1].iov_len = 300;
	need(preadv2(fd, v, 2, 10, 0) == 400, "preadv2");
	need(pread(fd, file_data, 10, 1000) == 0, "read at the end");
	close(fd);
}

/* Turns between two files and a pipe: 5 x 10 bytes of one, 5 x 20 to the other, all through the pipe. */
CASE(bytes_turns)
{
	int from = again("/tmp/bytes-from", 1000, O_RDONLY), to = again("/tmp/bytes-to", 0, O_RDWR), p[2];

	need(pipe(p) == 0, "pipe");
	for (int i = 0; i < 5; i++) {
		need(read(from, file_data, 10) == 10, "read");
		need(write(p[1], file_data, 30) == 30, "write pipe");
		need(read(p[0], file_data, 30) == 30, "read pipe");
		need(write(to, file_data, 20) == 20, "write");
		need(pread(to, file_data, 1, 0) == 1, "pread");
	}
	close(from);
	close(to);
}

CASE(bytes_sendfile)
{
	int from = again("/tmp/bytes-sent", 5000, O_RDONLY), to = again("/tmp/bytes-received", 0, O_WRONLY);

	need(sendfile(to, from, NULL, 4000) == 4000, "sendfile");
	close(from);
	close(to);
}

CASE(bytes_copy_range)
{
	int from = again("/tmp/bytes-range", 5000, O_RDONLY), to = again("/tmp/bytes-copy", 0, O_WRONLY);

	need(copy_file_range(from, NULL, to, NULL, 3000, 0) == 3000, "copy_file_range");
	close(from);
	close(to);
}

/* The write to another file before must not get what is spliced. */
CASE(bytes_splice)
{
	int from = again("/tmp/bytes-splice", 5000, O_RDONLY), to = again("/tmp/bytes-spliced", 0, O_WRONLY);
	int other = again("/tmp/bytes-unspliced", 0, O_WRONLY), p[2];
	loff_t at = 1000;

	need(pipe(p) == 0, "pipe");
	need(write(other, file_data, 3) == 3, "write");
	need(splice(from, &at, p[1], NULL, 2500, 0) == 2500, "splice from file");
	need(splice(from, NULL, p[1], NULL, 500, 0) == 500, "splice from file again");
	need(splice(p[0], NULL, to, NULL, 2000, 0) == 2000, "splice to file");
	close(from);
	close(to);
	close(other);
}

CASE(bytes_mapped)
{
	int fd = again("/tmp/bytes-mapped", 4096, O_RDWR);
	char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	need(at != MAP_FAILED, "mmap");
	memset(at, 'm', 4096);
	close(fd);
	need(munmap(at, 4096) == 0, "munmap");
}

CASE(bytes_aio)
{
	int fd = again("/tmp/bytes-aio", 1000, O_RDONLY);
	struct iocb cb = { .aio_lio_opcode = IOCB_CMD_PREAD,
			   .aio_fildes = (unsigned int)fd,
			   .aio_buf = (unsigned long)file_data,
			   .aio_nbytes = 600 };
	struct iocb *list[] = { &cb };
	struct io_event done;
	aio_context_t context = 0;

	need(syscall(SYS_io_setup, 1, &context) == 0, "io_setup");
	need(syscall(SYS_io_submit, context, 1, list) == 1, "io_submit");
	need(syscall(SYS_io_getevents, context, 1, 1, &done, NULL) == 1 && done.res == 600, "io_getevents");
	need(syscall(SYS_io_destroy, context) == 0, "io_destroy");
	close(fd);
}

/* The parent opens and reads, the child reads as well, and the parent closes last. */
CASE(bytes_inherited)
{
	int fd = again("/tmp/bytes-inherited", 1000, O_RDONLY), pid;

	need(read(fd, file_data, 10) == 10, "read");
	pid = fork();
	if (pid == 0) {
		need(read(fd, file_data, 200) == 200, "read of the child");
		_exit(0);
	}
	fact_number("child_status", await_child(pid));
	need(read(fd, file_data, 40) == 40, "read again");
	close(fd);
}

static void *read_on(void *arg)
{
	need(read(*(int *)arg, file_data, 300) == 300, "read of a thread");
	pause();
	return NULL;
}

/* A thread reads, and does nothing more; another closes. */
CASE(bytes_threads)
{
	int fd = again("/tmp/bytes-threads", 1000, O_RDONLY);
	pthread_t thread;

	need(pthread_create(&thread, NULL, read_on, &fd) == 0, "pthread_create");
	while (lseek(fd, 0, SEEK_CUR) != 300)
		usleep(1000);
	usleep(10000);
	close(fd);
	/* An event after the record that the test looks for. */
	need(access("/tmp", F_OK) == 0, "access");
}

/* Passes @fd over a socket, to where receive() gets it. */
static void send_file(int to, int fd)
{
	char byte = 'f', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec v = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	need(sendmsg(to, &m, 0) == 1, "sendmsg");
}

static int receive_file(int from)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec v = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
	};
	int fd;

	need(recvmsg(from, &m, 0) == 1, "recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(int));
	return fd;
}

/* The parent opens and closes, the child reads and closes last: the file is the child's. */
CASE(bytes_passed)
{
	int s[2], fd, pid;

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0, "socketpair");
	pid = fork();
	if (pid == 0) {
		fd = receive_file(s[1]);
		need(read(fd, file_data, 123) == 123, "read");
		need(recv(s[1], file_data, 1, 0) == 1, "recv");
		close(fd);
		_exit(0);
	}
	fd = again("/tmp/bytes-passed", 1000, O_RDONLY);
	send_file(s[0], fd);
	close(fd);
	need(send(s[0], "c", 1, 0) == 1, "send");
	fact_number("child", pid);
	fact_number("child_status", await_child(pid));
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to read up and to write down by descriptors that somebody else has opened: received, taken by
// pidfd_getfd, kept over execve.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "levels.h"

/* Who has no level sends to who has one: who executes another program finds its end at this number. */
#define RECEIVE_AT 78
static int pair[2];

/* The descriptor that has come, or -1 with errno. */
static int received(void)
{
	int fd = receive_fd(RECEIVE_AT);

	if (fd < 0)
		errno = EACCES;
	return fd;
}

STEP(receive_and_read)
{
	int fd = received();

	return fd < 0 ? errno : read_fd(fd);
}

STEP(receive_and_write)
{
	int fd = received();

	return fd < 0 ? errno : result(write(fd, "text", 4));
}

STEP(receive_and_map)
{
	int fd = received();

	return fd < 0 || mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? errno : 0;
}

STEP(receive_and_map_written)
{
	int fd = received();

	return fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? errno :
												     0;
}

/* A descriptor without rights leads back to the file. */
STEP(receive_and_reopen)
{
	int fd = received();
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fd < 0 ? errno : open_path(path, O_RDONLY);
}

STEP(receive_and_stat)
{
	int fd = received();
	struct stat st;

	return fd < 0 ? errno : result(fstat(fd, &st));
}

static void make_pair(void)
{
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && dup2(pair[1], RECEIVE_AT) == RECEIVE_AT,
	     "socketpair");
}

static int send_to(enum actor actor, const struct level_step *step, const char *path, int flags)
{
	int fd;

	levels_prepare();
	make_pair();
	fd = open(path, flags);
	must(fd >= 0, path);
	must(send_fd(pair[0], fd) == 0, "send");
	close(fd);
	return levels_as(actor, step);
}

#define RECEIVED(NAME, ACTOR, ACTION, PATH, FLAGS) \
	CASE(level_received_##NAME) \
	{ \
		return send_to(ACTOR, &(ACTION), PATH, FLAGS); \
	}

RECEIVED(up, LOW, receive_and_read, HIGH_FILE, O_RDONLY)
RECEIVED(up_root, ROOT_LOW, receive_and_read, DROP, O_RDONLY)
RECEIVED(up_mapped, LOW, receive_and_map, DROP, O_RDWR)
RECEIVED(up_path, LOW, receive_and_reopen, DROP, O_PATH)
RECEIVED(up_path_stat, LOW, receive_and_stat, DROP, O_PATH)
RECEIVED(down, HIGH, receive_and_write, LOW_FILE, O_RDWR)
RECEIVED(down_append, HIGH, receive_and_write, LOW_FILE, O_WRONLY | O_APPEND)
RECEIVED(down_mapped, HIGH, receive_and_map_written, LOW_FILE, O_RDWR)
RECEIVED(down_read, HIGH, receive_and_read, LOW_FILE, O_RDONLY)
RECEIVED(own, HIGH, receive_and_write, HIGH_FILE, O_RDWR)

/* A file without a level is received, and gets one only then. */
static int plain = -1;

STEP(write_plain_received)
{
	return result(write(plain, "text", 4));
}

STEP(read_plain_received)
{
	return read_fd(plain);
}

STEP(map_plain_received)
{
	return mmap(NULL, 4096, PROT_READ, MAP_SHARED, plain, 0) == MAP_FAILED ? errno : 0;
}

STEP(map_plain_and_wait)
{
	int fd = received();

	must(fd >= 0 && mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED, "map it first");
	levels_ready();
	return 0;
}

static int after_high_write(const struct level_step *step)
{
	levels_prepare();
	plain = open(PLAIN, O_RDWR);
	must(plain >= 0 && levels_as(HIGH, &write_plain_received) == 0, "write as high");
	return levels_as(LOW, step);
}

CASE(level_received_then_written)
{
	return after_high_write(&read_plain_received);
}

CASE(level_received_then_written_mapped)
{
	return after_high_write(&map_plain_received);
}

/* Who has mapped it before would see what is written then. */
CASE(level_received_mapped_before)
{
	int ret;

	levels_prepare();
	make_pair();
	plain = open(PLAIN, O_RDWR);
	must(send_fd(pair[0], open(PLAIN, O_RDONLY)) == 0, "send");
	levels_peer = levels_start(LOW, &map_plain_and_wait);
	ret = levels_as(HIGH, &write_plain_received);
	levels_end(levels_peer);
	return ret;
}

/* A process of one's own level that holds a descriptor of another one. */
static int held = -1;

STEP(hold_file)
{
	levels_ready();
	return 0;
}

/* The process has inherited it, and executes another program: the number stays. */
#define HELD_AT 77

STEP(take_held)
{
	int fd = (int)syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, levels_peer, 0), HELD_AT, 0);

	return fd < 0 ? errno : read_fd(fd);
}

CASE(level_getfd_same)
{
	int ret;

	levels_prepare();
	held = open(HIGH_FILE, O_RDONLY);
	must(dup2(held, HELD_AT) == HELD_AT, "dup2");
	levels_peer = levels_start(ROOT_LOW, &hold_file);
	close(HELD_AT);
	ret = levels_as(ROOT_LOW, &take_held);
	levels_end(levels_peer);
	return ret;
}

/* Descriptors that have no level, and carry data: a process of a lower level makes one and passes it up. */
static int send_up(int fd)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "\0passed" };
	int sock = socket(AF_UNIX, SOCK_DGRAM, 0);

	must(fd >= 0, "make it");
	if (connect(sock, (struct sockaddr *)&to, offsetof(struct sockaddr_un, sun_path) + 7))
		return errno;
	return send_fd(sock, fd);
}

/* It says whether the descriptor comes. */
STEP(receive_datagram)
{
	struct sockaddr_un me = { .sun_family = AF_UNIX, .sun_path = "\0passed" };
	int sock = socket(AF_UNIX, SOCK_DGRAM, 0);

	must(sock >= 0 && bind(sock, (struct sockaddr *)&me, offsetof(struct sockaddr_un, sun_path) + 7) == 0,
	     "bind");
	levels_ready();
	return receive_fd(sock) < 0 ? EACCES : 0;
}

/* What it would be told later has names. */
STEP(send_inotify)
{
	return send_up(inotify_init());
}

STEP(send_eventfd)
{
	return send_up(eventfd(0, 0));
}

STEP(send_file)
{
	return send_up(open(LOW_FILE, O_RDONLY));
}

static int send_by_datagram(enum actor to, enum actor from, const struct level_step *step)
{
	levels_prepare();
	levels_peer = levels_start(to, &receive_datagram);
	must(levels_as(from, step) == 0, "send");
	return levels_end(levels_peer);
}

#define SENT(NAME, TO, FROM, ACTION) \
	CASE(level_sent_##NAME) \
	{ \
		return send_by_datagram(TO, FROM, &(ACTION)); \
	}

SENT(up_inotify, HIGH, LOW, send_inotify)
SENT(up_eventfd, HIGH, LOW, send_eventfd)
SENT(up_root, ROOT_HIGH, ROOT_LOW, send_eventfd)
SENT(up_file, HIGH, LOW, send_file)
SENT(same, HIGH, HIGH, send_eventfd)

/* The same over execve: the new process has a higher level, and what the old one has made. */
STEP(use_kept)
{
	uint64_t one = 1;

	return result(write(HELD_AT, &one, sizeof(one)));
}

STEP(map_kept)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, HELD_AT, IORING_OFF_SQES);

	return at == MAP_FAILED ? errno : 0;
}

STEP(do_nothing)
{
	return 0;
}

static int rise(const char *step)
{
	execl(AS_HIGH, AS_HIGH, step, NULL);
	return errno;
}

static int keep(int fd, const char *step)
{
	must(fd >= 0 && dup2(fd, HELD_AT) == HELD_AT, "keep it");
	return rise(step);
}

STEP(keep_eventfd)
{
	return keep(eventfd(0, 0), "use_kept");
}

static int make_ring(void)
{
	struct io_uring_params p = { 0 };

	return (int)syscall(SYS_io_uring_setup, 4, &p);
}

STEP(keep_ring)
{
	return keep(make_ring(), "map_kept");
}

STEP(close_eventfd)
{
	must(eventfd(0, EFD_CLOEXEC) >= 0, "eventfd");
	return rise("do_nothing");
}

/* Another process has the same umask, and reads there what this one sets. */
STEP(share_umask)
{
	int ends[2];
	char byte;

	must(pipe(ends) == 0, "pipe");
	if (syscall(SYS_clone, CLONE_FS | SIGCHLD, NULL, NULL, NULL, NULL) == 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) != 0); /* until the program has ended */
	}
	return rise("do_nothing");
}

/* Whoever listens to a filter of it sees the calls of a process, and their arguments. */
STEP(keep_filter)
{
	struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog filter = { 1, allow };

	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		     syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0,
	     "seccomp");
	return rise("do_nothing");
}

LEVEL_CASE(level_kept_eventfd, ROOT_LOW, keep_eventfd)
LEVEL_CASE(level_kept_ring, ROOT_LOW, keep_ring)
LEVEL_CASE(level_kept_none, ROOT_LOW, close_eventfd)
LEVEL_CASE(level_kept_umask, ROOT_LOW, share_umask)
LEVEL_CASE(level_kept_filter, ROOT_LOW, keep_filter)

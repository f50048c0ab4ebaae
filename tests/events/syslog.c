// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: messages to a syslog daemon that works, is stopped, killed or replaced.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include "events.h"
#include "sockets.h"

#define LOG_PATH "/dev/log"
#define LONG     20480u

/* A daemon that keeps up: takes all that has been sent. */
static void take(int daemon)
{
	static char buf[LONG];

	while (recv(daemon, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		;
}

static void say(int fd, const void *text, size_t len)
{
	need(send(fd, text, len, 0) == (ssize_t)len, "send");
}

static void tell(int fd, const char *text)
{
	say(fd, text, strlen(text));
}

static ssize_t say_to(const char *path, int fd, const char *text)
{
	struct sockaddr_un un;
	socklen_t len = unix_name(&un, path);

	return sendto(fd, text, strlen(text), MSG_DONTWAIT, (void *)&un, len);
}

static int plain_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	need(fd >= 0, "socket");
	return fd;
}

/* Each way to send, in this order: the test knows the texts. */
CASE(syslog_ways)
{
	int daemon = unix_bound(LOG_PATH, SOCK_DGRAM), fd = unix_connected(LOG_PATH, SOCK_DGRAM);
	struct iovec parts[] = { { "<14>wri", 7 }, { "tev", 3 } };
	struct iovec texts[] = { { "<15>one", 7 }, { "<15>two", 7 }, { "<15>three", 9 } };
	struct mmsghdr many[3] = { 0 };
	struct msghdr one = { .msg_iov = parts, .msg_iovlen = 2 };

	fact_socket("daemon", daemon);
	tell(fd, "<13>send");
	need(write(fd, "<13>write", 9) == 9, "write");
	need(writev(fd, parts, 2) == 10, "writev");
	need(sendmsg(fd, &one, 0) == 10, "sendmsg");
	for (int i = 0; i < 3; i++)
		many[i].msg_hdr = (struct msghdr){ .msg_iov = &texts[i], .msg_iovlen = 1 };
	need(sendmmsg(fd, many, 3, 0) == 3, "sendmmsg");
	take(daemon);
	need(say_to(LOG_PATH, plain_socket(), "<13>sendto") == 10, "sendto");
	fact_number("ring", ring_send(fd, "<13>io_uring", 12));
	unlink(LOG_PATH);
}

CASE(syslog_forms)
{
	static const char binary[] = "<12>a\0b\nc\\\"\xff\xc3\xa9\x1b[2J";
	static char text[LONG];
	int daemon = unix_bound(LOG_PATH, SOCK_DGRAM), fd = unix_connected(LOG_PATH, SOCK_DGRAM);

	for (unsigned int i = 0; i < LONG; i++)
		text[i] = (char)('a' + i % 26);
	tell(fd, "x");
	say(fd, "", 0);
	say(fd, binary, sizeof(binary) - 1);
	tell(fd, "<34>Oct 11 22:14:15 host su: 'su root' failed");
	tell(fd, "<165>1 2003-10-11T22:14:15.003Z host app 111 ID47 [x@32473 a=\"1\"] text");
	tell(fd, "<999999>odd");
	take(daemon);
	say(fd, text, 8192);
	say(fd, text, LONG);
	take(daemon);
	unlink(LOG_PATH);
}

CASE(syslog_libc)
{
	int daemon = unix_bound(LOG_PATH, SOCK_DGRAM);

	openlog("events", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	syslog(LOG_ERR, "from libc %d", 7);
	closelog();
	take(daemon);
	unlink(LOG_PATH);
}

/* The daemon is there, but does not take anything: the queue becomes full. */
CASE(syslog_stopped)
{
	int daemon = unix_bound(LOG_PATH, SOCK_DGRAM), fd = unix_connected(LOG_PATH, SOCK_DGRAM);
	int sent = 0;

	while (send(fd, "<13>nobody reads", 16, MSG_DONTWAIT) == 16)
		sent++;
	need(errno == EAGAIN && sent > 0, "a full queue");
	fact_number("sent", sent);
	take(daemon);
	unlink(LOG_PATH);
}

/* A sender waits for room; it asks several times, and is recorded once. */
CASE(syslog_waiting)
{
	int daemon = unix_bound(LOG_PATH, SOCK_DGRAM), fd = unix_connected(LOG_PATH, SOCK_DGRAM), pid;

	while (send(fd, "<13>before", 10, MSG_DONTWAIT) == 10)
		;
	pid = fork();
	if (pid == 0) {
		tell(fd, "<13>waits");
		_exit(0);
	}
	usleep(200000);
	take(daemon);
	need(await_child(pid) == 0, "the sender");
	unlink(LOG_PATH);
}

/* The queue has room, but the sender's own memory is used up: the kernel makes no copy. */
CASE(syslog_sender_full)
{
	int few = 2048, daemon = unix_bound(LOG_PATH, SOCK_DGRAM), fd = unix_connected(LOG_PATH, SOCK_DGRAM),
	    sent = 0;

	need(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &few, sizeof(few)) == 0, "SO_SNDBUF");
	while (send(fd, "<13>no memory", 13, MSG_DONTWAIT) == 13)
		sent++;
	need(errno == EAGAIN, "no more memory");
	fact_number("sent", sent);
	take(daemon);
	unlink(LOG_PATH);
}

CASE(syslog_too_long)
{
	static char text[LONG] = "<13>too long";
	int few = 4096, daemon = unix_bound(LOG_PATH, SOCK_DGRAM), fd = unix_connected(LOG_PATH, SOCK_DGRAM);

	need(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &few, sizeof(few)) == 0, "SO_SNDBUF");
	need(send(fd, text, sizeof(text), 0) < 0 && errno == EMSGSIZE, "a message that is too long");
	close(daemon);
	unlink(LOG_PATH);
}

/* The daemon is killed; its socket's file stays, then goes. */
CASE(syslog_killed)
{
	int daemon = unix_bound(LOG_PATH, SOCK_DGRAM), fd = unix_connected(LOG_PATH, SOCK_DGRAM);

	tell(fd, "<13>lives");
	close(daemon);
	need(send(fd, "<13>dead", 8, 0) < 0 && errno == ECONNREFUSED, "send to a dead daemon");
	need(say_to(LOG_PATH, plain_socket(), "<13>refused") < 0 && errno == ECONNREFUSED,
	     "sendto without daemon");
	unlink(LOG_PATH);
	need(say_to(LOG_PATH, plain_socket(), "<13>absent") < 0 && errno == ENOENT, "sendto without socket");
	syslog(LOG_ERR, "nowhere to go");
}

/* Another process takes the name. */
CASE(syslog_replaced)
{
	int daemon = unix_bound(LOG_PATH, SOCK_DGRAM), ready[2], end[2], pid, other;
	char byte;

	need(pipe(ready) == 0 && pipe(end) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		other = unix_bound(LOG_PATH, SOCK_DGRAM);
		fact_socket("other", other);
		need(write(ready[1], "r", 1) == 1 && read(end[0], &byte, 1) == 1, "pipe");
		_exit(0);
	}
	fact_number("attacker", pid);
	need(read(ready[0], &byte, 1) == 1, "pipe");
	tell(unix_connected(LOG_PATH, SOCK_DGRAM), "<13>caught");
	need(write(end[1], "e", 1) == 1, "pipe");
	await_child(pid);
	close(daemon);
	unlink(LOG_PATH);
}

/* The name leads to a socket that is bound elsewhere. */
CASE(syslog_linked)
{
	int daemon = unix_bound("/tmp/elsewhere", SOCK_DGRAM), fd;

	need(symlink("/tmp/elsewhere", LOG_PATH) == 0, "symlink");
	need(say_to(LOG_PATH, plain_socket(), "<13>by name") == 11, "sendto");
	fd = unix_connected(LOG_PATH, SOCK_DGRAM);
	tell(fd, "<13>connected");
	tell(unix_connected("/tmp/elsewhere", SOCK_DGRAM), "<13>true name");
	close(daemon);
	unlink(LOG_PATH);
	unlink("/tmp/elsewhere");
}

/* Bound under another name, which becomes the log's; and bound by a relative name. */
CASE(syslog_renamed)
{
	int daemon = unix_bound("/dev/other", SOCK_DGRAM), fd = unix_connected("/dev/other", SOCK_DGRAM);

	tell(fd, "<13>not yet");
	need(rename("/dev/other", LOG_PATH) == 0, "rename");
	tell(fd, "<13>renamed");
	close(daemon);
	need(chdir("/dev") == 0, "chdir");
	daemon = unix_bound("log", SOCK_DGRAM);
	need(chdir("/tmp") == 0, "chdir");
	tell(unix_connected(LOG_PATH, SOCK_DGRAM), "<13>relative");
	close(daemon);
	unlink(LOG_PATH);
}

/* A mount namespace with its own /dev, where the daemon is, too. */
CASE(syslog_container)
{
	int daemon;

	need(unshare(CLONE_NEWNS) == 0, "unshare");
	need(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 || errno == EINVAL, "private mounts");
	need(mount("tmpfs", "/dev", "tmpfs", 0, NULL) == 0, "mount");
	daemon = unix_bound(LOG_PATH, SOCK_DGRAM);
	tell(unix_connected(LOG_PATH, SOCK_DGRAM), "<13>inside");
	close(daemon);
	need(chdir("/dev") == 0, "chdir");
	unlink("log");
	daemon = unix_bound("log", SOCK_DGRAM);
	tell(unix_connected("log", SOCK_DGRAM), "<13>inside, relative");
	close(daemon);
}

/* Gives an open file, and the text, in one message. */
static void pass(int to, int file, const char *text, const struct sockaddr_un *name)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)(uintptr_t)text, strlen(text) };
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};

	if (name) {
		m.msg_name = (void *)(uintptr_t)name;
		m.msg_namelen = sizeof(*name);
	}
	control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &file, sizeof(file));
	need(sendmsg(to, &m, 0) >= 0, "sendmsg with a file");
}

/* The socket was connected by another process, and given away. */
CASE(syslog_passed)
{
	int daemon = unix_bound(LOG_PATH, SOCK_DGRAM), pair[2], pid;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
	pid = fork();
	if (pid == 0) {
		int fd;

		need(recvmsg(pair[1], &m, 0) == 1, "recvmsg");
		memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
		tell(fd, "<13>given");
		_exit(0);
	}
	fact_number("child", pid);
	pass(pair[0], unix_connected(LOG_PATH, SOCK_DGRAM), "x", NULL);
	need(await_child(pid) == 0, "the child");
	close(daemon);
	unlink(LOG_PATH);
}

/* Root says that it is another process. */
CASE(syslog_claims)
{
	int daemon = unix_bound(LOG_PATH, SOCK_DGRAM), fd = unix_connected(LOG_PATH, SOCK_DGRAM);
	const struct ucred claimed = { 1, 12, 0 };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(claimed))];
	} control = { 0 };
	struct iovec part = { "<13>not me", 10 };
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};

	control.header = (struct cmsghdr){ CMSG_LEN(sizeof(claimed)), SOL_SOCKET, SCM_CREDENTIALS };
	memcpy(CMSG_DATA(&control.header), &claimed, sizeof(claimed));
	need(sendmsg(fd, &m, 0) == 10, "sendmsg");
	close(daemon);
	unlink(LOG_PATH);
}

#define JOURNAL "/run/systemd/journal/"

static void journal_folder(void)
{
	mkdir("/run", 0755);
	mkdir("/run/systemd", 0755);
	need(mkdir("/run/systemd/journal", 0755) == 0 || errno == EEXIST, "mkdir");
}

/* As sd_journal_send() does: fields, or a sealed file of them; also the journal's socket for syslog(3). */
CASE(syslog_journal)
{
	static const char fields[] =
		"MESSAGE\n\x0d\0\0\0\0\0\0\0a\nPRIORITY=0\n\nPRIORITY=5\nSYSLOG_FACILITY=3\n";
	struct sockaddr_un un;
	int daemon, fd = plain_socket(), file;
	static char text[LONG] = "PRIORITY=4\nMESSAGE=";

	journal_folder();
	daemon = unix_bound(JOURNAL "socket", SOCK_DGRAM);
	unix_name(&un, JOURNAL "socket");
	need(sendto(fd, fields, sizeof(fields) - 1, 0, (void *)&un, sizeof(un)) > 0, "sendto");
	memset(text + 19, 'z', sizeof(text) - 20);
	text[LONG - 1] = '\n';
	file = memfd_create("journal", MFD_ALLOW_SEALING);
	need(file >= 0 && write(file, text, LONG) == LONG, "memfd");
	need(fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0, "seal");
	pass(fd, file, "", &un);
	close(daemon);
	daemon = unix_bound(JOURNAL "dev-log", SOCK_DGRAM);
	tell(unix_connected(JOURNAL "dev-log", SOCK_DGRAM), "<30>through the journal");
	close(daemon);
	unlink(JOURNAL "socket");
	unlink(JOURNAL "dev-log");
}

/* A service's standard output; nobody reads. */
CASE(syslog_stdout)
{
	struct iovec parts[] = { { "<4>in ", 6 }, { "parts\n", 6 } };
	int listener, fd, taken;

	journal_folder();
	listener = unix_bound(JOURNAL "stdout", SOCK_STREAM);
	need(listen(listener, 5) == 0, "listen");
	fd = unix_connected(JOURNAL "stdout", SOCK_STREAM);
	taken = accept(listener, NULL, NULL);
	need(taken >= 0, "accept");
	need(write(fd, "name\nunit\n6\n1\n0\n0\n0\n", 20) == 20, "write");
	need(write(fd, "<3>a line\n", 10) == 10, "write");
	need(writev(fd, parts, 2) == 12, "writev");
	need(write(taken, "answer", 6) == 6, "write");
	close(taken);
	signal(SIGPIPE, SIG_IGN);
	need(write(fd, "lost\n", 5) < 0 && errno == EPIPE, "write to a closed stream");
	unlink(JOURNAL "stdout");
}

/* Sockets that are no log's. */
CASE(syslog_others)
{
	int pair[2];

	unix_bound("@/dev/log", SOCK_DGRAM);
	tell(unix_connected("@/dev/log", SOCK_DGRAM), "abstract");
	unix_bound("/tmp/log", SOCK_DGRAM);
	tell(unix_connected("/tmp/log", SOCK_DGRAM), "other folder");
	unix_bound("/dev/logger", SOCK_DGRAM);
	tell(unix_connected("/dev/logger", SOCK_DGRAM), "other name");
	need(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0, "socketpair");
	tell(pair[0], "pair");
	need(say_to("/tmp/nothing", plain_socket(), "nobody") < 0, "sendto");
	unlink("/tmp/log");
	unlink("/dev/logger");
}

CASE(syslog_kmsg)
{
	static const char line[] = "<13>events: a line for the kernel's log\n";
	int fd = open("/dev/kmsg", O_WRONLY);

	need(fd >= 0 && write(fd, line, sizeof(line) - 1) == sizeof(line) - 1, "write to /dev/kmsg");
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: containers, made as container managers make them.
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"
#include "sockets.h"

#define CGROUPS "/tmp/container-cgroup"
#define BOX     CGROUPS "/box.scope"

static void put(int pid, const char *file, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_WRONLY);
	need(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(fd);
}

/* Its own cgroup; a process of it: clone3(2) puts it there before it runs. */
static int clone_into(int cgroup, uint64_t flags)
{
	struct clone_args args = { .flags = flags | CLONE_INTO_CGROUP,
				   .exit_signal = SIGCHLD,
				   .cgroup = (uint64_t)cgroup };

	return (int)syscall(SYS_clone3, &args, sizeof(args));
}

static int box(void)
{
	int fd;

	need(mkdir(CGROUPS, 0755) == 0 || errno == EEXIST, "mkdir");
	need(mount("none", CGROUPS, "cgroup2", 0, NULL) == 0 && mkdir(BOX, 0755) == 0, "cgroup");
	fd = open(BOX, O_RDONLY | O_DIRECTORY);
	need(fd >= 0, BOX);
	return fd;
}

static void unbox(int fd)
{
	close(fd);
	need(rmdir(BOX) == 0 && umount(CGROUPS) == 0, "rmdir");
}

/* What runs there: a /dev of its own with a daemon, a message to it, and a program. */
static void contained(void)
{
	int daemon, fd, pid;

	/* Its root user, because the one outside has no number there, and can make no files. */
	need(syscall(SYS_setresgid, 0, 0, 0) == 0 && syscall(SYS_setresuid, 0, 0, 0) == 0, "setresuid");
	need(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 || errno == EINVAL, "private mounts");
	need(mount("tmpfs", "/dev", "tmpfs", 0, NULL) == 0, "mount");
	daemon = unix_bound("/dev/log", SOCK_DGRAM);
	fd = unix_connected("/dev/log", SOCK_DGRAM);
	need(send(fd, "<13>from the container", 22, 0) == 22, "send");
	fd = open("/dev/made", O_CREAT | O_WRONLY, 0600);
	need(fd >= 0, "open");
	pid = fork();
	if (pid == 0) {
		execve("/opt/tiny", (char *[]){ "contained", NULL }, (char *[]){ NULL });
		_exit(1);
	}
	need(await_child(pid) == 0, "exec");
	close(daemon);
	_exit(0);
}

CASE(container)
{
	int cgroup = box(), ready[2], go[2], pid;
	char c;

	need(pipe(ready) == 0 && pipe(go) == 0, "pipe");
	pid = clone_into(cgroup, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWCGROUP);
	if (pid == 0) {
		need(write(ready[1], "r", 1) == 1 && read(go[0], &c, 1) == 1, "pipe");
		contained();
	}
	need(pid > 0 && read(ready[0], &c, 1) == 1, "clone3");
	put(pid, "setgroups", "deny");
	put(pid, "uid_map", "0 100000 1000");
	put(pid, "gid_map", "0 100000 1000");
	fact_number("child", pid);
	fact_number("pid_ns", namespace_of(pid, "pid"));
	fact_number("mnt_ns", namespace_of(pid, "mnt"));
	fact_number("net_ns", namespace_of(pid, "net"));
	need(write(go[1], "g", 1) == 1, "pipe");
	need(await_child(pid) == 0, "the container");
	unbox(cgroup);
}

/* A process from outside enters, by a pidfd. */
CASE(container_entered)
{
	int cgroup = box(), pid = clone_into(cgroup, CLONE_NEWNS | CLONE_NEWNET), fd, enters;

	if (pid == 0) {
		for (;;)
			pause();
	}
	need(pid > 0, "clone3");
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	fact_number("child", pid);
	fact_number("mnt_ns", namespace_of(pid, "mnt"));
	fact_number("net_ns", namespace_of(pid, "net"));
	enters = fork();
	if (enters == 0) {
		need(fd >= 0 && setns(fd, CLONE_NEWNS | CLONE_NEWNET) == 0, "setns");
		need(syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0, "pidfd_send_signal");
		_exit(0);
	}
	fact_number("enters", enters);
	need(await_child(enters) == 0, "the child that enters");
	await_child(pid);
	unbox(cgroup);
}

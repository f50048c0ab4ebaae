// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: how tasks are made and end, what they execute, and in which place they are.
#define _GNU_SOURCE

#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events.h"

#define TINY      "/opt/tiny"
#define FEW_BYTES 65536u

static char *const no_strings[] = { NULL };

/* The first line of a file, as a number. */
static long number_in(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY);

	need(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, path);
	close(fd);
	return strtol(text, NULL, 10);
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	need(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(fd);
}

static void copy_tiny(int to)
{
	static char bytes[FEW_BYTES];
	int from = open(TINY, O_RDONLY);
	ssize_t n = read(from, bytes, sizeof(bytes));

	need(from >= 0 && n > 0 && write(to, bytes, (size_t)n) == n, TINY);
	close(from);
}

/* Makes an executable copy of a small program. Return: it, open for reading. */
static int make_program(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	need(fd >= 0, path);
	copy_tiny(fd);
	need(fchmod(fd, mode) == 0, "fchmod");
	close(fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A child that executes a program; the parent waits. */
#define IN_CHILD(CALL) \
	do { \
		int child_ = fork(); \
\
		if (child_ == 0) { \
			CALL; \
			need(false, #CALL); \
		} \
		need(await_child(child_) == 0, "the child"); \
	} while (0)

CASE(process_context)
{
	write_to("/proc/self/loginuid", "1234");
	fact_number("session", number_in("/proc/self/sessionid"));
	fact_number("pid_ns", namespace_of(getpid(), "pid"));
	fact_number("mnt_ns", namespace_of(getpid(), "mnt"));
	IN_CHILD(execve(TINY, (char *[]){ "tiny", NULL }, no_strings));
}

CASE(process_container)
{
	int up[2], down[2];
	char c;

	need(pipe(up) == 0 && pipe(down) == 0, "pipe");
	fact_number("mnt_ns_before", namespace_of(getpid(), "mnt"));
	need(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS) == 0, "unshare");
	fact_number("mnt_ns", namespace_of(getpid(), "mnt"));
	fact_number("uts_ns", namespace_of(getpid(), "uts"));
	fact_number("user_ns", namespace_of(getpid(), "user"));

	int pid = fork();

	if (pid == 0) {
		need(write(up[1], "", 1) == 1 && read(down[0], &c, 1) == 1, "pipes");
		execve(TINY, (char *[]){ "tiny", NULL }, no_strings);
		need(false, "execve");
	}
	need(read(up[0], &c, 1) == 1, "read");
	fact_number("child", pid);
	fact_number("pid_ns", namespace_of(pid, "pid"));
	need(write(down[1], "", 1) == 1, "write");
	need(await_child(pid) == 0, "the child");
}

CASE(process_clone_namespaces)
{
	int pid = (int)syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWIPC | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0) {
		pause();
		_exit(1);
	}
	fact_number("child", pid);
	fact_number("mnt_ns", namespace_of(pid, "mnt"));
	fact_number("ipc_ns", namespace_of(pid, "ipc"));
	need(kill(pid, SIGKILL) == 0, "kill");
	await_child(pid);
}

CASE(process_setns)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

	fact_number("first", namespace_of(getpid(), "uts"));
	need(fd >= 0 && unshare(CLONE_NEWUTS) == 0, "unshare");
	fact_number("second", namespace_of(getpid(), "uts"));
	need(setns(fd, CLONE_NEWUTS) == 0, "setns");
}

CASE(process_chroot)
{
	int fd;

	need(mkdir("/tmp/jail", 0755) == 0 && mkdir("/tmp/jail/tmp", 0755) == 0, "mkdir");
	fd = open("/tmp/jail", O_PATH | O_DIRECTORY);
	need(fd >= 0, "open");
	fact_file("jail", fd);
	need(chroot("/tmp/jail") == 0 && chdir("/") == 0, "chroot");
	need(open("/tmp/in-jail", O_CREAT | O_WRONLY, 0600) >= 0, "open");
}

CASE(process_cgroup)
{
	char mine[32];

	need(mkdir("/tmp/cgroup", 0755) == 0 && mount("none", "/tmp/cgroup", "cgroup2", 0, NULL) == 0,
	     "mount");
	need(mkdir("/tmp/cgroup/job.service", 0755) == 0, "mkdir");
	snprintf(mine, sizeof(mine), "%d", getpid());
	write_to("/tmp/cgroup/job.service/cgroup.procs", mine);
	IN_CHILD(execve(TINY, (char *[]){ "tiny", NULL }, no_strings));
	write_to("/tmp/cgroup/cgroup.procs", mine);
	need(rmdir("/tmp/cgroup/job.service") == 0 && umount("/tmp/cgroup") == 0, "rmdir");
}

CASE(process_arguments)
{
	need(chdir("/tmp") == 0, "chdir");
	IN_CHILD(execve(TINY, ((char *[]){ "tiny", "two words", "", "last", NULL }),
			((char *[]){ "HOME=/root", "LD_PRELOAD=/tmp/evil.so", "LANG=C", NULL })));
}

CASE(process_many_arguments)
{
	static char text[600][24], *list[601], value[5000];

	for (int i = 0; i < 600; i++) {
		snprintf(text[i], sizeof(text[i]), "argument-%d", i);
		list[i] = text[i];
	}
	memset(value, 'x', sizeof(value) - 1);
	memcpy(value, "LD_LIBRARY_PATH=", 16);
	IN_CHILD(execve(TINY, list, ((char *[]){ "HOME=/", value, NULL })));
}

CASE(process_script)
{
	write_to("/tmp/script", "#!/bin/sh -e\nexit 0\n");
	need(chmod("/tmp/script", 0755) == 0, "chmod");
	IN_CHILD(execve("/tmp/script", ((char *[]){ "script", "x", NULL }), no_strings));
}

CASE(process_memfd)
{
	int fd = memfd_create("hidden", MFD_CLOEXEC);

	need(fd >= 0, "memfd_create");
	copy_tiny(fd);
	fact_file("program", fd);
	IN_CHILD(fexecve(fd, (char *[]){ "tiny", NULL }, no_strings));
}

CASE(process_deleted)
{
	int fd = make_program("/tmp/gone", 0755);

	fact_file("program", fd);
	need(unlink("/tmp/gone") == 0, "unlink");
	IN_CHILD(syscall(SYS_execveat, fd, "", (char *[]){ "tiny", NULL }, no_strings, AT_EMPTY_PATH));
}

CASE(process_setuid_program)
{
	close(make_program("/tmp/set-id", 06755));
	IN_CHILD(need(setresgid(100, 100, 100) == 0 && setresuid(1000, 1000, 1000) == 0, "setresuid");
		 execve("/tmp/set-id", (char *[]){ "tiny", NULL }, no_strings));
}

/* Failed calls leave nothing that a later successful one would show. */
CASE(process_failed_exec)
{
	write_to("/tmp/garbage", "not a program\n");
	need(chmod("/tmp/garbage", 0755) == 0, "chmod");
	for (int i = 0; i < 100; i++)
		need(execve("/tmp/garbage", (char *[]){ "wrong", NULL }, no_strings) < 0, "no failure");
	IN_CHILD(execve("/tmp/garbage", (char *[]){ "wrong", NULL }, no_strings);
		 execve(TINY, (char *[]){ "right", NULL }, no_strings));
}

static void *executes(void *unused)
{
	execve(TINY, (char *[]){ "of-thread", NULL }, no_strings);
	return unused;
}

CASE(process_thread_exec)
{
	int pid = fork();
	pthread_t thread;

	if (pid == 0) {
		need(pthread_create(&thread, NULL, executes, NULL) == 0, "pthread_create");
		pause();
	}
	fact_number("child", pid);
	need(await_child(pid) == 0, "the child");
}

static void *returns(void *unused)
{
	return unused;
}

CASE(process_kinds_of_children)
{
	pthread_t thread;
	int pid = fork();

	if (pid == 0)
		_exit(0);
	fact_number("process", pid);
	await_child(pid);
	pid = vfork();
	if (pid == 0)
		_exit(0);
	fact_number("vfork", pid);
	await_child(pid);
	need(pthread_create(&thread, NULL, returns, NULL) == 0 && pthread_join(thread, NULL) == 0, "thread");
}

static int killed_child(int signal)
{
	int pid = fork();

	if (pid == 0) {
		raise(signal);
		_exit(99);
	}
	await_child(pid);
	return pid;
}

CASE(process_ends)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int pid = fork();

	if (pid == 0)
		_exit(42);
	await_child(pid);
	fact_number("exited", pid);
	fact_number("killed", killed_child(SIGTERM));
	need(mkdir("/tmp/core", 0755) == 0 && chdir("/tmp/core") == 0 && setrlimit(RLIMIT_CORE, &all) == 0,
	     "core dumps");
	fact_number("dumped", killed_child(SIGABRT));
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: what a record says of a task or of a path changes between two opens; none of the first may remain.
#define _GNU_SOURCE

#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"

#define BEFORE "/tmp/fresh"
#define AFTER  "/tmp/fresh-moved"
#define MOUNT  "/tmp/fresh-mount"
#define IDS    "/tmp/fresh-ids"

static void touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	need(fd >= 0, path);
	close(fd);
}

CASE(fresh_paths)
{
	need(mkdir(BEFORE, 0755) == 0 && mkdir(BEFORE "/a", 0755) == 0 && mkdir(MOUNT, 0755) == 0, "mkdir");
	touch(BEFORE "/a/1");
	need(rename(BEFORE "/a", BEFORE "/b") == 0, "rename of the parent");
	touch(BEFORE "/b/2");
	need(rename(BEFORE, AFTER) == 0, "rename of its parent");
	touch(AFTER "/b/3");
	need(mount("tmpfs", AFTER "/b", "tmpfs", 0, NULL) == 0, "mount over the parent");
	touch(AFTER "/b/4");
	need(mount(AFTER "/b", MOUNT, NULL, MS_MOVE, NULL) == 0, "move of the mount");
	touch(MOUNT "/5");
	need(umount(MOUNT) == 0, "umount");
	touch(AFTER "/b/6");
	fact_number("before_ns", namespace_of(getpid(), "mnt"));
	need(unshare(CLONE_NEWNS) == 0, "unshare");
	fact_number("after_ns", namespace_of(getpid(), "mnt"));
	touch(AFTER "/b/7");
	need(chroot(AFTER) == 0, "chroot");
	touch("/b/8");
}

static void *other_user(void *unused)
{
	(void)unused;
	touch(IDS "/thread-before");
	/* The system call alone changes only this thread. */
	need(syscall(SYS_setresuid, 1000, 1000, 1000) == 0, "setresuid");
	touch(IDS "/thread-after");
	return NULL;
}

static void ids_folder(void)
{
	mkdir(IDS, 0777);
	need(chmod(IDS, 0777) == 0, "chmod");
}

CASE(fresh_thread)
{
	pthread_t thread;

	ids_folder();
	touch(IDS "/main-before");
	need(pthread_create(&thread, NULL, other_user, NULL) == 0 && pthread_join(thread, NULL) == 0,
	     "thread");
	touch(IDS "/main-after");
}

/* A process gets the number of one that is gone. */
CASE(fresh_pid)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid_size = 1 };
	int pid = fork(), same;

	ids_folder();
	if (pid == 0) {
		need(syscall(SYS_setresuid, 1000, 1000, 1000) == 0, "setresuid");
		touch(IDS "/first");
		_exit(0);
	}
	need(pid > 0 && await_child(pid) == 0, "the first child");
	args.set_tid = (uint64_t)(uintptr_t)&pid;
	same = (int)syscall(SYS_clone3, &args, sizeof(args));
	if (same == 0) {
		touch(IDS "/second");
		_exit(0);
	}
	need(same == pid && await_child(same) == 0, "the second child");
	fact_number("child", pid);
}

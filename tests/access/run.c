// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to run a program that nobody may run, and mounts of what is protected.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access.h"

static char *const tool_argv[] = { "true", NULL };
static char *const no_environment[] = { NULL };

/* Runs it in a child. Return: 0, or the errno of execve. */
static int run_path(const char *path)
{
	int status, pid = fork();

	if (pid == 0) {
		execve(path, tool_argv, no_environment);
		_exit(errno);
	}
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	return WEXITSTATUS(status);
}

CASE(run_exec)
{
	return run_path(TOOL);
}

CASE(run_symlink)
{
	unlink("/tmp/true");
	must(symlink(TOOL, "/tmp/true") == 0, "symlink");
	return run_path("/tmp/true");
}

CASE(run_script)
{
	static const char text[] = "#!" TOOL "\n";
	int fd = open("/tmp/script", O_WRONLY | O_CREAT | O_TRUNC, 0700);

	must(write(fd, text, sizeof(text) - 1) == sizeof(text) - 1 && close(fd) == 0, "script");
	return run_path("/tmp/script");
}

CASE(run_descriptor)
{
	int fd = open(TOOL, O_PATH), status, pid = fork();

	if (pid == 0) {
		fexecve(fd, tool_argv, no_environment);
		_exit(errno);
	}
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	return WEXITSTATUS(status);
}

CASE(run_mapped)
{
	int fd = open(TOOL, O_RDONLY);

	must(fd >= 0, "open");
	return mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? errno : 0;
}

CASE(run_mapped_later)
{
	int fd = open(TOOL, O_RDONLY);
	void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	must(at != MAP_FAILED, "mmap");
	return result(mprotect(at, 4096, PROT_READ | PROT_EXEC));
}

/* A file system that is mounted when the policy is in force, and a file that is made there. */
static void mount_volume(void)
{
	int fd;

	if (access(VOLUME_SECRET, F_OK) == 0)
		return;
	mkdir(VOLUME, 0700);
	must(mount("none", VOLUME, "tmpfs", 0, NULL) == 0, "mount");
	fd = open(VOLUME_SECRET, O_WRONLY | O_CREAT, 0600);
	must(fd >= 0 && write(fd, "key", 3) == 3 && close(fd) == 0, "make the key");
}

CASE(volume_read)
{
	mount_volume();
	return read_path(VOLUME_SECRET);
}

CASE(volume_bind_elsewhere)
{
	int ret;

	mount_volume();
	mkdir("/tmp/volume", 0700);
	must(mount(VOLUME, "/tmp/volume", NULL, MS_BIND, NULL) == 0, "bind mount");
	ret = read_path("/tmp/volume/key");
	must(umount("/tmp/volume") == 0, "umount of the second mount");
	return ret;
}

/* A further mount of a part that no rule is about does not guard the file. */
CASE(volume_umount_part_bound)
{
	int ret;

	mount_volume();
	mkdir(VOLUME "/part", 0700);
	mkdir("/tmp/part", 0700);
	must(mount(VOLUME "/part", "/tmp/part", NULL, MS_BIND, NULL) == 0, "bind mount");
	ret = result(umount2(VOLUME, MNT_DETACH));
	must(umount("/tmp/part") == 0, "umount of the part");
	return ret;
}

CASE(volume_umount)
{
	mount_volume();
	return result(umount2(VOLUME, MNT_DETACH));
}

/* What a peer of process 1's mount has mounted on it, process 1 has as well. */
CASE(volume_umount_by_peer)
{
	mount_volume();
	must(mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) == 0, "make shared");
	must(unshare(CLONE_NEWNS) == 0, "unshare");
	return result(umount2(VOLUME, MNT_DETACH));
}

CASE(volume_mount_over_by_peer)
{
	int ret;

	mount_volume();
	must(mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) == 0, "make shared");
	must(unshare(CLONE_NEWNS) == 0, "unshare");
	ret = result(mount("none", VOLUME, "tmpfs", 0, NULL));
	if (ret == 0)
		must(umount(VOLUME) == 0, "umount");
	return ret;
}

/* What the policy allows: a namespace is mounted at a guarded name, as "ip netns add" does; another is used. */
CASE(namespace_read)
{
	mount_volume();
	must(mount("/proc/self/ns/net", VOLUME_SECRET, NULL, MS_BIND, NULL) == 0, "mount of a namespace");
	return open("/proc/self/ns/uts", O_RDONLY) < 0 ? errno : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to read a file that nobody, or not the caller, may read.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access.h"

CASE(read_open)
{
	return read_path(SECRET);
}

CASE(read_relative)
{
	must(chdir("/protect") == 0, "chdir");
	return read_path("secret");
}

CASE(read_dotdot)
{
	return read_path("/tmp/../protect/../protect/./secret");
}

CASE(read_symlink)
{
	unlink("/tmp/to-secret");
	must(symlink(SECRET, "/tmp/to-secret") == 0, "symlink");
	return read_path("/tmp/to-secret");
}

CASE(read_hard_link)
{
	int ret = result(link(SECRET, "/tmp/second-name"));

	if (ret == 0)
		ret = read_path("/tmp/second-name");
	unlink("/tmp/second-name");
	return ret;
}

CASE(read_renamed)
{
	int ret = result(rename(SECRET, "/tmp/renamed"));

	if (ret == 0) {
		ret = read_path("/tmp/renamed");
		must(rename("/tmp/renamed", SECRET) == 0, "rename back");
	}
	return ret;
}

CASE(read_exchanged)
{
	int ret;

	close(open("/tmp/exchanged", O_WRONLY | O_CREAT, 0600));
	ret = result(renameat2(AT_FDCWD, "/tmp/exchanged", AT_FDCWD, SECRET, RENAME_EXCHANGE));
	if (ret == 0) {
		ret = read_path("/tmp/exchanged");
		must(rename("/tmp/exchanged", SECRET) == 0, "rename back");
	}
	return ret;
}

CASE(read_directory_renamed)
{
	int ret = result(rename("/protect", "/moved"));

	if (ret == 0) {
		ret = read_path("/moved/secret");
		must(rename("/moved", "/protect") == 0, "rename back");
	}
	return ret;
}

CASE(read_covered_directory_renamed)
{
	int ret = result(rename(DIR "/inner", "/tmp/inner"));

	if (ret == 0) {
		ret = read_path("/tmp/inner/file");
		must(rename("/tmp/inner", DIR "/inner") == 0, "rename back");
	}
	return ret;
}

CASE(read_below)
{
	return read_path(DIR "/inner/file");
}

CASE(read_bind_mount)
{
	mkdir("/tmp/bound", 0700);
	must(mount("/protect", "/tmp/bound", NULL, MS_BIND, NULL) == 0, "bind mount");
	return read_path("/tmp/bound/secret");
}

CASE(read_file_bind_mount)
{
	close(open("/tmp/bound-file", O_WRONLY | O_CREAT, 0600));
	must(mount(SECRET, "/tmp/bound-file", NULL, MS_BIND, NULL) == 0, "bind mount");
	return read_path("/tmp/bound-file");
}

CASE(read_mount_namespace)
{
	mkdir("/tmp/other", 0700);
	must(unshare(CLONE_NEWNS) == 0, "unshare");
	must(mount(DIR "/inner", "/tmp/other", NULL, MS_BIND, NULL) == 0, "bind mount");
	return read_path("/tmp/other/file");
}

CASE(read_chroot)
{
	must(chroot("/protect") == 0, "chroot");
	return read_path("/secret");
}

CASE(read_o_path)
{
	char name[64];
	int fd = open(SECRET, O_PATH);

	must(fd >= 0, "open with O_PATH");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return read_path(name);
}

CASE(read_by_handle)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, root = open("/", O_RDONLY | O_DIRECTORY), fd;

	must(name_to_handle_at(AT_FDCWD, SECRET, &h.handle, &mount_id, 0) == 0, "name_to_handle_at");
	fd = open_by_handle_at(root, &h.handle, O_RDONLY);
	return fd < 0 ? errno : read_fd(fd);
}

CASE(read_passed)
{
	return read_fd(opened_by_user(O_RDONLY));
}

CASE(read_reopened)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", opened_by_user(O_RDONLY));
	return read_path(name);
}

CASE(read_mapped)
{
	return mmap(NULL, 1, PROT_READ, MAP_PRIVATE, opened_by_user(O_RDONLY), 0) == MAP_FAILED ? errno : 0;
}

CASE(read_mapped_later)
{
	void *at = mapped_by_user(O_RDONLY, MAP_PRIVATE);

	return result(mprotect(at, 4096, PROT_READ));
}

/* /proc/self/mem reads whatever the protection. */
CASE(read_mapped_none)
{
	void *at = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE, opened_by_user(O_RDONLY), 0);
	int fd = open("/proc/self/mem", O_RDONLY);
	char byte;

	must(fd >= 0, "open of memory");
	return at == MAP_FAILED ? errno : result(pread(fd, &byte, 1, (off_t)(unsigned long)at));
}

CASE(read_sendfile)
{
	int to = memfd_create("copy", 0);

	return result(sendfile(to, opened_by_user(O_RDONLY), NULL, 1));
}

CASE(read_splice)
{
	int pipe_fd[2];

	must(pipe(pipe_fd) == 0, "pipe");
	return result(splice(opened_by_user(O_RDONLY), NULL, pipe_fd[1], NULL, 1, 0));
}

CASE(read_copy_file_range)
{
	int to = open("/tmp/copied", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	return result(copy_file_range(opened_by_user(O_RDONLY), NULL, to, NULL, 1, 0));
}

CASE(read_io_uring)
{
	return uring_rw(opened_by_user(O_RDONLY), false);
}

CASE(read_pidfd_getfd)
{
	int ready[2], fd, pid, pidfd, ret, status;
	char byte;

	must(pipe(ready) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		must(setresuid(1000, 1000, 1000) == 0, "setresuid");
		fd = open(SHARED, O_RDONLY);
		must(dup2(fd, 100) == 100 && write(ready[1], "", 1) == 1, "open as user");
		pause();
	}
	must(read(ready[0], &byte, 1) == 1, "read");
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, 100, 0);
	ret = fd < 0 ? errno : read_fd(fd);
	kill(pid, 9);
	waitpid(pid, &status, 0);
	return ret;
}

CASE(read_overlay)
{
	mkdir("/tmp/merged", 0700);
	must(mount("overlay", "/tmp/merged", "overlay", 0, "lowerdir=/protect:/etc") == 0, "overlay");
	return read_path("/tmp/merged/secret");
}

/* What the policy allows, while a user renames a directory all the time. */
CASE(read_while_renaming)
{
	int pid, ret = 0, i;

	mkdir("/tmp/restless", 0777);
	must(chmod("/tmp/restless", 0777) == 0, "chmod");
	pid = fork();
	if (pid == 0) {
		must(setresuid(1000, 1000, 1000) == 0, "setresuid");
		must(mkdir("/tmp/restless/a", 0700) == 0, "mkdir");
		while (rename("/tmp/restless/a", "/tmp/restless/b") == 0 &&
		       rename("/tmp/restless/b", "/tmp/restless/a") == 0)
			;
		_exit(1);
	}
	for (i = 0; i < 2000 && ret == 0; i++)
		ret = read_path("/etc/source");
	must(kill(pid, 9) == 0 && waitpid(pid, &i, 0) == pid && WIFSIGNALED(i), "renames");
	return ret;
}

CASE(list_below)
{
	char entries[512];
	int fd = open(DIR "/inner", O_RDONLY | O_DIRECTORY);

	return fd < 0 ? errno : result(syscall(SYS_getdents64, fd, entries, sizeof(entries)));
}

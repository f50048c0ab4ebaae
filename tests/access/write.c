// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to change, remove, replace or make a file that nobody may change.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "access.h"

#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND 0x20
#endif

CASE(write_open)
{
	return open_path(FIXED, O_WRONLY);
}

CASE(write_open_append)
{
	return open_path(FIXED, O_WRONLY | O_APPEND);
}

CASE(write_open_truncate)
{
	return open_path(FIXED, O_RDONLY | O_TRUNC);
}

CASE(write_truncate)
{
	return result(truncate(FIXED, 0));
}

CASE(write_chmod)
{
	return result(chmod(FIXED, 0666));
}

CASE(write_chown)
{
	return result(chown(FIXED, 1, 1));
}

CASE(write_times)
{
	return result(utimensat(AT_FDCWD, FIXED, NULL, 0));
}

CASE(write_time_now)
{
	static const struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_NOW } };

	return result(utimensat(AT_FDCWD, FIXED, times, 0));
}

CASE(write_xattr)
{
	return result(setxattr(FIXED, "trusted.test", "x", 1, 0));
}

CASE(write_unlink)
{
	return result(unlink(FIXED));
}

CASE(write_rename_away)
{
	int ret = result(rename(FIXED, "/tmp/was-fixed"));

	if (ret == 0)
		must(rename("/tmp/was-fixed", FIXED) == 0, "rename back");
	return ret;
}

CASE(write_rename_over)
{
	close(open("/tmp/replacement", O_WRONLY | O_CREAT, 0600));
	return result(rename("/tmp/replacement", FIXED));
}

CASE(write_passed)
{
	return result(pwrite(opened_by_user(O_WRONLY), "x", 1, 0));
}

CASE(write_passed_truncate)
{
	return result(ftruncate(opened_by_user(O_WRONLY), 8));
}

CASE(write_passed_fallocate)
{
	return result(fallocate(opened_by_user(O_WRONLY), 0, 0, 8192));
}

CASE(write_mapped)
{
	return mmap(NULL, 1, PROT_WRITE, MAP_SHARED, opened_by_user(O_RDWR), 0) == MAP_FAILED ? errno : 0;
}

CASE(write_mapped_later)
{
	void *at = mapped_by_user(O_RDWR, MAP_SHARED);

	return result(mprotect(at, 4096, PROT_WRITE));
}

CASE(write_io_uring)
{
	return uring_rw(opened_by_user(O_WRONLY), true);
}

CASE(write_copy_file_range)
{
	int from = open("/etc/source", O_RDONLY);

	must(from >= 0, "open");
	return result(copy_file_range(from, NULL, opened_by_user(O_WRONLY), NULL, 1, 0));
}

CASE(write_splice)
{
	int pipe_fd[2];

	must(pipe(pipe_fd) == 0 && write(pipe_fd[1], "x", 1) == 1, "pipe");
	return result(splice(pipe_fd[0], NULL, opened_by_user(O_WRONLY), NULL, 1, 0));
}

CASE(write_mount_over)
{
	int ret = result(mount("/etc/source", FIXED, NULL, MS_BIND, NULL));

	if (ret == 0)
		must(umount(FIXED) == 0, "umount");
	return ret;
}

CASE(write_mount_over_private)
{
	int ret = result(mount("/etc/source", FIXED, NULL, MS_BIND | MS_PRIVATE, NULL));

	if (ret == 0)
		must(umount(FIXED) == 0, "umount");
	return ret;
}

CASE(write_mount_over_way)
{
	int ret = result(mount("none", "/protect", "tmpfs", 0, NULL));

	if (ret == 0)
		must(umount("/protect") == 0, "umount");
	return ret;
}

CASE(create_open)
{
	return open_path(NEW, O_WRONLY | O_CREAT);
}

CASE(create_mkdir)
{
	return result(mkdir(NEW, 0700));
}

CASE(create_mknod)
{
	return result(mknod(NEW, S_IFIFO | 0600, 0));
}

CASE(create_symlink)
{
	return result(symlink("/tmp", NEW));
}

CASE(create_link)
{
	return result(link("/etc/source", NEW));
}

CASE(create_rename)
{
	close(open("/tmp/to-be-new", O_WRONLY | O_CREAT, 0600));
	return result(rename("/tmp/to-be-new", NEW));
}

CASE(create_below)
{
	return open_path(DIR "/inner/created", O_WRONLY | O_CREAT);
}

/* What the policy allows. */
CASE(append)
{
	int fd = open(LOG, O_WRONLY | O_APPEND);

	return fd < 0 ? errno : result(write(fd, "line\n", 5));
}

CASE(append_log_overwrite)
{
	return open_path(LOG, O_WRONLY);
}

CASE(append_log_truncate)
{
	return result(truncate(LOG, 0));
}

CASE(append_flag_cleared)
{
	int fd = open(LOG, O_WRONLY | O_APPEND), ret;

	must(fd >= 0, "open");
	ret = result(fcntl(fd, F_SETFL, 0));
	return ret ? ret : result(pwrite(fd, "x", 1, 0));
}

CASE(append_fallocate)
{
	int fd = open(LOG, O_WRONLY | O_APPEND);

	must(fd >= 0, "open");
	return result(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1));
}

/* Linux 6.1 does not know the flag: EOPNOTSUPP. */
CASE(append_noappend)
{
	struct iovec iov = { "x", 1 };
	int fd = open(LOG, O_WRONLY | O_APPEND);

	must(fd >= 0, "open");
	return result(pwritev2(fd, &iov, 1, 0, RWF_NOAPPEND));
}

CASE(append_io_uring)
{
	int fd = open(LOG, O_WRONLY | O_APPEND);

	must(fd >= 0, "open");
	return uring_rw(fd, true);
}

/* A directory that brings a file to a guarded name. */
CASE(create_brought)
{
	int ret;

	must(mkdir("/tmp/bring", 0700) == 0 && mkdir("/tmp/bring/in", 0700) == 0, "mkdir");
	must(mknod("/tmp/bring/in/secret", S_IFREG | 0600, 0) == 0, "mknod");
	ret = result(rename("/tmp/bring", WAY));
	if (ret == 0)
		must(rename(WAY, "/tmp/brought") == 0, "rename back");
	return ret;
}

/* What the policy allows: it brings none. */
CASE(create_brought_nothing)
{
	int ret;

	must(mkdir("/tmp/empty", 0700) == 0 && mkdir("/tmp/empty/in", 0700) == 0, "mkdir");
	ret = result(rename("/tmp/empty", WAY));
	rmdir(WAY "/in");
	rmdir(WAY);
	return ret;
}

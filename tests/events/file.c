// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: files are opened, and lose or never have a name.
#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "events.h"
#include "files.h"

CASE(file_made)
{
	int fd = open("/tmp/file-made", O_CREAT | O_EXCL | O_WRONLY, 0640);

	need(fd >= 0, "open");
	fact_file("file", fd);
	need(write(fd, "hello", 5) == 5 && write(fd, " world\n", 7) == 7, "write");
	close(fd);
	fd = open("/tmp/file-made", O_CREAT | O_RDWR | O_APPEND, 0600);
	need(fd >= 0, "open again");
	close(fd);
}

CASE(file_tmpfile)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0604);

	need(fd >= 0, "open");
	fact_file("file", fd);
	need(linkat(AT_FDCWD, "/proc/self/fd/3", AT_FDCWD, "/tmp/file-linked", AT_SYMLINK_FOLLOW) == 0,
	     "link");
}

/* A deleted file and one whose name looks like that. */
CASE(file_deleted)
{
	int fd = file_make("/tmp/file-x", 10), twin = file_make("/tmp/file-x (deleted)", 0);

	fact_file("gone", fd);
	fact_file("twin", twin);
	need(unlink("/tmp/file-x") == 0, "unlink");
	need(fchmod(fd, 0600) == 0, "fchmod");
	need(open(file_of(fd), O_RDONLY) >= 0, "open the deleted file");
	need(open("/tmp/file-x (deleted)", O_RDONLY) >= 0, "open its twin");
}

CASE(file_memfd)
{
	int fd = memfd_create("a secret", 0), again;

	need(fd >= 0, "memfd_create");
	fact_file("file", fd);
	need(write(fd, file_data, 100) == 100, "write");
	again = open(file_of(fd), O_RDONLY);
	need(again >= 0, "open");
	need(read(again, file_data, 100) == 100, "read");
}

CASE(file_pipe)
{
	int fd[2];

	need(pipe(fd) == 0, "pipe");
	fact_file("pipe", fd[0]);
	need(open(file_of(fd[0]), O_RDONLY) >= 0, "open");
}

/* As a child, with an own root. */
CASE(file_chroot)
{
	int outside = file_make("/tmp/file-outside", 1), fd;

	fact_file("outside", outside);
	need(mkdir("/tmp/file-root", 0755) == 0, "mkdir");
	file_make("/tmp/file-root/inside", 1);
	need(chroot("/tmp/file-root") == 0 && chdir("/") == 0, "chroot");
	fd = open("/inside", O_RDONLY);
	need(fd >= 0, "open inside");
	fact_file("inside", fd);
	need(fchmod(outside, 0600) == 0, "fchmod");
}

CASE(file_handle)
{
	struct {
		struct file_handle head;
		char room[MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, folder, fd;

	file_folder("/tmp/file-handles");
	fd = file_make("/tmp/file-handles/one", 3);
	need(name_to_handle_at(AT_FDCWD, "/tmp/file-handles/one", &handle.head, &mount_id, 0) == 0, "handle");
	folder = open("/tmp/file-handles", O_RDONLY | O_DIRECTORY);
	need(folder >= 0, "open folder");
	fact_file("file", fd);
	fd = open_by_handle_at(folder, &handle.head, O_RDWR);
	need(fd >= 0, "open_by_handle_at");
	need(read(fd, file_data, 100) == 3, "read");
}

CASE(file_overlay)
{
	int fd;

	file_layers("/tmp/file-layers", "/tmp/file-merged");
	close(file_make("/tmp/file-layers/lower/read", 70));
	close(file_make("/tmp/file-layers/lower/copied", 80));
	file_overlay("/tmp/file-layers", "/tmp/file-merged", 0);
	fd = open("/tmp/file-merged/read", O_RDONLY);
	need(fd >= 0 && read(fd, file_data, 100) == 70, "read");
	fact_file("read", fd);
	close(fd);
	fd = open("/tmp/file-merged/copied", O_WRONLY | O_APPEND);
	need(fd >= 0 && write(fd, file_data, 9) == 9, "write");
	fact_file("copied", fd);
	close(fd);
	need(chmod("/tmp/file-merged/copied", 0600) == 0, "chmod");
	need(truncate("/tmp/file-merged/copied", 40) == 0, "truncate");
	need(utimensat(AT_FDCWD, "/tmp/file-merged/copied", NULL, 0) == 0, "utimensat");
	fd = open("/tmp/file-merged", O_RDONLY | O_DIRECTORY);
	need(fd >= 0, "open folder");
	fact_file("folder", fd);
	close(fd);
	need(rename("/tmp/file-merged/copied", "/tmp/file-merged/renamed") == 0, "rename");
	need(unlink("/tmp/file-merged/renamed") == 0, "unlink");
	need(mkdir("/tmp/file-merged/new", 0700) == 0, "mkdir in overlay");
}

/* Devices that reach memory and disks, whether or not this kernel has a driver for them. */
CASE(file_devices)
{
	struct stat st;
	int fd;

	need(mknod("/tmp/file-disk", S_IFBLK | 0600, 7 << 8 | 3) == 0, "mknod");
	(void)!open("/tmp/file-disk", O_RDWR);
	need(mknod("/tmp/file-null", S_IFCHR | 0600, 1 << 8 | 3) == 0, "mknod null");
	fd = open("/tmp/file-null", O_WRONLY);
	need(fd >= 0 && fstat(fd, &st) == 0 && write(fd, "x", 1) == 1, "write");
	need(mknod("/tmp/file-memory", S_IFCHR | 0600, 1 << 8 | 1) == 0, "mknod mem");
	fd = open("/tmp/file-memory", O_RDWR);
	need(fd >= 0, "open mem");
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// What the cases about files share.
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"
#include "files.h"

char file_data[FILE_DATA];

int file_make(const char *path, int bytes)
{
	int fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0644);

	need(fd >= 0, path);
	need(pwrite(fd, file_data, (size_t)bytes, 0) == bytes, path);
	return fd;
}

const char *file_of(int fd)
{
	static char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

void file_folder(const char *path)
{
	need(mkdir(path, 0755) == 0, path);
	need(mount("none", path, "tmpfs", 0, NULL) == 0, path);
}

void file_load_module(const char *path)
{
	int fd = open(path, O_RDONLY);

	need(fd >= 0, path);
	need(syscall(SYS_finit_module, fd, "", 0) == 0 || errno == EEXIST, path);
	close(fd);
}

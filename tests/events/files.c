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

static void layer_folder(const char *layers, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", layers, name);
	need(mkdir(path, 0755) == 0, path);
}

void file_layers(const char *layers, const char *merged)
{
	file_folder(layers);
	layer_folder(layers, "lower");
	layer_folder(layers, "upper");
	layer_folder(layers, "work");
	need(mkdir(merged, 0755) == 0, merged);
}

void file_overlay(const char *layers, const char *merged, unsigned long flags)
{
	char options[512];

	file_load_module("/opt/overlay.ko");
	snprintf(options, sizeof(options), "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", layers,
		 layers, layers);
	need(mount("overlay", merged, "overlay", flags, options) == 0, "mount overlay");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Loads a kernel module: `modload file PATH [FLAGS]` by finit_module(2), `modload memory PATH` by
 * init_module(2). Prints how that ended. (Linux reads no module from a file that is open for writing.)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int finit(const char *path, int flags)
{
	int fd = open(path, O_RDONLY);
	int ret = fd < 0 ? -1 : (int)syscall(SYS_finit_module, fd, "", flags);

	if (fd >= 0)
		close(fd);
	return ret;
}

static int init(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *at;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	return at == MAP_FAILED ? -1 : (int)syscall(SYS_init_module, at, st.st_size, "");
}

static int say(int ret)
{
	puts(ret == 0 ? "loaded" : strerror(errno));
	return ret != 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "file") == 0)
		return say(finit(argv[2], argc > 3 ? atoi(argv[3]) : 0));
	if (argc == 3 && strcmp(argv[1], "memory") == 0)
		return say(init(argv[2]));
	fputs("usage: modload file PATH [FLAGS]|memory PATH\n", stderr);
	return 2;
}

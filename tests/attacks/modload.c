/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Loads a kernel module: `modload file PATH [FLAGS]` by finit_module(2), `modload memory PATH` by
 * init_module(2), `modload race PATH COUNT`: by finit_module(2) while another process changes the file's last
 * byte, which is no part of the module. Prints how each ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

/* The name of the module is that of the file. */
static int race(const char *path, int count)
{
	const char *slash = strrchr(path, '/');
	char name[64];
	int fd = open(path, O_RDWR), loaded = 0;
	struct stat st;
	pid_t child;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(slash ? slash + 1 : path, "."),
		 slash ? slash + 1 : path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return say(-1);
	child = fork();
	for (char byte = 0; child == 0; byte ^= 1)
		pwrite(fd, &byte, 1, st.st_size - 1);
	for (int i = 0; i < count; i++) {
		if (finit(path, 0) != 0)
			continue;
		loaded++;
		syscall(SYS_delete_module, name, 0);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("%d of %d loaded\n", loaded, count);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "file") == 0)
		return say(finit(argv[2], argc > 3 ? atoi(argv[3]) : 0));
	if (argc == 3 && strcmp(argv[1], "memory") == 0)
		return say(init(argv[2]));
	if (argc == 4 && strcmp(argv[1], "race") == 0)
		return race(argv[2], atoi(argv[3]));
	fputs("usage: modload file PATH [FLAGS]|memory PATH|race PATH COUNT\n", stderr);
	return 2;
}

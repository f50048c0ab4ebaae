// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// A trusted program, with a dynamic linker and libraries: does what it is told, and exits with an errno.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char code[] __attribute__((aligned(4096))) = "constant";

static int result(long ret)
{
	return ret < 0 ? errno : 0;
}

static int do_read(const char *path)
{
	int fd = open(path, O_RDONLY);
	char byte;

	return fd < 0 ? errno : result(read(fd, &byte, 1));
}

static int do_fork(const char *path)
{
	int status, pid = fork();

	if (pid == 0)
		_exit(do_read(path));
	return waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : ECHILD;
}

static int do_cat(const char *path)
{
	execl("/bin/cat", "cat", path, (char *)NULL);
	return errno;
}

static int do_load(const char *path)
{
	return dlopen(path, RTLD_NOW) ? 0 : EACCES;
}

static int do_map(const char *path)
{
	int fd = open(path, O_RDONLY);

	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? errno : 0;
}

/* Part of a library, to be changed before anybody uses it. */
static int do_map_data(const char *path)
{
	int fd = open(path, O_RDONLY);

	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED ? errno : 0;
}

static int do_anonymous(const char *prot)
{
	return mmap(NULL, 4096, atoi(prot), MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}

static int do_anonymous_later(const char *prot)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return result(mprotect(at, 4096, atoi(prot)));
}

static int do_stack(const char *prot)
{
	return result(mprotect((void *)((uintptr_t)&prot & ~4095ul), 4096, atoi(prot)));
}

/* A page of its own measured file, changed, and then to be executed. */
static int do_written(const char *prot)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	if (at == MAP_FAILED)
		return ENOMEM;
	at[0] = 0;
	return result(mprotect(at, 4096, atoi(prot)));
}

static int do_memory(const char *unused)
{
	int fd = open("/proc/self/mem", O_RDWR);

	(void)unused;
	return fd < 0 ? errno : result(pwrite(fd, "C", 1, (off_t)(uintptr_t)code));
}

static int do_wait(const char *unused)
{
	const char *at = code;
	char byte;

	(void)unused;
	if (write(STDOUT_FILENO, &at, sizeof(at)) != sizeof(at))
		return EIO;
	while (read(STDIN_FILENO, &byte, 1) == 1)
		;
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const char *argument);
} commands[] = {
	{ "read", do_read },
	{ "fork", do_fork },
	{ "cat", do_cat },
	{ "load", do_load },
	{ "map", do_map },
	{ "map_data", do_map_data },
	{ "stack", do_stack },
	{ "anonymous", do_anonymous },
	{ "anonymous_later", do_anonymous_later },
	{ "wait", do_wait },
	{ "memory", do_memory },
	{ "written", do_written },
};

static int run(const char *command, const char *argument)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(commands[i].name, command) == 0)
			return commands[i].run(argument);
	return EINVAL;
}

/* As an interpreter: the second line of the script is a command. */
static int interpret(const char *script)
{
	char command[32], argument[128];
	FILE *f = fopen(script, "r");

	if (!f)
		return errno;
	if (fscanf(f, "%*[^\n] %31s %127s", command, argument) != 2)
		return EINVAL;
	fclose(f);
	return run(command, argument);
}

int main(int argc, char **argv)
{
	if (argc == 2 && argv[1][0] == '/')
		return interpret(argv[1]);
	return argc == 3 ? run(argv[1], argv[2]) : EINVAL;
}

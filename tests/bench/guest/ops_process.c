// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Operations that create a process: fork and exit, fork and exec, fork and a shell.
#define _GNU_SOURCE
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

void fork_run(unsigned int ops)
{
	while (ops--) {
		int pid = (int)check(fork(), "fork");

		if (pid == 0)
			_exit(0);
		wait_for(pid);
	}
}

static void spawn(unsigned int ops, const char *path, char *const argv[])
{
	char *const environment[] = { NULL };

	while (ops--) {
		int pid = (int)check(fork(), "fork");

		if (pid == 0) {
			execve(path, argv, environment);
			die(path);
		}
		wait_for(pid);
	}
}

static void exec_run(unsigned int ops)
{
	char *const argv[] = { "hello", NULL };

	spawn(ops, "/bin/hello", argv);
}

static void exec_libc_run(unsigned int ops)
{
	char *const argv[] = { "hello-libc", NULL };

	spawn(ops, "/bin/hello-libc", argv);
}

static char *const shell_argv[] = { "sh", "-c", "/bin/hello", NULL };

static void shell_run(unsigned int ops)
{
	spawn(ops, "/bin/sh", shell_argv);
}

static void shell_libc_run(unsigned int ops)
{
	spawn(ops, "/bin/sh-libc", shell_argv);
}

const struct bench_op process_ops[] = {
	{ "fork_exit", 4, 80, 1, NULL, fork_run, NULL },
	{ "fork_exec", 4, 80, 1, NULL, exec_run, NULL },
	{ "fork_sh", 4, 30, 1, NULL, shell_run, NULL },
	{ "fork_exec_libc", 4, 15, 1, NULL, exec_libc_run, NULL },
	{ "fork_sh_libc", 4, 15, 1, NULL, shell_libc_run, NULL },
};
const unsigned int process_op_count = COUNT(process_ops);

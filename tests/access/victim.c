// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The program that is attacked: this one, by another name.

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "victim.h"

/* Says where its memory is, and waits until its standard input ends. */
static int wait_for_end(void)
{
	static char memory[] = "a secret";
	char *at = memory, byte;

	must(write(STDOUT_FILENO, &at, sizeof(at)) == sizeof(at), "write of an address");
	while (read(STDIN_FILENO, &byte, 1) == 1)
		;
	return 0;
}

int victim_main(char **argv)
{
	const char *mode = argv[1] ? argv[1] : "";

	if (strcmp(mode, "traceme") == 0)
		return result(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	if (strcmp(mode, "signal") == 0)
		return result(kill(atoi(argv[2]), SIGTERM));
	if (strcmp(mode, "getppid") == 0)
		return syscall(SYS_getppid) == VICTIM_ANSWER ? 0 : EACCES;
	return wait_for_end();
}

int victim_run(char *const argv[])
{
	int status, pid = fork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(errno);
	}
	must(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "waitpid");
	return WEXITSTATUS(status);
}

void victim_ready(struct victim *v)
{
	must(read(v->out, &v->at, sizeof(v->at)) == sizeof(v->at), "start of the victim");
}

struct victim victim_start(char *const argv[], int hold)
{
	struct victim v = { .hold = hold };
	int in[2], out[2];
	char byte;

	must(pipe(in) == 0 && pipe(out) == 0, "pipe");
	v.pid = fork();
	if (v.pid == 0) {
		if (hold >= 0)
			must(read(hold, &byte, 1) == 1, "read");
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		execv(argv[0], argv);
		_exit(errno);
	}
	close(in[0]);
	close(out[1]);
	v.in = in[1];
	v.out = out[0];
	if (hold < 0)
		victim_ready(&v);
	return v;
}

bool victim_dies(const struct victim *v)
{
	int status;

	for (int i = 0; i < 20; i++) {
		if (waitpid(v->pid, &status, WNOHANG) == v->pid)
			return true;
		usleep(10000);
	}
	return false;
}

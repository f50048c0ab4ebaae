/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What rwlog does on a terminal only: colours, a pager. */
#define _GNU_SOURCE
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t pager;

bool terminal_color(const struct options *o)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && (!no_color || !*no_color) && (!term || strcmp(term, "dumb") != 0);
}

/* What the user wants as a pager, a command for the shell; NULL: none. */
static const char *wanted_pager(void)
{
	const char *command = getenv("RWLOG_PAGER");

	if (!command)
		command = getenv("PAGER");
	if (!command)
		command = "less";
	return *command && strcmp(command, "cat") != 0 ? command : NULL;
}

/* In the child: becomes the pager. A shell that does not find it shows the text all the same. */
static void become_pager(const char *command, int from)
{
	char *line = NULL;

	if (asprintf(&line, "%s || exec cat", command) < 0 || dup2(from, STDIN_FILENO) < 0)
		_exit(STATUS_USAGE);
	/* Colours, no pager for what fits on the screen, which stays there. */
	setenv("LESS", "FRSX", 0);
	execl("/bin/sh", "sh", "-c", line, NULL);
	_exit(STATUS_USAGE);
}

void terminal_pager(const struct options *o)
{
	const char *command = wanted_pager();
	int pipefd[2];

	if (o->no_pager || !isatty(STDOUT_FILENO) || !command || pipe2(pipefd, O_CLOEXEC) != 0)
		return;
	fflush(stdout);
	pager = fork();
	if (pager == 0)
		become_pager(command, pipefd[0]);
	close(pipefd[0]);
	if (pager > 0) {
		dup2(pipefd[1], STDOUT_FILENO);
		signal(SIGINT, SIG_IGN); /* it means the pager */
	}
	close(pipefd[1]);
}

void terminal_end(void)
{
	if (pager <= 0)
		return;
	fflush(stdout);
	close(STDOUT_FILENO);
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Processes that others attack. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "access.h"

#define VICTIM        "/protect/victim" /* isolated: this program, by another name */
#define VICTIM_ANSWER 4711              /* what getppid() has to return in mode "getppid" */

/** struct victim - a process that waits. */
struct victim {
	pid_t pid;
	int in, out; /* its standard input, and output */
	int hold;    /* as passed to victim_start() */
	char *at;    /* an address of its memory */
};

/** victim_main() - what the program does as VICTIM. */
int victim_main(char **argv);

/** victim_run() - run a program in a child. Return: its exit status, or the errno of execve. */
int victim_run(char *const argv[]);

/**
 * victim_start() - start a program that waits.
 * @hold: -1; or a descriptor from which its process reads a byte before it executes the program
 *
 * Return: the process; with @hold, victim_ready() is still to be called.
 */
struct victim victim_start(char *const argv[], int hold);

/** victim_ready() - wait until the program runs. */
void victim_ready(struct victim *v);

/** victim_dies() - whether the process ends within a short time. */
bool victim_dies(const struct victim *v);

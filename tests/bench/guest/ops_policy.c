// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The operation of the policy table: a system call with one decision of the access policy.
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "bench.h"

static int fd;

static void decision_setup(void)
{
	file_setup();
	fd = (int)check(open(FILE_PATH, O_RDWR), FILE_PATH);
	check(write(fd, "text", 4), FILE_PATH);
}

/* Each read is decided anew. */
static void decision_run(unsigned int ops)
{
	char byte;

	while (ops--)
		check(pread(fd, &byte, 1, 0), "pread");
}

static void decision_teardown(void)
{
	close(fd);
	file_teardown();
}

const struct bench_op policy_ops[] = {
	{ "decision", 300, 40, 1, decision_setup, decision_run, decision_teardown },
};
const unsigned int policy_op_count = COUNT(policy_ops);

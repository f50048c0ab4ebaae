// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Operations that are one or two system calls: null call, read, write, stat, open, signals, files.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

static int fd;

static void close_fd(void)
{
	close(fd);
}

static void null_run(unsigned int ops)
{
	while (ops--)
		syscall(SYS_getppid);
}

static void read_setup(void)
{
	fd = (int)check(open("/dev/zero", O_RDONLY), "/dev/zero");
}

static void read_run(unsigned int ops)
{
	char byte;

	while (ops--)
		check(read(fd, &byte, 1), "read");
}

static void write_setup(void)
{
	fd = (int)check(open("/dev/null", O_WRONLY), "/dev/null");
}

static void write_run(unsigned int ops)
{
	while (ops--)
		check(write(fd, "", 1), "write");
}

void file_setup(void)
{
	close((int)check(open(FILE_PATH, O_RDWR | O_CREAT, 0600), FILE_PATH));
}

void file_teardown(void)
{
	check(unlink(FILE_PATH), FILE_PATH);
}

static void stat_run(unsigned int ops)
{
	struct stat st;

	while (ops--)
		check(stat(FILE_PATH, &st), "stat");
}

void open_run(unsigned int ops)
{
	while (ops--)
		close((int)check(open(FILE_PATH, O_RDONLY), "open"));
}

void create_run(unsigned int ops)
{
	while (ops--) {
		close((int)check(open(NEW_PATH, O_RDWR | O_CREAT | O_EXCL, 0600), "creating a file"));
		check(unlink(NEW_PATH), "unlink");
	}
}

static volatile sig_atomic_t delivered;

static void handler(int number)
{
	delivered = number;
}

static void install_run(unsigned int ops)
{
	struct sigaction action = { .sa_handler = handler };

	while (ops--)
		check(sigaction(SIGUSR1, &action, NULL), "sigaction");
}

static void install_setup(void)
{
	install_run(1);
}

static void deliver_run(unsigned int ops)
{
	pid_t self = getpid();

	while (ops--)
		check(kill(self, SIGUSR1), "kill");
}

const struct bench_op syscall_ops[] = {
	{ "null", 500, 300, 1, NULL, null_run, NULL },
	{ "read", 300, 300, 1, read_setup, read_run, close_fd },
	{ "write", 300, 300, 1, write_setup, write_run, close_fd },
	{ "stat", 100, 100, 1, file_setup, stat_run, file_teardown },
	{ "open_close", 60, 100, 1, file_setup, open_run, file_teardown },
	{ "signal_install", 300, 300, 1, NULL, install_run, NULL },
	{ "signal_deliver", 60, 100, 1, install_setup, deliver_run, NULL },
	{ "create_delete", 20, 120, 1, NULL, create_run, NULL },
};
const unsigned int syscall_op_count = COUNT(syscall_ops);

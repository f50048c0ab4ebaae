// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Operations of the policy table: system calls with one decision about a file. benchlib/policy.py names the
// files in its policies.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

static const char *path;
static int fd;

static void make_directory(const char *name)
{
	if (mkdir(name, 0755) && errno != EEXIST)
		die(name);
}

static void make_file(const char *name)
{
	path = name;
	fd = (int)check(open(path, O_RDWR | O_CREAT, 0600), path);
	check(write(fd, "text", 4), path);
}

/* On a file system of its own. */
static void elsewhere_setup(void)
{
	make_directory("/elsewhere");
	check(mount("none", "/elsewhere", "tmpfs", 0, NULL), "mounting a tmpfs");
	make_file("/elsewhere/file");
}

static void beside_setup(void)
{
	make_directory("/tmp/beside");
	make_file("/tmp/beside/file");
}

static void users_setup(void)
{
	make_directory("/tmp/users");
	make_file("/tmp/users/file");
}

static void decides_setup(void)
{
	make_directory("/tmp/decides");
	make_file("/tmp/decides/file");
}

static void teardown(void)
{
	close(fd);
	check(unlink(path), path);
}

static void elsewhere_teardown(void)
{
	teardown();
	check(umount("/elsewhere"), "umount");
}

/* Each read is decided anew. */
static void read_run(unsigned int ops)
{
	char byte;

	while (ops--)
		check(pread(fd, &byte, 1, 0), "pread");
}

static void open_path_run(unsigned int ops)
{
	while (ops--)
		close((int)check(open(path, O_RDONLY), path));
}

#define READS(NAME, SETUP, TEARDOWN) \
	{ \
		"read_" NAME, 300, 40, 1, SETUP, read_run, TEARDOWN \
	}
#define OPENS(NAME, SETUP, TEARDOWN) \
	{ \
		"open_" NAME, 50, 40, 1, SETUP, open_path_run, TEARDOWN \
	}

const struct bench_op policy_ops[] = {
	READS("elsewhere", elsewhere_setup, elsewhere_teardown),
	READS("beside", beside_setup, teardown),
	READS("users", users_setup, teardown),
	READS("decides", decides_setup, teardown),
	OPENS("elsewhere", elsewhere_setup, elsewhere_teardown),
	OPENS("beside", beside_setup, teardown),
	OPENS("users", users_setup, teardown),
	OPENS("decides", decides_setup, teardown),
};
const unsigned int policy_op_count = COUNT(policy_ops);

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Operations of the events table: each makes the records that its line names, and does little else.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

/* A file with something to read. */
static void text_setup(void)
{
	int fd;

	file_setup();
	fd = (int)check(open(FILE_PATH, O_WRONLY), FILE_PATH);
	check(write(fd, "text", 4), FILE_PATH);
	close(fd);
}

static void read_run(unsigned int ops)
{
	char text[4];

	while (ops--) {
		int fd = (int)check(open(FILE_PATH, O_RDONLY), "open");

		check(read(fd, text, sizeof(text)), "read");
		close(fd);
	}
}

static void rename_run(unsigned int ops)
{
	while (ops--) {
		check(rename(FILE_PATH, NEW_PATH), "rename");
		check(rename(NEW_PATH, FILE_PATH), "rename");
	}
}

static void mkdir_run(unsigned int ops)
{
	while (ops--) {
		check(mkdir(NEW_PATH, 0700), "mkdir");
		check(rmdir(NEW_PATH), "rmdir");
	}
}

static void link_run(unsigned int ops)
{
	while (ops--) {
		check(link(FILE_PATH, NEW_PATH), "link");
		check(unlink(NEW_PATH), "unlink");
	}
}

static void symlink_run(unsigned int ops)
{
	while (ops--) {
		check(symlink("file", NEW_PATH), "symlink");
		check(unlink(NEW_PATH), "unlink");
	}
}

static void chmod_run(unsigned int ops)
{
	while (ops--)
		check(chmod(FILE_PATH, 0600), "chmod");
}

static void chown_run(unsigned int ops)
{
	while (ops--)
		check(chown(FILE_PATH, 0, 0), "chown");
}

static void truncate_run(unsigned int ops)
{
	while (ops--)
		check(truncate(FILE_PATH, 4), "truncate");
}

static void name_run(unsigned int ops)
{
	while (ops--)
		check(prctl(PR_SET_NAME, "bench", 0, 0, 0), "prctl");
}

static void socket_run(unsigned int ops)
{
	while (ops--)
		close((int)check(socket(AF_INET, SOCK_DGRAM, 0), "socket"));
}

static int udp;

static void udp_setup(void)
{
	udp = (int)check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
}

static void udp_teardown(void)
{
	close(udp);
}

static void connect_run(unsigned int ops)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(9),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	while (ops--)
		check(connect(udp, (const struct sockaddr *)&to, sizeof(to)), "connect");
}

/* To and fro, so that each call changes something. */
static void setuid_run(unsigned int ops)
{
	while (ops--) {
		check(syscall(SYS_setresuid, -1, 1, -1), "setresuid");
		check(syscall(SYS_setresuid, -1, 0, -1), "setresuid");
	}
}

const struct bench_op event_ops[] = {
	{ "ev_open", 300, 12, 1, file_setup, open_run, file_teardown },
	{ "ev_read", 150, 12, 1, text_setup, read_run, file_teardown },
	{ "ev_create", 150, 12, 1, NULL, create_run, NULL },
	{ "ev_rename", 150, 12, 1, file_setup, rename_run, file_teardown },
	{ "ev_mkdir", 150, 12, 1, NULL, mkdir_run, NULL },
	{ "ev_link", 150, 12, 1, file_setup, link_run, file_teardown },
	{ "ev_symlink", 150, 12, 1, NULL, symlink_run, NULL },
	{ "ev_chmod", 300, 12, 1, file_setup, chmod_run, file_teardown },
	{ "ev_chown", 300, 12, 1, file_setup, chown_run, file_teardown },
	{ "ev_truncate", 300, 12, 1, text_setup, truncate_run, file_teardown },
	{ "ev_name", 400, 12, 1, NULL, name_run, NULL },
	{ "ev_socket", 300, 12, 1, NULL, socket_run, NULL },
	{ "ev_connect", 300, 12, 1, udp_setup, connect_run, udp_teardown },
	{ "ev_setuid", 100, 12, 1, NULL, setuid_run, NULL },
	{ "ev_fork", 50, 12, 1, NULL, fork_run, NULL },
};
const unsigned int event_op_count = COUNT(event_ops);

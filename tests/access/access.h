/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The program that tries, as root, to get round the access policy: each case tries one way, in a process of
 * its own, and says how it ended. tests/e2e/test_access.py has the policy.
 */
#pragma once

#include <stdbool.h>

/* The files of the policy; root could do everything to them without it. */
#define SECRET        "/protect/secret" /* nobody may read it */
#define SHARED        "/protect/shared" /* user 1000 alone may read and write it */
#define FIXED         "/protect/fixed"  /* nobody may change it */
#define LOG           "/protect/log"    /* it may be appended to */
#define TOOL          "/protect/tool"   /* nobody may run it */
#define NEW           "/protect/new"    /* nobody may make it: it does not exist */
#define DIR           "/protect/dir"    /* nobody may read or change what is below */
#define WAY           "/way"            /* nobody may read /way/in/secret: neither exists */
#define VOLUME        "/volume"         /* a file system is mounted here later */
#define DISK          "/dev/ram0"       /* a disk with one partition, */
#define PARTITION     "/dev/ram0p1"     /* which has a file system, */
#define DISK_MOUNT    "/disk"           /* that is mounted here */
#define VOLUME_SECRET "/volume/key"     /* nobody may read it */

#define FAILED 255 /* exit status of a case that could not try */

struct access_case {
	const char *name;
	int (*run)(void);
};

/* Defines a case: returns 0 if it got what it wanted, else errno. */
#define CASE(NAME) \
	static int case_##NAME(void); \
	static const struct access_case entry_##NAME \
		__attribute__((section("access_cases"), used, aligned(8))) = { #NAME, case_##NAME }; \
	static int case_##NAME(void)

/** must() - end the case, which then counts as failed, unless @ok: for what has to work on the way. */
void must(bool ok, const char *what);

/** result() - what a case returns after a call that returned @ret: 0, or errno if that is negative. */
int result(long ret);

/** open_path() - open a file, and close it. Return: 0 or errno. */
int open_path(const char *path, int flags);

/** read_path() - open a file, read it, close it. Return: 0 or errno. */
int read_path(const char *path);

/** read_fd() - read the first byte of an open file. Return: 0 or errno. */
int read_fd(int fd);

/** send_fd() - pass an open file over a UNIX socket. Return: 0 or errno. */
int send_fd(int sock, int fd);

/** receive_fd() - take it there. Return: -1: the message came without it. */
int receive_fd(int sock);

/** opened_by_user() - get SHARED as user 1000 opened it with @flags, and passed it over a socket. */
int opened_by_user(int flags);

/** mapped_by_user() - map a page of SHARED without access, as user 1000, and be root again. */
void *mapped_by_user(int flags, int map_flags);

/** uring_rw() - read or write one byte of an open file by io_uring. Return: 0 or errno. */
int uring_rw(int fd, bool write);

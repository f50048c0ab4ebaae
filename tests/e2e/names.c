// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Links a file that has no name, in both possible ways, and changes the mode of one that has lost its name.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/tmp"

static int nameless(void)
{
	return open(FOLDER, O_TMPFILE | O_RDWR, 0600);
}

/* Prints the inode as "RWTEST: NAME INODE". */
static int done(const char *name, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -1;
	printf("RWTEST: %s %llu\n", name, (unsigned long long)st.st_ino);
	return close(fd);
}

static int link_by_descriptor(void)
{
	int fd = nameless();

	if (fd < 0 || linkat(fd, "", AT_FDCWD, FOLDER "/by-descriptor", AT_EMPTY_PATH))
		return -1;
	return done("by-descriptor", fd);
}

static int link_by_proc(void)
{
	char path[32];
	int fd = nameless();

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || linkat(AT_FDCWD, path, AT_FDCWD, FOLDER "/by-proc", AT_SYMLINK_FOLLOW))
		return -1;
	return done("by-proc", fd);
}

static int chmod_deleted(void)
{
	int fd = open(FOLDER "/gone", O_CREAT | O_RDWR, 0600);

	if (fd < 0 || unlink(FOLDER "/gone") || fchmod(fd, 0640))
		return -1;
	return done("gone", fd);
}

int main(void)
{
	if (link_by_descriptor() || link_by_proc() || chmod_deleted()) {
		perror("names");
		return 1;
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: names and attributes of files change.
#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "events.h"
#include "files.h"

CASE(names_made)
{
	umask(027);
	need(mkdir("/tmp/names", 0777) == 0, "mkdir");
	need(mknod("/tmp/names/fifo", S_IFIFO | 0666, 0) == 0, "mknod fifo");
	need(mknod("/tmp/names/plain", 0666, 0) == 0, "mknod file");
	need(mknod("/tmp/names/device", S_IFCHR | 0666, makedev(200, 70000)) == 0, "mknod device");
	need(symlink("any text", "/tmp/names/symlink") == 0, "symlink");
	need(link("/tmp/names/plain", "/tmp/names/linked") == 0, "link");
	need(unlink("/tmp/names/fifo") == 0, "unlink");
	need(mkdir("/tmp/names/dir", 0777) == 0 && rmdir("/tmp/names/dir") == 0, "rmdir");
}

CASE(names_exchanged)
{
	int one = file_make("/tmp/names-one", 1), two = file_make("/tmp/names-two", 2);

	fact_file("one", one);
	fact_file("two", two);
	need(renameat2(AT_FDCWD, "/tmp/names-one", AT_FDCWD, "/tmp/names-two", RENAME_EXCHANGE) == 0,
	     "exchange");
	need(rename("/tmp/names-one", "/tmp/names-two") == 0, "rename over");
	need(renameat2(AT_FDCWD, "/tmp/names-two", AT_FDCWD, "/tmp/names-three", RENAME_NOREPLACE) == 0,
	     "rename");
}

CASE(attributes)
{
	struct timespec times[2] = { { .tv_sec = 1000000000, .tv_nsec = 5 }, { .tv_nsec = UTIME_OMIT } };
	int fd = file_make("/tmp/attributes", 100);

	fact_file("file", fd);
	need(chmod("/tmp/attributes", 0600) == 0 && fchmod(fd, 04711) == 0, "chmod");
	need(chown("/tmp/attributes", 12, (gid_t)-1) == 0 && fchown(fd, (uid_t)-1, 34) == 0, "chown");
	need(truncate("/tmp/attributes", 70) == 0 && ftruncate(fd, 60) == 0, "truncate");
	need(open("/tmp/attributes", O_WRONLY | O_TRUNC) >= 0, "open");
	need(utimensat(AT_FDCWD, "/tmp/attributes", times, 0) == 0 && futimens(fd, NULL) == 0, "utimensat");
}

/* user::rw-, user:1:r--, group::r--, mask::r--, other::--- */
static const unsigned char acl[] = {
	2, 0, 0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 2,   0,   4,  0, 1, 0, 0,   0,   4,   0,
	4, 0, 255, 255, 255, 255, 16, 0, 4,   0,   255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255,
};

CASE(xattrs)
{
	int fd;

	file_folder("/tmp/xattrs");
	fd = file_make("/tmp/xattrs/file", 0);
	fact_file("file", fd);
	need(fsetxattr(fd, "trusted.one", "value", 5, 0) == 0, "fsetxattr");
	need(fremovexattr(fd, "trusted.one") == 0, "fremovexattr");
	need(chdir("/tmp/xattrs") == 0, "chdir");
	need(setxattr("file", "system.posix_acl_access", acl, sizeof(acl), 0) == 0, "setxattr of an ACL");
	need(removexattr("file", "system.posix_acl_access") == 0, "removexattr of an ACL");
}

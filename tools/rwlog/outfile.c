/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Output files that are replaced as a whole or not at all, and that never replace a device, a pipe or a link.
 */
#define _GNU_SOURCE
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as many as the kernel follows */

static char *volatile temp_in_use; /* for outfile_abandon() */

/* The file that a path resolves to. */
struct place {
	char path[PATH_MAX]; /* not a link, its folder canonical */
	int fd;              /* if not -1: this process' own descriptor; path is unused */
};

bool outfile_same(const struct stat *a, const struct stat *b)
{
	if (S_ISBLK(a->st_mode) && S_ISBLK(b->st_mode))
		return a->st_rdev == b->st_rdev;
	return (S_ISREG(a->st_mode) || S_ISFIFO(a->st_mode)) && a->st_dev == b->st_dev &&
	       a->st_ino == b->st_ino;
}

/* Whether a folder is the one with this process' descriptors. */
static bool shows_own_descriptors(const char *folder)
{
	char own[64];

	snprintf(own, sizeof(own), "/proc/%ld/fd", (long)getpid());
	return strcmp(folder, own) == 0;
}

/* Return: the number in @name, or -1. */
static int descriptor(const char *name)
{
	char *end;
	long n = strtol(name, &end, 10);

	return *name >= '0' && *name <= '9' && !*end && n <= INT_MAX ? (int)n : -1;
}

/*
 * Splits @path into its folder, made canonical in @folder, and its last name. Return: the name, or NULL with
 * errno.
 */
static const char *split(char *path, char folder[PATH_MAX])
{
	char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path, *parent = ".";

	if (slash == path)
		parent = "/";
	else if (slash)
		parent = path;
	if (slash && slash != path)
		*slash = '\0';
	return realpath(parent, folder) ? name : NULL;
}

/* Follows the links of the last name in @path one by one: realpath() needs an existing file. */
static int resolve(const char *path, struct place *p)
{
	char now[PATH_MAX], folder[PATH_MAX], link[PATH_MAX];

	p->fd = -1;
	if (snprintf(now, sizeof(now), "%s", path) >= (int)sizeof(now))
		return -ENAMETOOLONG;
	for (int i = 0; i < LINKS_MAX; i++) {
		const char *name = split(now, folder);
		ssize_t n;

		if (!name)
			return -errno;
		if (shows_own_descriptors(folder)) {
			p->fd = descriptor(name);
			return p->fd < 0 ? -ENOENT : 0;
		}
		if (snprintf(p->path, sizeof(p->path), "%s/%s", folder[1] ? folder : "", name) >=
		    (int)sizeof(p->path))
			return -ENAMETOOLONG;
		n = readlink(p->path, link, sizeof(link) - 1);
		if (n < 0)
			return errno == EINVAL || errno == ENOENT ? 0 : -errno;
		link[n] = '\0';
		if (snprintf(now, sizeof(now), "%s%s%s", link[0] == '/' ? "" : folder,
			     link[0] == '/' ? "" : "/", link) >= (int)sizeof(now))
			return -ENAMETOOLONG;
	}
	return -ELOOP;
}

static int refuse(char *why, size_t n, const char *text)
{
	snprintf(why, n, "%s", text);
	return -1;
}

static int refuse_errno(char *why, size_t n, const char *what)
{
	snprintf(why, n, "%s%s%s", what, *what ? ": " : "", strerror(errno));
	return -1;
}

/* @old: status of the file to replace, or NULL. */
static int open_temp(struct outfile *o, const char *path, const struct stat *old, char *why, size_t n)
{
	if (old && access(path, W_OK) != 0)
		return refuse_errno(why, n, "");
	if (asprintf(&o->temp, "%s.XXXXXX", path) < 0) {
		o->temp = NULL;
		return refuse(why, n, "out of memory");
	}
	o->fd = mkostemp(o->temp, O_CLOEXEC);
	if (o->fd < 0) {
		free(o->temp);
		o->temp = NULL;
		return refuse_errno(why, n, "cannot make a temporary file beside it");
	}
	temp_in_use = o->temp;
	/* Set the mode after the owner: a change of owner clears the set-ID bits. */
	if (old && (fchown(o->fd, old->st_uid, old->st_gid) != 0 || fchmod(o->fd, old->st_mode & 07777) != 0))
		return refuse_errno(why, n, "its owner and mode could not be kept");
	o->target = strdup(path);
	return o->target ? 0 : refuse(why, n, "out of memory");
}

static int open_stream(struct outfile *o, const char *path, int fd, char *why, size_t n)
{
	int flags;

	o->stream = true;
	o->fd = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (o->fd < 0)
		return refuse_errno(why, n, "");
	flags = fcntl(o->fd, F_GETFL);
	if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY)
		return refuse(why, n, "this descriptor is open for reading only");
	return 0;
}

static int open_place(struct outfile *o, const struct place *p, const struct stat *input, char *why, size_t n)
{
	struct stat st;
	bool there = (p->fd >= 0 ? fstat(p->fd, &st) : stat(p->path, &st)) == 0;

	if (!there && (p->fd >= 0 || errno != ENOENT))
		return refuse_errno(why, n, "");
	if (there && input && outfile_same(&st, input))
		return refuse(why, n, "is also the input; nothing was written");
	if (p->fd >= 0)
		return open_stream(o, NULL, p->fd, why, n);
	if (!there || S_ISREG(st.st_mode))
		return open_temp(o, p->path, there ? &st : NULL, why, n);
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		return open_stream(o, p->path, -1, why, n);
	return refuse(why, n,
		      S_ISDIR(st.st_mode) ? "is a directory" :
		      S_ISBLK(st.st_mode) ? "is a block device; nothing was written" :
					    "is neither a file, a pipe nor a character device");
}

int outfile_open(struct outfile *o, const char *name, const struct stat *input, char *why, size_t n)
{
	struct place p = { .fd = STDOUT_FILENO };
	int err = strcmp(name, "-") == 0 ? 0 : resolve(name, &p);

	*o = (struct outfile){ .fd = -1 };
	if (err) {
		errno = -err;
		return refuse_errno(why, n, "");
	}
	if (open_place(o, &p, input, why, n) == 0)
		return 0;
	outfile_close(o, false);
	return -1;
}

int outfile_close(struct outfile *o, bool good)
{
	int err = 0;

	if (o->fd >= 0 && o->temp && good && fsync(o->fd) != 0)
		err = -errno;
	if (o->fd >= 0 && close(o->fd) != 0 && !err)
		err = -errno;
	if (o->temp && good && !err && rename(o->temp, o->target) != 0)
		err = -errno;
	if (o->temp && (!good || err))
		unlink(o->temp);
	temp_in_use = NULL;
	free(o->temp);
	free(o->target);
	*o = (struct outfile){ .fd = -1 };
	return err;
}

void outfile_abandon(void)
{
	const char *temp = temp_in_use;

	if (temp)
		unlink(temp);
}

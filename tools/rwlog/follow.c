/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Shows a capture that grows, until the user ends it. */
#include "follow.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "live.h"
#include "terminal.h"

#define WAIT_NS 200000000 /* between two looks at a file */

static volatile sig_atomic_t asked_to_end;

static void end(int sig)
{
	(void)sig;
	asked_to_end = 1;
}

/* The file being followed. */
struct followed {
	const char *name;
	int fd;
	bool is_stdin;
};

static void note(const struct followed *f, const char *what)
{
	fprintf(stderr, "rwlog: %s: note: %s\n", f->name, what);
}

/* Whether another file has the name now; then it is the one to follow. */
static bool take_successor(struct followed *f)
{
	struct stat now, before;
	int fd;

	if (stat(f->name, &now) || fstat(f->fd, &before) ||
	    (now.st_dev == before.st_dev && now.st_ino == before.st_ino))
		return false;
	fd = open(f->name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(f->fd);
	f->fd = fd;
	note(f, "the file was replaced (rotated); the new one follows");
	return true;
}

/* Whether the file is shorter than what was read of it; then it is read anew. */
static bool begins_anew(const struct followed *f)
{
	off_t at = lseek(f->fd, 0, SEEK_CUR);
	struct stat now;

	if (at < 0 || fstat(f->fd, &now) || now.st_size >= at || lseek(f->fd, 0, SEEK_SET) < 0)
		return false;
	note(f, "the file became shorter; it is read from its begin");
	return true;
}

/* At the end of what is there now. Return: false: nothing follows. */
static bool wait_for_more(struct followed *f, struct live *l)
{
	fflush(stdout);
	if (f->is_stdin || ferror(stdout))
		return false;
	if (take_successor(f) || begins_anew(f))
		live_restart(l);
	else
		nanosleep(&(struct timespec){ .tv_nsec = WAIT_NS }, NULL);
	return true;
}

static enum status read_on(struct followed *f, struct live *l)
{
	static char text[LIVE_TEXT_MAX];

	while (!asked_to_end) {
		ssize_t n = read(f->fd, text, sizeof(text));

		if (n > 0) {
			live_text(l, text, (size_t)n);
			fflush(stdout);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fprintf(stderr, "rwlog: %s: %s\n", f->name, strerror(errno));
			return STATUS_USAGE;
		}
		if (!wait_for_more(f, l))
			break;
	}
	return STATUS_GOOD;
}

enum status follow(const struct options *o, const struct symbols *symbols)
{
	struct followed f = { .name = o->files[0], .is_stdin = strcmp(o->files[0], "-") == 0 };
	struct sigaction action = { .sa_handler = end };
	enum status status;
	struct live *l;

	f.fd = f.is_stdin ? STDIN_FILENO : open(f.name, O_RDONLY | O_CLOEXEC);
	if (f.is_stdin)
		f.name = "standard input";
	if (f.fd < 0) {
		fprintf(stderr, "rwlog: %s: %s\n", f.name, strerror(errno));
		return STATUS_USAGE;
	}
	/* Without SA_RESTART: a read that waits ends. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	l = live_open(&o->filter, symbols, terminal_color(o), stdout);
	status = read_on(&f, l);
	status = status_worse(status, live_close(l, f.name));
	if (!f.is_stdin)
		close(f.fd);
	return status;
}

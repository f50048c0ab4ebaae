/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Shows a capture that grows, until the user ends it. */
#define _GNU_SOURCE
#include "follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "abi/frame.h"
#include "live.h"
#include "terminal.h"

#define WAIT_NS  200000000 /* between two looks at a file */
#define PAUSE_MS 1000
#define BEGIN    65536u /* characters by which a capture is known */

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

/* @first: what was read of it before, or NULL. */
static enum status follow_from(struct followed *f, const struct options *o, const struct symbols *symbols,
			       struct spool *first)
{
	struct live *l = live_open(&o->filter, symbols, terminal_color(o), stdout);
	struct sigaction action = { .sa_handler = end };
	const char *text = first ? (const char *)spool_bytes(first) : NULL;
	enum status status;

	/* Without SA_RESTART: a read that waits ends. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	for (size_t at = 0, n; first && at < first->len; at += n) {
		n = first->len - at < LIVE_TEXT_MAX ? first->len - at : LIVE_TEXT_MAX;
		live_text(l, text + at, n);
	}
	fflush(stdout);
	status = read_on(f, l);
	return status_worse(status, live_close(l, f->name));
}

enum status follow(const struct options *o, const struct symbols *symbols)
{
	struct followed f = { .name = o->files[0], .is_stdin = strcmp(o->files[0], "-") == 0 };
	enum status status;

	f.fd = f.is_stdin ? STDIN_FILENO : open(f.name, O_RDONLY | O_CLOEXEC);
	if (f.is_stdin)
		f.name = "standard input";
	if (f.fd < 0) {
		fprintf(stderr, "rwlog: %s: %s\n", f.name, strerror(errno));
		return STATUS_USAGE;
	}
	status = follow_from(&f, o, symbols, NULL);
	if (!f.is_stdin)
		close(f.fd);
	return status;
}

/* Whether the options leave it open how the input is read. */
static bool may_follow(const struct options *o)
{
	struct stat st;

	return o->command == COMMAND_SHOW && o->nfiles == 1 && strcmp(o->files[0], "-") == 0 &&
	       options_follow(o) && fstat(STDIN_FILENO, &st) == 0 && !S_ISREG(st.st_mode) &&
	       !S_ISDIR(st.st_mode);
}

/* Whether the input has nothing for a while, but has not ended. */
static bool pauses(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&input, 1, PAUSE_MS) == 0;
}

/* Whether the begin of a text is that of a capture. */
static bool is_capture(const char *text, size_t n)
{
	return memmem(text, n, RW_FRAME_MARK, sizeof(RW_FRAME_MARK) - 1) && !memchr(text, '\0', n);
}

bool follow_slow_input(const struct options *o, const struct symbols *symbols, struct spool *got,
		       enum status *status)
{
	struct followed f = { .name = "standard input", .fd = STDIN_FILENO, .is_stdin = true };
	static char begin[BEGIN];
	size_t known = 0;

	while (may_follow(o) && got->len <= (o->limit ? o->limit : INPUT_LIMIT)) {
		uint8_t *to;
		ssize_t n;

		if (pauses() && is_capture(begin, known)) {
			note(&f, "it has not ended: records are shown as they come, as with --follow");
			*status = follow_from(&f, o, symbols, got);
			spool_free(got);
			return true;
		}
		to = spool_add(got, LIVE_TEXT_MAX);
		n = read(STDIN_FILENO, to, LIVE_TEXT_MAX);
		got->len -= LIVE_TEXT_MAX - (n > 0 ? (size_t)n : 0);
		if (n <= 0)
			break;
		if (known < BEGIN) {
			size_t more = (size_t)n < BEGIN - known ? (size_t)n : BEGIN - known;

			memcpy(begin + known, to, more);
			known += more;
		}
	}
	return false;
}

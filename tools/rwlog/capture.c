/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A serial capture: its frames, assembled into dumps of the store and sets of counters; its lines of text. */
#include "capture.h"

#include <inttypes.h>
#include <string.h>

#include "rejoin.h"
#include "resident.h"
#include "version.h"

#define MARK_LEN        (sizeof(RW_FRAME_MARK) - 1)
#define FAMILY_MARK_LEN (sizeof(RW_FRAME_FAMILY) - 1)
#define TAIL_MAX        1024u /* characters of a last frame that is broken off */

/* The text, and how far it was read. */
struct reading {
	const char *start, *end;
	const char *seen; /* up to here, lines were counted */
	uint64_t line;
};

static void count_lines(struct reading *r, const char *to)
{
	const char *s = r->seen;

	while (s < to && (s = memchr(s, '\n', (size_t)(to - s)))) {
		r->line++;
		s++;
	}
	r->seen = to;
}

/* Whether the capture ends amid the frame at @s. */
static bool broken_off(const struct reading *r, const char *s)
{
	size_t left = (size_t)(r->end - s);

	return left < TAIL_MAX && !memchr(s, '\n', left) && !memchr(s + 1, '@', left - 1);
}

/* A mark without a good frame: reports it, if it is not text. */
static void bad_frame(struct capture *c, const struct reading *r, const char *s, const char *why)
{
	c->bad_frames++;
	if (broken_off(r, s))
		problem_add(c->problems, PROBLEM_CUT, NULL,
			    "line %" PRIu64 ": the capture ends inside a frame", r->line);
	else
		problem_add(c->problems, PROBLEM_ALTERED, NULL, "line %" PRIu64 ": %s", r->line, why);
}

/* Handles what follows a mark of this version, which may be broken. */
static void at_mark(struct capture *c, const struct reading *r, const char *s)
{
	size_t avail = (size_t)(r->end - s);
	bool whole = avail >= MARK_LEN && memcmp(s, RW_FRAME_MARK, MARK_LEN) == 0;
	const char *why = NULL;
	struct frame f;
	enum frame_result result = whole ? frame_parse(s, avail, &f, &why) : FRAME_TEXT;

	if (result != FRAME_GOOD && rejoin_frame(r->start, s, avail, &f)) {
		result = FRAME_GOOD;
		c->rejoined++;
	}
	if (result == FRAME_GOOD) {
		c->frames++;
		dumps_frame(&c->dumps, &f, r->line);
	} else if (result == FRAME_BAD) {
		bad_frame(c, r, s, why);
	}
}

/* A frame that another version wrote? Return: whether it is one. */
static bool at_other_mark(struct capture *c, const char *s, size_t avail)
{
	uint32_t version = 0;

	if (avail >= FAMILY_MARK_LEN && memcmp(s, RW_FRAME_FAMILY, FAMILY_MARK_LEN) == 0)
		version = version_of_frame(s, avail);
	if (!version)
		return false;
	c->other_version = version;
	c->other_frames++;
	return true;
}

void capture_frames(struct capture *c, const char *data, size_t len)
{
	struct reading r = { data, data + len, data, 1 };

	c->dumps.problems = c->problems;
	for (const char *s = data; (s = resident_find(s, '@', r.end)); s++) {
		if (!rejoin_begins(s, (size_t)(r.end - s)) && !(r.end - s > 2 && s[1] == 'R' && s[2] == 'W'))
			continue;
		count_lines(&r, s);
		if (!at_other_mark(c, s, (size_t)(r.end - s)))
			at_mark(c, &r, s);
	}
	dumps_finish(&c->dumps);
}

void capture_parse(struct capture *c, const char *data, size_t len)
{
	capture_frames(c, data, len);
	console_parse(&c->console, data, len);
}

const struct counters *capture_counters(const struct capture *c, const uint32_t *boot)
{
	const struct counters *last = NULL;

	for (size_t i = 0; i < c->dumps.nset; i++) {
		const struct counters *set = &c->dumps.set[i];

		if ((!boot || set->boot == *boot) && (!last || set->line > last->line))
			last = set;
	}
	return last;
}

void capture_free(struct capture *c)
{
	dumps_free(&c->dumps);
	console_free(&c->console);
}

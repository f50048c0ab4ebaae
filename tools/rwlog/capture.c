/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A serial capture: its frames, assembled into dumps of the store and sets of counters; its lines of text. */
#define _GNU_SOURCE
#include "capture.h"

#include <inttypes.h>
#include <string.h>

#include "progress.h"
#include "rejoin.h"
#include "resident.h"
#include "version.h"

#define MARK_LEN        (sizeof(RW_FRAME_MARK) - 1)
#define FAMILY_MARK_LEN (sizeof(RW_FRAME_FAMILY) - 1)
#define TAIL_MAX        1024u /* characters of a last frame that is broken off */

#define STEP   (256u << 10) /* characters that are read together, with those around that belong to them */
#define BEFORE 1024u
#define AFTER  16384u

/* A part of the text that is being read. */
struct reading {
	struct console_text text;
	const char *seen; /* up to here, lines were counted */
	const char *told; /* up to here, lines of Ringward were looked for */
	size_t start;     /* where the text begins in the capture */
	struct capture_reading *r;
};
_Static_assert(BEFORE >= CONSOLE_BEFORE && AFTER >= CONSOLE_AFTER, "a line is read as a whole");
_Static_assert(BEFORE + STEP + AFTER <= RESIDENT_VIEW, "a step is one view");

static void count_lines(struct reading *r, const char *to)
{
	const char *s = r->seen;

	while (s < to && (s = memchr(s, '\n', (size_t)(to - s)))) {
		r->r->line++;
		s++;
	}
	r->seen = to;
}

/* Looks for lines of Ringward in the text up to @to. */
static void tell_lines(struct capture *c, struct reading *r, const char *to)
{
	const char *s;

	while (r->r->console && r->told < to && (s = console_find(r->told, to))) {
		count_lines(r, s);
		r->told = console_line(&c->console, &r->text, s, r->r->line);
	}
	r->told = r->told < to ? to : r->told;
}

/* Whether the capture ends amid the frame at @s. */
static bool broken_off(const struct reading *r, const char *s)
{
	size_t left = (size_t)(r->text.end - s);

	return left < TAIL_MAX && !memchr(s, '\n', left) && !memchr(s + 1, '@', left - 1);
}

/* A mark without a good frame: reports it, if it is not text. */
static void bad_frame(struct capture *c, const struct reading *r, const char *s, const char *why)
{
	c->bad_frames++;
	if (broken_off(r, s))
		problem_add(c->problems, PROBLEM_CUT, NULL,
			    "line %" PRIu64 ": the capture ends inside a frame", r->r->line);
	else
		problem_add(c->problems, PROBLEM_ALTERED, NULL, "line %" PRIu64 ": %s", r->r->line, why);
}

/* What follows a mark of this version, which may be broken. */
struct marked {
	enum frame_result result;
	struct frame f;   /* if it is good */
	const char *why;  /* if it is bad */
	const char *next; /* where to resume */
	bool rejoined;
};

static void read_mark(struct marked *m, const struct console_text *text, const char *s)
{
	size_t avail = (size_t)(text->end - s);
	bool whole = avail >= MARK_LEN && memcmp(s, RW_FRAME_MARK, MARK_LEN) == 0;

	m->next = s + 1;
	m->rejoined = false;
	m->result = whole ? frame_parse(s, avail, &m->f, &m->why) : FRAME_TEXT;
	if (m->result == FRAME_GOOD) {
		m->next = s + m->f.chars;
	} else if (rejoin_frame(text->start, s, avail, &m->f)) {
		m->result = FRAME_GOOD;
		m->rejoined = true;
	}
}

/* Takes the frame at a mark, or reports it. Return: where to resume. */
static const char *at_mark(struct capture *c, const struct reading *r, const char *s)
{
	struct marked m;

	read_mark(&m, &r->text, s);
	c->rejoined += m.rejoined;
	if (m.result == FRAME_GOOD) {
		c->frames++;
		if (c->take)
			c->take(c->ctx, &m.f, r->r->line);
		else
			dumps_frame(&c->dumps, &m.f,
				    (struct frame_place){ r->r->line,
							  r->start + (size_t)(s - r->text.start) });
	} else if (m.result == FRAME_BAD) {
		bad_frame(c, r, s, m.why);
	}
	return m.next;
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

/* The next mark of any version from @s on, which may be broken; @to: there is none before. */
static const char *next_mark(const struct console_text *text, const char *s, const char *to)
{
	for (; s < to && (s = memchr(s, '@', (size_t)(to - s))); s++) {
		size_t avail = (size_t)(text->end - s);

		if (rejoin_begins(s, avail < AFTER ? avail : AFTER) ||
		    (avail > 2 && s[1] == 'R' && s[2] == 'W'))
			return s;
	}
	return to;
}

/* Reads the frames that begin from @s on before @to. Return: where to resume, @to or later. */
static const char *read_frames(struct capture *c, struct reading *r, const char *s, const char *to)
{
	while ((s = next_mark(&r->text, s, to)) < to) {
		const char *mark = s;

		tell_lines(c, r, mark);
		count_lines(r, mark);
		if (at_other_mark(c, s, (size_t)(r->text.end - s))) {
			s++;
			continue;
		}
		s = at_mark(c, r, mark);
		if (s > mark + 1) { /* a whole frame has neither lines nor Ringward's name */
			r->seen = s;
			r->told = r->told < s ? s : r->told;
		}
	}
	return s;
}

/* Reads from where @r is to @to, amid the text from @start to @end, which lies at @text. */
static void read_part(struct capture *c, struct capture_reading *r, const char *text, size_t start,
		      size_t end, size_t to)
{
	struct reading part = { .text = { text, text + (end - start) }, .start = start, .r = r };
	const char *next = text + (to - start);

	part.seen = text + (r->from - start);
	part.told = text + (r->told - start);
	if (r->frames)
		next = read_frames(c, &part, part.seen, next);
	tell_lines(c, &part, next);
	count_lines(&part, next);
	r->from = start + (size_t)(next - text);
	/* A name may lie across the end; one that was found ends before it. */
	r->told = start + (size_t)(part.told - text);
	if (part.told == next)
		r->told -= r->told < CONSOLE_NAME ? r->told : CONSOLE_NAME - 1;
}

/* Zeros that a sparse file does not hold: so many of them are in no frame and in no line. */
static void skip_hole(struct capture_reading *r, const char *data, size_t len)
{
	size_t n = resident_hole(data + r->from, len - r->from);

	if (n <= AFTER)
		return;
	r->from += n;
	r->told = r->from;
}

static void read_text(struct capture *c, struct capture_reading *r, const char *data, size_t len)
{
	c->dumps.problems = c->problems;
	while (r->from < len) {
		skip_hole(r, data, len);

		size_t to = len - r->from > STEP ? r->from + STEP : len;
		size_t end = len - to > AFTER ? to + AFTER : len,
		       start = r->from > BEFORE ? r->from - BEFORE : 0;
		const char *text = resident_view(data + start, end - start);

		read_part(c, r, text, start, end, to);
		progress("reading frames", r->from, len);
	}
	dumps_finish(&c->dumps);
}

bool capture_next(const char *data, size_t len, size_t *at, struct frame *f)
{
	size_t end = len - *at > STEP ? *at + STEP : len;
	const char *s = data + *at;
	struct marked m;

	while ((s = next_mark(&(struct console_text){ data, data + end }, s, data + end)) < data + end) {
		size_t from = (size_t)(s - data), start = from > BEFORE ? from - BEFORE : 0;
		size_t to = len - from > AFTER ? from + AFTER : len;

		resident_touch(to - start);
		read_mark(&m, &(struct console_text){ data + start, data + to }, s);
		s = m.next;
		if (m.result != FRAME_GOOD)
			continue;
		*at = (size_t)(s - data);
		*f = m.f;
		return true;
	}
	return false;
}

void capture_frames(struct capture *c, const char *data, size_t len)
{
	read_text(c, &(struct capture_reading){ .line = 1, .frames = true }, data, len);
}

void capture_console(struct capture *c, const char *data, size_t len)
{
	read_text(c, &(struct capture_reading){ .line = 1, .console = true }, data, len);
}

void capture_parse(struct capture *c, const char *data, size_t len)
{
	read_text(c, &CAPTURE_READING, data, len);
}

/* Whether the frame at @s, the last one in the text, is whole. */
static bool is_whole(const char *s, const char *end)
{
	const char *why;
	struct frame f;

	return frame_parse(s, (size_t)(end - s), &f, &why) == FRAME_GOOD;
}

/*
 * Up to where a text can be read: to the end of its last line, or to the last mark of a frame that is not
 * whole, as long as lines that follow may belong to it.
 */
static size_t readable(const struct capture_reading *r, const char *text, size_t len)
{
	const char *nl = memrchr(text + r->from, '\n', len - r->from), *mark;

	if (!nl)
		return r->from;
	mark = memrchr(text + r->from, '@', (size_t)(nl - text) - r->from);
	if (!mark || text + len - mark > (ptrdiff_t)AFTER ||
	    !rejoin_begins(mark, (size_t)(text + len - mark)) || is_whole(mark, text + len))
		return (size_t)(nl + 1 - text);
	return (size_t)(mark - text);
}

void capture_more(struct capture *c, struct capture_reading *r, const char *text, size_t len, bool ended)
{
	size_t to = ended ? len : readable(r, text, len);

	if (to > r->from)
		read_part(c, r, text, 0, len, to);
}

size_t capture_drop(struct capture_reading *r)
{
	size_t least = r->from < r->told ? r->from : r->told, n = least > BEFORE ? least - BEFORE : 0;

	r->from -= n;
	r->told -= n;
	return n;
}

void capture_free(struct capture *c)
{
	dumps_free(&c->dumps);
	console_free(&c->console);
}

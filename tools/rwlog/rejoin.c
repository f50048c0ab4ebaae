/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads a frame that a terminal or a logger has broken into lines, or mixed with other characters. */
#define _GNU_SOURCE
#include "rejoin.h"

#include <stdio.h>
#include <string.h>

#include "clean.h"
#include "lib/crc32c.h"
#include "lib/hex.h"
#include "util.h"

#define RAW_MAX    8192u /* characters of a capture in which a whole frame must lie */
#define CLEAN_MAX  4096u
#define PREFIX_MAX 256u /* characters before the mark on its line that are counted */
#define STAMP_MAX  64u  /* characters of a time stamp */
#define FRAME_LEN  (sizeof(RW_FRAME_MARK) + 38 + RW_FRAME_MAX_BYTES / 3 * 4)
#define HEX_LEN    8u

struct reader {
	const char *p, *end; /* clean text */
	enum rejoin_rule rule;
	size_t width;
};

/* A frame in its own form, while it is read. */
struct form {
	char text[FRAME_LEN];
	size_t len;
};

static bool in_frame(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c && strchr("+/= ", c));
}

static const char *line_end(const struct reader *r)
{
	const char *nl = memchr(r->p, '\n', (size_t)(r->end - r->p));

	return nl ? nl : r->end;
}

/* The first character after the last one before @to that no frame has; NULL: there is none. */
static const char *after_foreign(const char *from, const char *to)
{
	while (to > from && in_frame(to[-1]))
		to--;
	return to > from ? to : NULL;
}

/* A date and a time have such a character; after a colon or a point, their last number follows. */
static size_t stamp_length(const char *line, size_t n)
{
	const char *end = line + (n < STAMP_MAX ? n : STAMP_MAX), *to = after_foreign(line, end);

	if (to && strchr(":.,", to[-1]))
		while (to < end && *to >= '0' && *to <= '9')
			to++;
	return to ? (size_t)(to - line) : 0;
}

size_t rejoin_skip(const char *line, size_t n, enum rejoin_rule rule, size_t width)
{
	if (rule == REJOIN_STAMP)
		return stamp_length(line, n);
	if (rule == REJOIN_WIDTH)
		return n < width ? n : width;
	return 0;
}

/* Leaves out line ends, and what the rule says that lines begin with. */
static void next_line(struct reader *r)
{
	while (r->p < r->end && *r->p == '\n') {
		const char *end;

		r->p++;
		end = line_end(r);
		if (r->p == end)
			continue;
		if (r->rule == REJOIN_LINES && after_foreign(r->p, end))
			r->p = end;
		else
			r->p += rejoin_skip(r->p, (size_t)(end - r->p), r->rule, r->width);
	}
}

/*
 * Leaves out blanks and line ends. @broken: receives whether there was a line end.
 * Return: whether there was any of both.
 */
static bool gap(struct reader *r, bool *broken)
{
	const char *from = r->p;

	*broken = false;
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n')) {
		if (*r->p == ' ') {
			r->p++;
			continue;
		}
		*broken = true;
		next_line(r);
	}
	return r->p > from;
}

/* Copies @n characters of one field, and a blank. They may be broken by a line end, not by a blank. */
static bool field(struct reader *r, struct form *f, size_t n)
{
	bool broken;

	for (size_t i = 0; i < n; i++) {
		if (i && gap(r, &broken) && !broken)
			return false;
		if (r->p == r->end)
			return false;
		f->text[f->len++] = *r->p++;
	}
	f->text[f->len++] = ' ';
	return gap(r, &broken);
}

/* Whether the right CRC stands at @r; completes the frame with it. */
static bool crc_follows(struct reader r, struct form *f)
{
	size_t len = f->len;
	uint32_t v = 0;

	f->text[f->len++] = ' ';
	for (size_t i = 0; i < HEX_LEN; i++) {
		bool broken = true;
		int d;

		if ((i && gap(&r, &broken) && !broken) || r.p == r.end || (d = hex_digit(*r.p)) < 0) {
			f->len = len;
			return false;
		}
		r.p++;
		v = v << 4 | (uint32_t)d;
	}
	if (crc32c(0, f->text, f->len) == v) {
		f->len += (size_t)snprintf(f->text + f->len, HEX_LEN + 1, "%08x", v);
		return true;
	}
	f->len = len;
	return false;
}

/* The payload, then the CRC: where a line ends, either may follow. */
static bool payload(struct reader *r, struct form *f)
{
	for (size_t n = 0; n <= RW_FRAME_MAX_BYTES / 3 * 4; n++) {
		struct reader next = *r;
		bool broken;

		if (gap(&next, &broken)) {
			if (n && (n % 4 == 0 || n == 1) && crc_follows(next, f))
				return true;
			if (!broken)
				return false;
			*r = next;
		}
		if (r->p == r->end || n == RW_FRAME_MAX_BYTES / 3 * 4)
			return false;
		f->text[f->len++] = *r->p++;
	}
	return false;
}

static bool read_by(struct reader r, struct frame *frame)
{
	struct form f = { .len = 0 };
	const char *why;

	if (!field(&r, &f, sizeof(RW_FRAME_MARK) - 2) || !field(&r, &f, 1) || !field(&r, &f, HEX_LEN) ||
	    !field(&r, &f, HEX_LEN) || !field(&r, &f, HEX_LEN) || !payload(&r, &f))
		return false;
	return frame_parse(f.text, f.len, frame, &why) == FRAME_GOOD;
}

bool rejoin_begins(const char *s, size_t avail)
{
	static const char mark[] = "RW2";
	size_t at = 1;

	for (size_t i = 0; i < sizeof(mark) - 1; i++) {
		at += at < avail ? clean_skip(s + at, avail - at) : 0;
		if (at >= avail || s[at++] != mark[i])
			return false;
	}
	return true;
}

/* Characters before the mark on its line. */
static size_t width_before(const char *start, const char *s)
{
	size_t back = (size_t)(s - start) < PREFIX_MAX ? (size_t)(s - start) : PREFIX_MAX;
	const char *nl = memrchr(s - back, '\n', back), *from = nl ? nl + 1 : s - back;
	char text[PREFIX_MAX];

	return clean_text(from, (size_t)(s - from), text, sizeof(text));
}

/* How many of the characters at @s may belong to its frame: the next one begins with a mark of its own. */
static size_t extent(const char *s, size_t avail)
{
	size_t n = avail < RAW_MAX ? avail : RAW_MAX;

	for (const char *at = s + 1; (at = memchr(at, '@', (size_t)(s + n - at))); at++)
		if (rejoin_begins(at, avail - (size_t)(at - s)))
			return (size_t)(at - s);
	return n;
}

bool rejoin_frame(const char *start, const char *s, size_t avail, struct frame *f)
{
	char text[CLEAN_MAX];
	size_t len = clean_text(s, extent(s, avail), text, sizeof(text));

	for (int rule = 0; rule < REJOIN_RULES; rule++)
		if (read_by((struct reader){ text, text + len, (enum rejoin_rule)rule,
					     width_before(start, s) },
			    f))
			return true;
	return false;
}

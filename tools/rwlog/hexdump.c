/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads the hex dumps of xxd, xxd -p, hexdump, hexdump -C and od -tx1. */
#include <stdbool.h>
#include <string.h>

#include "expand.h"
#include "lib/hex.h"

#define LINE_BYTES  256u /* most that a line of a hex dump has */
#define OFFSET_MIN  6u   /* digits of an offset */
#define OFFSET_MAX  16u
#define PLAIN_MIN   20u    /* digits of the first line of xxd -p */
#define LINES_ASKED 3u     /* that must be those of a hex dump, if there are so many */
#define LOOK_AT     65536u /* bytes in which they must lie */

/* A line of a hex dump. */
struct hex_line {
	bool has_offset;
	uint64_t offset;
	uint8_t byte[LINE_BYTES];
	size_t n;
	bool words; /* of 16 bits, as hexdump(1) has them */
	bool same;  /* "*": the bytes of the line before it repeat */
};

struct lines {
	const char *p, *end;
};

/* Takes a line, without its line end. Return: false if there is none. */
static bool next_line(struct lines *l, const char **line, size_t *n)
{
	const char *nl;

	if (l->p == l->end)
		return false;
	nl = memchr(l->p, '\n', (size_t)(l->end - l->p));
	*line = l->p;
	*n = (size_t)((nl ? nl : l->end) - l->p);
	l->p = nl ? nl + 1 : l->end;
	while (*n && ((*line)[*n - 1] == '\r' || (*line)[*n - 1] == ' '))
		(*n)--;
	return true;
}

static size_t digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && hex_digit(s[i]) >= 0)
		i++;
	return i;
}

static uint8_t byte_at(const char *s)
{
	return (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
}

/* Adds the bytes of a group of digits; a word of hexdump(1) has its low byte last. */
static bool add_group(struct hex_line *h, const char *s, size_t n, bool swapped)
{
	if (n % 2 || n == 0 || h->n + n / 2 > LINE_BYTES)
		return false;
	for (size_t i = 0; i < n; i += 2)
		h->byte[h->n++] = byte_at(s + (swapped ? n - 2 - i : i));
	return true;
}

/*
 * The groups of digits after an offset. With a colon before them (xxd) they end at two blanks; without one,
 * at a character that is no digit, such as the bar before the text.
 */
static bool take_groups(struct hex_line *h, const char *s, size_t n, bool colon)
{
	for (size_t i = 0; i < n;) {
		size_t blanks = 0, len;

		while (i < n && s[i] == ' ') {
			i++;
			blanks++;
		}
		len = digits(s + i, n - i);
		if ((colon && h->n && blanks > 1) || (!len && h->n && (s[i] == '|' || s[i] == '>')))
			return true;
		if (!blanks || !len || (i + len < n && s[i + len] != ' '))
			return colon && h->n;
		h->words |= !colon && !h->n && len == 4;
		if (!add_group(h, s + i, len, h->words))
			return false;
		i += len;
	}
	return true;
}

/* Reads a line. Return: whether it is one of a hex dump. */
static bool read_line(struct hex_line *h, const char *s, size_t n, bool plain)
{
	size_t len = digits(s, n);
	bool colon = len < n && s[len] == ':';

	h->n = 0;
	h->offset = 0;
	h->words = false;
	h->same = n == 1 && s[0] == '*';
	h->has_offset = !plain && !h->same;
	if (h->same)
		return !plain;
	if (plain)
		return len == n && add_group(h, s, n, false);
	if (len < OFFSET_MIN || len > OFFSET_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		h->offset = h->offset << 4 | (uint64_t)hex_digit(s[i]);
	len += colon;
	return len == n ? !colon : take_groups(h, s + len, n - len, colon);
}

/* Whether the first lines are those of a hex dump with offsets (!@plain), or of digits only. */
static bool is_hex(const uint8_t *data, size_t len, bool plain)
{
	struct lines l = { (const char *)data, (const char *)data + (len < LOOK_AT ? len : LOOK_AT) };
	const char *line;
	struct hex_line h;
	size_t n, seen = 0;

	while (seen < LINES_ASKED && next_line(&l, &line, &n)) {
		if (!n)
			continue;
		if (!read_line(&h, line, n, plain) || (!seen && (!h.n || (plain && n < PLAIN_MIN))))
			return false;
		seen++;
	}
	return seen > 0;
}

/* Fills up to @offset: with the last line's bytes after a "*", otherwise with zeros, which are missing. */
static enum expand_end fill(struct expanded *e, uint64_t offset, const struct hex_line *last, bool same)
{
	size_t n;

	if (last->words && offset + 1 == e->len)
		e->len--; /* the last word has a byte too many */
	if (offset <= e->len)
		return offset < e->len ? EXPAND_ALTERED : EXPAND_WHOLE;
	if (offset - e->len > e->limit || !expand_room(e, (size_t)(offset - e->len)))
		return EXPAND_TOO_MUCH;
	n = (size_t)(offset - e->len);
	for (size_t i = 0; i < n; i++)
		e->data[e->len++] = same && last->n ? last->byte[i % last->n] : 0;
	return same ? EXPAND_WHOLE : EXPAND_CUT;
}

/* What is known of a hex dump while it is read. */
struct reading {
	struct hex_line last;
	uint64_t base; /* offset of the first line */
	bool started, same;
};

/* Adds the bytes of a line. */
static enum expand_end add_line(struct expanded *e, struct reading *r, const struct hex_line *h)
{
	enum expand_end end = EXPAND_WHOLE;

	if (h->same) {
		r->same = true;
		return end;
	}
	if (h->has_offset && !r->started)
		r->base = h->offset;
	r->started = true;
	if (h->has_offset)
		end = h->offset < r->base ? EXPAND_ALTERED : fill(e, h->offset - r->base, &r->last, r->same);
	if (end == EXPAND_TOO_MUCH || !expand_room(e, h->n))
		return EXPAND_TOO_MUCH;
	memcpy(e->data + e->len, h->byte, h->n);
	e->len += h->n;
	r->last = *h;
	r->same = false;
	return end;
}

enum expand_end expand_hex(struct expanded *e, const uint8_t *data, size_t len)
{
	struct lines l = { (const char *)data, (const char *)data + len };
	bool plain = !is_hex(data, len, false);
	enum expand_end end = EXPAND_WHOLE;
	struct reading r = { .base = 0 };
	const char *line;
	size_t n;

	if (plain && !is_hex(data, len, true))
		return EXPAND_NOTHING;
	e->name = "hex dump";
	expand_room(e, 1);
	while (next_line(&l, &line, &n)) {
		enum expand_end one = EXPAND_ALTERED;
		struct hex_line h;

		if (!n)
			continue;
		if (read_line(&h, line, n, plain))
			one = add_line(e, &r, &h);
		if (one == EXPAND_TOO_MUCH)
			return one;
		end = one > end ? one : end;
	}
	return end;
}

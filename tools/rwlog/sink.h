/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text on its way to a file, formatted into a buffer: printf would take most of an export's time. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct sink {
	FILE *out; /* NULL: the text stays in the buffer */
	char *p;
	size_t n, cap;
};

/** sink_open() - start a text that goes to @out; with NULL it stays at @s->p, @s->n bytes. */
void sink_open(struct sink *s, FILE *out);

/** sink_close() - write what is left, and free the buffer. */
void sink_close(struct sink *s);

/** sink_flush() - write what is in the buffer to the file. */
void sink_flush(struct sink *s);

/** sink_settle() - at a good place to break, such as a record's end: write the buffer if it is large. */
void sink_settle(struct sink *s);

/** sink_more() - make room for @n more bytes. Ends the program if memory runs out. */
void sink_more(struct sink *s, size_t n);

/** sink_room() - get the place for the next bytes, with room for @n; the caller adds to @s->n. */
static inline char *sink_room(struct sink *s, size_t n)
{
	if (s->cap - s->n < n)
		sink_more(s, n);
	return s->p + s->n;
}

static inline void sink_char(struct sink *s, char c)
{
	*sink_room(s, 1) = c;
	s->n++;
}

static inline void sink_bytes(struct sink *s, const void *p, size_t n)
{
	memcpy(sink_room(s, n), p, n);
	s->n += n;
}

static inline void sink_text(struct sink *s, const char *text)
{
	sink_bytes(s, text, strlen(text));
}

/** sink_u64() - write a number in decimal. */
void sink_u64(struct sink *s, uint64_t v);

/** sink_digits() - write a number in decimal, with zeros in front to @n digits, at most 20; it must fit. */
void sink_digits(struct sink *s, uint64_t v, unsigned int n);

/** sink_hex64() - write a number as 16 hex digits. */
void sink_hex64(struct sink *s, uint64_t v);

/** sink_hex() - write bytes as hex digits. */
void sink_hex(struct sink *s, const uint8_t *p, size_t n);

/** sink_time() - write a time in UTC as RFC 3339 has it, to the nanosecond; sink_has_time() accepts it. */
void sink_time(struct sink *s, uint64_t epoch, uint64_t time_ns);

/** sink_has_time() - whether the epoch is known and the time is of a year of four digits. */
int sink_has_time(uint64_t epoch, uint64_t time_ns);

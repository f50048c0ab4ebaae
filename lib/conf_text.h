/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the parsers of configuration files share: pieces of text, and reports with line and column. Pure C. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_MESSAGE_LEN 320u
#define CONF_QUOTE_MAX   48u
#define CONF_QUOTE_LEN   (CONF_QUOTE_MAX + 4u)

/** struct span - a piece of a file, not NUL-terminated. */
struct span {
	const char *at;
	size_t size;
};

/** struct conf_report - one thing that is wrong with a file. */
struct conf_report {
	bool warning;     /* the file is usable all the same */
	uint32_t line;    /* from 1; 0: the file as a whole */
	uint32_t column;  /* byte in the line, from 1; 0 if @line is 0 */
	const char *text; /* without a period; valid during the call only */
};

/** struct conf_file - a file being parsed: where the parser is, and who gets the reports. */
struct conf_file {
	void (*report)(void *context, const struct conf_report *report);
	void *context;
	uint32_t line;    /* the current one, from 1; 0: none */
	const char *text; /* the current line's first byte */
	uint32_t errors, warnings;
};

/** conf_error() - report an error in the current line, at @at, which points into it. */
void conf_error(struct conf_file *file, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** conf_warn() - report a warning about another place. */
void conf_warn(struct conf_file *file, uint32_t line, uint32_t column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * conf_start() - begin to parse a file; a byte order mark at its start is skipped.
 * @text: the file's @size bytes; more than @limit are an error, which is reported
 * @rest: receives what conf_next_line() takes lines from
 *
 * Return: whether the file can be parsed.
 */
bool conf_start(struct conf_file *file, const char *text, size_t size, unsigned int limit, struct span *rest);

/**
 * conf_next_line() - take the next line of a file.
 * @file: its line and text are set
 * @rest: what follows; shortened
 * @line: the line without its end, LF or CR LF
 *
 * Return: whether there is one.
 */
bool conf_next_line(struct conf_file *file, struct span *rest, struct span *line);

/**
 * conf_next_word() - take the next word of a line off @rest; blanks in double quotes belong to it. A # that
 * begins a word begins a comment.
 *
 * Return: the word; empty at the end.
 */
struct span conf_next_word(struct span *rest);

/** span_is_blank() - blank or tab. */
static inline bool span_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/** span_trim() - without blanks at either end. */
struct span span_trim(struct span s);

/** span_equals() - whether @s is @word. */
bool span_equals(struct span s, const char *word);

/** span_same() - whether @a and @b are the same text. */
bool span_same(struct span a, struct span b);

/** span_has_prefix() - whether @s begins with @prefix. */
bool span_has_prefix(struct span s, const char *prefix);

/** span_skip() - @s without its first @n bytes. */
static inline struct span span_skip(struct span s, size_t n)
{
	return (struct span){ s.at + n, s.size - n };
}

/**
 * span_number() - parse all of @s as digits of @base, 10 or 16. Return: false on anything else, or above
 * 32 bits.
 */
bool span_number(struct span s, unsigned int base, uint32_t *out);

/** span_quote() - copy @s to @out for a message, NUL-terminated; if truncated, it ends in "...". */
const char *span_quote(struct span s, char out[CONF_QUOTE_LEN]);

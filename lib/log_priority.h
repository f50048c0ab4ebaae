/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Finds facility and severity in a message to the syslog daemon. Pure C, for the agent; @text is untrusted,
 * and may be a beginning only.
 */
#pragma once

#include "abi/record.h"
#include "lib/record.h"

/** struct log_priority - what a message says about itself; -1: nothing. */
struct log_priority {
	int facility, severity;
};

/* The decimal number of one to @digits digits at @p, at most 1023; *@n: its digits. Return: -1 for none. */
static inline int log_decimal(const uint8_t *p, uint32_t len, uint32_t digits, uint32_t *n)
{
	int v = 0;

	for (*n = 0; *n < len && *n < digits && p[*n] >= '0' && p[*n] <= '9'; ++*n)
		v = v * 10 + (p[*n] - '0');
	return *n && v <= 1023 ? v : -1;
}

/* "<N>" at the start. A stream has a severity only. */
static inline struct log_priority log_prefix(const uint8_t *text, uint32_t len, _Bool stream)
{
	struct log_priority none = { -1, -1 };
	uint32_t n;
	int v;

	if (len < 3 || text[0] != '<')
		return none;
	v = log_decimal(text + 1, len - 1, 3, &n);
	if (v < 0 || n + 1 >= len || text[n + 1] != '>' || (stream && v > 7))
		return none;
	return (struct log_priority){ stream ? -1 : v >> 3, v & 7 };
}

/* The number that a line's value is, after the @skip bytes of "NAME="; -1 if that is not the field's name. */
static inline int log_value(const uint8_t *line, uint32_t len, const char *name, uint32_t skip, int most)
{
	uint32_t i, n;
	int v;

	if (len <= skip)
		return -1;
	for (i = 0; i < skip; i++)
		if (line[i] != (uint8_t)name[i])
			return -1;
	v = log_decimal(line + skip, len - skip, 3, &n);
	return n == len - skip && v <= most ? v : -1;
}

/*
 * The end of the field at @pos: "NAME=VALUE\n", or "NAME\n", 8 bytes of length, that many bytes, and "\n".
 * Return: where the next begins, or @len; *@line: bytes of the first line.
 */
static inline uint32_t log_field(const uint8_t *text, uint32_t pos, uint32_t len, uint32_t *line)
{
	uint32_t end = pos;
	_Bool plain = 0;
	uint64_t size;

	for (; end < len && text[end] != '\n'; end++)
		plain |= text[end] == '=';
	*line = end - pos;
	if (plain || end == pos)
		return end < len ? end + 1 : len;
	if (len - end < 1 + sizeof(size))
		return len;
	memcpy(&size, text + end + 1, sizeof(size));
	end += 1 + sizeof(size);
	return size < len - end ? end + (uint32_t)size + 1 : len;
}

/* Fields of the journal's protocol; the first of a name counts. */
static inline struct log_priority log_fields(const uint8_t *text, uint32_t len)
{
	struct log_priority found = { -1, -1 };
	uint32_t pos, next, line;

	for (pos = 0; pos < len && (found.facility < 0 || found.severity < 0); pos = next) {
		next = log_field(text, pos, len, &line);
		if (found.severity < 0)
			found.severity = log_value(text + pos, line, "PRIORITY=", 9, 7);
		if (found.facility < 0)
			found.facility = log_value(text + pos, line, "SYSLOG_FACILITY=", 16, 127);
	}
	return found;
}

/**
 * log_priority() - find what the message says.
 * @input: enum rw_log_input
 */
static inline struct log_priority log_priority(unsigned int input, const void *text, uint32_t len)
{
	if (input == RW_LOG_NATIVE)
		return log_fields((const uint8_t *)text, len);
	return log_prefix((const uint8_t *)text, len, input == RW_LOG_STDOUT);
}

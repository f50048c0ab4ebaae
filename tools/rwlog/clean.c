/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Takes out of a capture's text what terminals and loggers put between its characters. */
#include "clean.h"

#include <stdint.h>
#include <string.h>

#define ESC          0x1b
#define BEL          0x07
#define SEQUENCE_MAX 256u /* of a terminal's sequence: a longer one is none */

static bool in(uint8_t c, uint8_t from, uint8_t to)
{
	return c >= from && c <= to;
}

/* A control string, as ECMA-48 defines them: up to BEL or ESC \. Return: its length; 2: it does not end. */
static size_t control_string(const char *s, size_t n)
{
	for (size_t i = 2; i < n && i < SEQUENCE_MAX; i++) {
		if (s[i] == BEL)
			return i + 1;
		if (s[i] == ESC && i + 1 < n && s[i + 1] == '\\')
			return i + 2;
	}
	return 2;
}

/* The escape sequence at @s, which begins with ESC. Return: its length, at least 1. */
static size_t sequence(const char *s, size_t n)
{
	size_t i = 2;

	if (n < 2 || !in((uint8_t)s[1], 0x20, 0x7e))
		return 1;
	if (strchr("]PX^_", s[1]))
		return control_string(s, n);
	if (s[1] == '[') {
		while (i < n && i < SEQUENCE_MAX && in((uint8_t)s[i], 0x20, 0x3f))
			i++;
		return i < n && in((uint8_t)s[i], 0x40, 0x7e) ? i + 1 : i;
	}
	if (!in((uint8_t)s[1], 0x20, 0x2f))
		return 2;
	while (i < n && i < SEQUENCE_MAX && in((uint8_t)s[i], 0x20, 0x2f))
		i++;
	return i < n ? i + 1 : i;
}

size_t clean_skip(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && ((uint8_t)s[i] < ' ' || s[i] == 0x7f))
		i += s[i] == ESC ? sequence(s + i, n - i) : 1;
	return i < n ? i : n;
}

size_t clean_text(const char *from, size_t n, char *to, size_t max)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len < max; i++) {
		uint8_t c = (uint8_t)from[i];

		if (c == ESC)
			i += sequence(from + i, n - i) - 1;
		else if (c == '\b' && len && to[len - 1] != '\n')
			len--;
		else if (c == '\n' || in(c, ' ', '~'))
			to[len++] = (char)c;
		else if (c >= 0x80)
			to[len++] = '?';
	}
	return len;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Formats the loader's messages. */
#include "message.h"

#include <stdbool.h>
#include <stdint.h>

struct sink {
	char *out;
	size_t size;
	size_t used;
};

static void put(struct sink *sink, char c)
{
	if (sink->used + 1 < sink->size)
		sink->out[sink->used++] = c;
}

static void put_string(struct sink *sink, const char *s)
{
	while (*s)
		put(sink, *s++);
}

static void put_number(struct sink *sink, uint64_t value, unsigned int base, unsigned int width)
{
	char digits[20];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (width > n) {
		put(sink, '0');
		width--;
	}
	while (n)
		put(sink, digits[--n]);
}

size_t message_vformat(char *out, size_t size, const char *fmt, va_list args)
{
	struct sink sink = { out, size, 0 };

	for (; *fmt; fmt++) {
		unsigned int width = 0;
		bool is_long = false;

		if (*fmt != '%') {
			put(&sink, *fmt);
			continue;
		}
		for (fmt++; *fmt >= '0' && *fmt <= '9'; fmt++)
			width = width * 10 + (unsigned int)(*fmt - '0');
		if (*fmt == 'l') {
			is_long = true;
			fmt++;
		}
		if (!*fmt)
			break;
		if (*fmt == 's')
			put_string(&sink, va_arg(args, const char *));
		else if (*fmt == 'c')
			put(&sink, (char)va_arg(args, int));
		else if (*fmt == 'u' || *fmt == 'x')
			put_number(&sink, is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned int),
				   *fmt == 'x' ? 16 : 10, width);
		else
			put(&sink, *fmt);
	}
	out[sink.used] = '\0';
	return sink.used;
}

size_t message_format(char *out, size_t size, const char *fmt, ...)
{
	va_list args;
	size_t used;

	va_start(args, fmt);
	used = message_vformat(out, size, fmt, args);
	va_end(args);
	return used;
}

int message_fail(struct message *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	message_vformat(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return -1;
}

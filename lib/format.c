/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text formatting for messages: a small subset of printf. Pure C. */
#include "lib/format.h"

#include <stdbool.h>
#include <stdint.h>

struct out {
	char *dst;
	size_t size, len;
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->dst[o->len++] = c;
}

static void put_number(struct out *o, uint64_t v, unsigned int radix, unsigned int width, char pad)
{
	char digits[24];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % radix];
		v /= radix;
	} while (v);
	while (width-- > n)
		put(o, pad);
	while (n)
		put(o, digits[--n]);
}

static void put_argument(struct out *o, char conversion, bool is_long, unsigned int width, char pad,
			 va_list *args)
{
	const char *s;

	switch (conversion) {
	case 's':
		s = va_arg(*args, const char *);
		for (s = s ? s : "(null)"; *s; s++)
			put(o, *s);
		break;
	case 'c':
		put(o, (char)va_arg(*args, int));
		break;
	case 'u':
	case 'x':
		put_number(o, is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned int),
			   conversion == 'u' ? 10 : 16, width, pad);
		break;
	default:
		put(o, conversion);
	}
}

size_t format_va(char *dst, size_t size, const char *format, va_list args)
{
	struct out o = { dst, size, 0 };
	va_list ap;

	va_copy(ap, args);
	for (; *format; format++) {
		unsigned int width = 0;
		bool is_long = false;
		char pad = ' ';

		if (*format != '%') {
			put(&o, *format);
			continue;
		}
		if (*++format == '0')
			pad = '0';
		for (; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + (unsigned int)(*format - '0');
		for (; *format == 'l'; format++)
			is_long = true;
		if (!*format)
			break;
		put_argument(&o, *format, is_long, width, pad, &ap);
	}
	va_end(ap);
	if (size)
		dst[o.len] = 0;
	return o.len;
}

size_t format_text(char *dst, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	size_t n = format_va(dst, size, format, args);
	va_end(args);
	return n;
}

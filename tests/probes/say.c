// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The probes' output: lines on COM1.
#include "probe.h"

#define COM1      0x3f8u
#define LSR       5u
#define LSR_READY 0x20u /* ready for a byte */
#define LINE      512u

UINT32 probe_count;

struct text {
	char *at;
	UINTN left;
};

static void put(struct text *t, char c)
{
	if (t->left > 1) {
		*t->at++ = c;
		t->left--;
	}
	*t->at = 0;
}

static void put_text(struct text *t, const char *text)
{
	while (*text)
		put(t, *text++);
}

static void put_number(struct text *t, UINT64 n, UINT32 base)
{
	char digits[24];
	UINT32 i = 0;

	do {
		digits[i++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (i)
		put(t, digits[--i]);
}

static void put_format(struct text *t, const char *format, __builtin_va_list args)
{
	for (; *format; format++) {
		if (*format != '%') {
			put(t, *format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_text(t, __builtin_va_arg(args, const char *));
			break;
		case 'd':
			put_number(t, __builtin_va_arg(args, UINT32), 10);
			break;
		case 'x':
			put_number(t, __builtin_va_arg(args, UINT64), 16);
			break;
		default:
			put(t, '%');
		}
	}
}

int format_text(char *to, UINTN size, const char *format, ...)
{
	struct text t = { to, size };
	__builtin_va_list args;

	__builtin_va_start(args, format);
	put_format(&t, format, args);
	__builtin_va_end(args);
	return (int)(t.at - to);
}

static void send(const char *text)
{
	for (; *text; text++) {
		while (!(inb(COM1 + LSR) & LSR_READY))
			;
		outb(COM1, (UINT8)*text);
	}
}

static void send_line(const char *prefix, const char *format, __builtin_va_list args)
{
	char line[LINE];
	struct text t = { line, sizeof(line) };

	line[0] = 0;
	put_format(&t, format, args);
	send(prefix);
	send(line);
	send("\r\n");
}

void say(const char *format, ...)
{
	__builtin_va_list args;

	__builtin_va_start(args, format);
	send_line("", format, args);
	__builtin_va_end(args);
}

void probe(const char *format, ...)
{
	__builtin_va_list args;

	probe_count++;
	__builtin_va_start(args, format);
	send_line("PROBE ", format, args);
	__builtin_va_end(args);
}

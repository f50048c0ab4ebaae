/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One frame of a serial capture: from characters to its payload. */
#include "framing.h"

#include <stdbool.h>
#include <string.h>

#include "lib/crc32c.h"
#include "lib/hex.h"

#define MARK_LEN   (sizeof(RW_FRAME_MARK) - 1)
#define HEX_LEN    8u
#define BASE64_MAX ((RW_FRAME_MAX_BYTES + 2) / 3 * 4)

/* The rest of the text. */
struct cursor {
	const char *p, *end;
};

static bool take_hex(struct cursor *c, uint32_t *v)
{
	*v = 0;
	if ((size_t)(c->end - c->p) < HEX_LEN)
		return false;
	for (unsigned int i = 0; i < HEX_LEN; i++) {
		int d = hex_digit(c->p[i]);

		if (d < 0)
			return false;
		*v = *v << 4 | (uint32_t)d;
	}
	c->p += HEX_LEN;
	return true;
}

static bool take_blank(struct cursor *c)
{
	return c->p < c->end && *c->p++ == ' ';
}

/* Values of the digits of RFC 4648, plus 1 so that the others are 0. */
static const uint8_t digit_plus_1[256] = {
	['A'] = 1, 2,  3,  4,  5,          6,  7,  8,  9,  10, 11,         12, 13, 14, 15,         16,
	17,        18, 19, 20, 21,         22, 23, 24, 25, 26, ['a'] = 27, 28, 29, 30, 31,         32,
	33,        34, 35, 36, 37,         38, 39, 40, 41, 42, 43,         44, 45, 46, 47,         48,
	49,        50, 51, 52, ['0'] = 53, 54, 55, 56, 57, 58, 59,         60, 61, 62, ['+'] = 63, ['/'] = 64,
};

/* Four digits, three bytes. Return: false if one is no digit. */
static inline bool decode_group(const char *s, uint8_t *to)
{
	uint32_t a = digit_plus_1[(uint8_t)s[0]], b = digit_plus_1[(uint8_t)s[1]];
	uint32_t c = digit_plus_1[(uint8_t)s[2]], d = digit_plus_1[(uint8_t)s[3]];
	uint32_t v = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);

	if (!a || !b || !c || !d)
		return false;
	to[0] = (uint8_t)(v >> 16);
	to[1] = (uint8_t)(v >> 8);
	to[2] = (uint8_t)v;
	return true;
}

/* With padding; @n characters, at most BASE64_MAX. */
static bool base64_decode(const char *s, size_t n, struct frame *f)
{
	size_t pad = n && s[n - 1] == '=' ? 1 + (n > 1 && s[n - 2] == '=') : 0;
	char last[4] = "AAAA";
	uint8_t bytes[3];

	f->len = 0;
	if (n == 0 || n % 4)
		return false;
	for (size_t i = 0; i + 4 < n || (i < n && !pad); i += 4, f->len += 3)
		if (!decode_group(s + i, f->payload + f->len))
			return false;
	if (!pad)
		return true;
	memcpy(last, s + n - 4, 4 - pad);
	if (!decode_group(last, bytes))
		return false;
	memcpy(f->payload + f->len, bytes, 3 - pad);
	f->len += 3 - pad;
	return true;
}

static bool take_payload(struct cursor *c, struct frame *f)
{
	const char *start = c->p;

	size_t most = (size_t)(c->end - start) < BASE64_MAX + 1 ? (size_t)(c->end - start) : BASE64_MAX + 1;
	const char *blank = memchr(start, ' ', most);

	c->p = blank ? blank : start + most;
	if ((size_t)(c->p - start) > BASE64_MAX)
		return false;
	f->len = 0;
	if (c->p - start == 1 && *start == '-')
		return true;
	return base64_decode(start, (size_t)(c->p - start), f);
}

/* Damaged frame, or text with a mark in it? */
static enum frame_result not_good(const char *s, size_t avail)
{
	struct cursor c = { s + MARK_LEN, s + avail };
	uint32_t boot;
	char type;

	if (avail < MARK_LEN + 2 || s[MARK_LEN + 1] != ' ')
		return FRAME_TEXT;
	type = s[MARK_LEN];
	c.p += 2;
	if (strchr("BDES", type) && type)
		return FRAME_BAD;
	return take_hex(&c, &boot) ? FRAME_BAD : FRAME_TEXT;
}

enum frame_result frame_parse(const char *s, size_t avail, struct frame *f, const char **why)
{
	struct cursor c = { s + MARK_LEN, s + avail };
	uint32_t crc, want;

	*why = "damaged frame";
	if (avail < MARK_LEN + 2)
		return FRAME_TEXT;
	f->type = *c.p++;
	if (!take_blank(&c) || !take_hex(&c, &f->boot) || !take_blank(&c) || !take_hex(&c, &f->dump) ||
	    !take_blank(&c) || !take_hex(&c, &f->offset) || !take_blank(&c) || !take_payload(&c, f) ||
	    !take_blank(&c))
		return not_good(s, avail);
	want = crc32c(0, s, (size_t)(c.p - s));
	if (!take_hex(&c, &crc) || (c.p < c.end && hex_digit(*c.p) >= 0))
		return not_good(s, avail);
	if (crc != want) {
		*why = "damaged frame: its CRC is wrong";
		return not_good(s, avail);
	}
	*why = "frame of unknown type";
	return f->type && strchr("BDES", f->type) ? FRAME_GOOD : FRAME_BAD;
}

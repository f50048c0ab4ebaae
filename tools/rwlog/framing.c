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

/* Values of the hex digits, plus 1 so that the others are 0. */
static const uint8_t hex_plus_1[256] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ['A'] = 11, 12, 13, 14, 15, 16, ['a'] = 11, 12, 13, 14, 15, 16,
};

static bool take_hex(struct cursor *c, uint32_t *v)
{
	bool good = true;

	*v = 0;
	if ((size_t)(c->end - c->p) < HEX_LEN)
		return false;
	for (unsigned int i = 0; i < HEX_LEN; i++) {
		uint32_t d = hex_plus_1[(uint8_t)c->p[i]];

		good &= d != 0;
		*v = *v << 4 | ((d - 1) & 15);
	}
	c->p += HEX_LEN;
	return good;
}

static bool take_blank(struct cursor *c)
{
	return c->p < c->end && *c->p++ == ' ';
}

/*
 * A digit of RFC 4648 in each of its four places in a group: three bytes, the first one lowest. What is no
 * digit has a bit above them.
 */
static uint32_t digit[4][256];

static void make_digits(void)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	memset(digit, 0xff, sizeof(digit));
	for (uint32_t i = 0; i < sizeof(digits) - 1; i++) {
		uint8_t c = (uint8_t)digits[i];

		digit[0][c] = i << 2;
		digit[1][c] = i >> 4 | (i & 15) << 12;
		digit[2][c] = i >> 2 << 8 | (i & 3) << 22;
		digit[3][c] = i << 16;
	}
}

/* Four digits as three bytes; a bit above them: one is no digit. */
static inline uint32_t group(const char *s)
{
	const uint8_t *c = (const uint8_t *)s;

	return digit[0][c[0]] | digit[1][c[1]] | digit[2][c[2]] | digit[3][c[3]];
}

#define NO_DIGIT 0xff000000u

/* With padding; @n characters, at most BASE64_MAX. */
static bool base64_decode(const char *s, size_t n, struct frame *f)
{
	size_t pad = n && s[n - 1] == '=' ? 1 + (n > 1 && s[n - 2] == '=') : 0;
	const char *last = pad ? s + n - 4 : s + n;
	uint8_t *to = f->payload;
	uint32_t bytes, all = 0;
	char padded[4] = "AAAA";

	f->len = 0;
	if (n == 0 || n % 4)
		return false;
	/* Each group writes four bytes: the next one, or the room after the payload, takes the fourth. */
	for (; s < last; s += 4, to += 3) {
		bytes = group(s);
		all |= bytes;
		memcpy(to, &bytes, sizeof(bytes));
	}
	if (pad) {
		memcpy(padded, s, 4 - pad);
		bytes = group(padded);
		all |= bytes;
		memcpy(to, &bytes, sizeof(bytes));
		to += 3 - pad;
	}
	f->len = (size_t)(to - f->payload);
	return !(all & NO_DIGIT);
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

	if (!digit[0][0])
		make_digits();
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
	f->chars = (size_t)(c.p - s);
	*why = "frame of unknown type";
	return f->type && strchr("BDES", f->type) ? FRAME_GOOD : FRAME_BAD;
}

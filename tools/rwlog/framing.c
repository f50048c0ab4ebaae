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

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* RFC 4648 with padding; @n characters, at most BASE64_MAX. */
static bool base64_decode(const char *s, size_t n, struct frame *f)
{
	size_t pad = n && s[n - 1] == '=' ? 1 + (n > 1 && s[n - 2] == '=') : 0;

	f->len = 0;
	if (n == 0 || n % 4)
		return false;
	for (size_t i = 0; i < n; i += 4) {
		uint32_t v = 0;
		size_t out = i + 4 == n ? 3 - pad : 3;

		for (size_t j = 0; j < 4; j++) {
			int d = i + j >= n - pad ? 0 : base64_digit(s[i + j]);

			if (d < 0)
				return false;
			v = v << 6 | (uint32_t)d;
		}
		for (size_t j = 0; j < out; j++)
			f->payload[f->len++] = (uint8_t)(v >> (16 - 8 * j));
	}
	return true;
}

static bool take_payload(struct cursor *c, struct frame *f)
{
	const char *start = c->p;

	while (c->p < c->end && *c->p != ' ' && (size_t)(c->p - start) <= BASE64_MAX)
		c->p++;
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

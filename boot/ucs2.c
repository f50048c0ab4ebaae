/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Converts UTF-8 to UCS-2. */
#include "ucs2.h"

size_t ucs2_decode(const char *text, size_t size, uint16_t *code)
{
	const uint8_t *b = (const uint8_t *)text;

	if (b[0] < 0x80) {
		*code = b[0];
		return 1;
	}
	if ((b[0] & 0xe0) == 0xc0 && size >= 2 && (b[1] & 0xc0) == 0x80) {
		*code = (uint16_t)((b[0] & 0x1f) << 6 | (b[1] & 0x3f));
		return *code >= 0x80 ? 2 : 0;
	}
	if ((b[0] & 0xf0) == 0xe0 && size >= 3 && (b[1] & 0xc0) == 0x80 && (b[2] & 0xc0) == 0x80) {
		*code = (uint16_t)((b[0] & 0x0f) << 12 | (b[1] & 0x3f) << 6 | (b[2] & 0x3f));
		return *code >= 0x800 && (*code & 0xf800) != 0xd800 ? 3 : 0;
	}
	return 0;
}

size_t ucs2_from_utf8(uint16_t *out, size_t max, const char *text)
{
	size_t size = 0, used = 0;

	while (text[size])
		size++;
	while (size) {
		size_t taken;

		if (used + 1 >= max)
			return 0;
		taken = ucs2_decode(text, size, &out[used]);
		if (!taken)
			return 0;
		text += taken;
		size -= taken;
		used++;
	}
	if (used >= max)
		return 0;
	out[used++] = 0;
	return used;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Undoes what was done to a whole file: compression, UTF-16, a hex dump. */
#include "expand.h"

#include <lzma.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "util.h"

#define STEP       65536u /* bytes by which the output grows at least */
#define XZ_MEMORY  (UINT64_C(1) << 30)
#define LOOK_AT    4096u /* bytes from which UTF-16 without a mark is recognised */
#define UTF16_MIN  16u
#define GZIP_BITS  (15 + 16) /* zlib: the largest window, gzip's header */
#define PERCENT_16 90u

int expand_room(struct expanded *e, size_t n)
{
	if (e->len + n > e->limit)
		return 0;
	while (e->cap - e->len < n)
		e->data = grow(e->data, e->cap, &e->cap, 1);
	return 1;
}

/* Bytes that the next step may write: a few even at the limit, so that an end is seen. */
static size_t space(struct expanded *e)
{
	while (e->cap - e->len < STEP)
		e->data = grow(e->data, e->cap, &e->cap, 1);
	return e->cap - e->len;
}

enum expand_end expand_gzip(struct expanded *e, const uint8_t *data, size_t len)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)data };
	enum expand_end end = EXPAND_CUT;
	size_t left = len;

	if (inflateInit2(&z, GZIP_BITS) != Z_OK)
		return EXPAND_ALTERED;
	while (e->len <= e->limit) {
		uInt in = left < UINT32_MAX / 2 ? (uInt)left : UINT32_MAX / 2;
		size_t room = space(e);
		uInt out = room < UINT32_MAX / 2 ? (uInt)room : UINT32_MAX / 2;
		int ret;

		z.avail_in = in;
		z.avail_out = out;
		z.next_out = e->data + e->len;
		ret = inflate(&z, Z_NO_FLUSH);
		left -= in - z.avail_in;
		e->len += out - z.avail_out;
		if (ret == Z_STREAM_END) {
			end = EXPAND_WHOLE;
			/* Another member may follow; zeros are padding. */
			if (left < 2 || data[len - left] != 0x1f || inflateReset(&z) != Z_OK)
				break;
			end = EXPAND_CUT;
		} else if (ret != Z_OK) {
			end = ret == Z_BUF_ERROR && !left ? EXPAND_CUT : EXPAND_ALTERED;
			break;
		}
	}
	if (end == EXPAND_WHOLE && !all_zero(data + len - left, left))
		end = EXPAND_ALTERED;
	inflateEnd(&z);
	return e->len > e->limit ? EXPAND_TOO_MUCH : end;
}

enum expand_end expand_xz(struct expanded *e, const uint8_t *data, size_t len)
{
	lzma_stream x = LZMA_STREAM_INIT;
	lzma_ret ret = lzma_stream_decoder(&x, XZ_MEMORY, LZMA_CONCATENATED);

	x.next_in = data;
	x.avail_in = len;
	while (ret == LZMA_OK && e->len <= e->limit) {
		size_t room = space(e);

		x.next_out = e->data + e->len;
		x.avail_out = room;
		ret = lzma_code(&x, LZMA_FINISH);
		e->len += room - x.avail_out;
	}
	lzma_end(&x);
	if (e->len > e->limit || ret == LZMA_MEMLIMIT_ERROR)
		return EXPAND_TOO_MUCH;
	if (ret == LZMA_STREAM_END)
		return EXPAND_WHOLE;
	return ret == LZMA_BUF_ERROR ? EXPAND_CUT : EXPAND_ALTERED;
}

enum expand_end expand_zstd(struct expanded *e, const uint8_t *data, size_t len)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	ZSTD_inBuffer in = { data, len, 0 };
	enum expand_end end = EXPAND_CUT;
	size_t ret = 1;

	while (z && e->len <= e->limit) {
		ZSTD_outBuffer out = { NULL, 0, 0 };
		size_t room = space(e);

		out.dst = e->data + e->len;
		out.size = room;
		ret = ZSTD_decompressStream(z, &out, &in);
		e->len += out.pos;
		if (ZSTD_isError(ret)) {
			end = EXPAND_ALTERED;
			break;
		}
		if (in.pos == in.size && out.pos < out.size) {
			end = ret ? EXPAND_CUT : EXPAND_WHOLE;
			break;
		}
	}
	ZSTD_freeDStream(z);
	return e->len > e->limit ? EXPAND_TOO_MUCH : end;
}

/* Counts the pairs of bytes whose byte @high is 0 and whose other one is a character of a text. */
static bool is_utf16(const uint8_t *p, size_t n, size_t high)
{
	size_t found = 0;

	for (size_t i = 0; i + 1 < n; i += 2) {
		uint8_t c = p[i + 1 - high];

		found += p[i + high] == 0 && ((c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t');
	}
	return n >= UTF16_MIN && found * 100 >= n / 2 * PERCENT_16;
}

/* Takes the ASCII characters: a frame has no others. @high: which byte of a pair is the upper. */
static enum expand_end expand_utf16(struct expanded *e, const uint8_t *data, size_t len, size_t high)
{
	e->name = "UTF-16";
	if (!expand_room(e, len / 2 + 1))
		return EXPAND_TOO_MUCH;
	for (size_t i = 0; i + 1 < len; i += 2) {
		bool ascii = data[i + high] == 0 && data[i + 1 - high] < 0x80;

		e->data[e->len++] = ascii ? data[i + 1 - high] : 0x80;
	}
	return len % 2 ? EXPAND_CUT : EXPAND_WHOLE;
}

static const struct {
	const char *mark, *name;
	size_t len;
	enum expand_end (*expand)(struct expanded *e, const uint8_t *data, size_t len);
} forms[] = {
	{ "\x1f\x8b\x08", "gzip", 3, expand_gzip },
	{ "\xfd"
	  "7zXZ\0",
	  "xz", 6, expand_xz },
	{ "\x28\xb5\x2f\xfd", "zstd", 4, expand_zstd },
};

enum expand_end expand(struct expanded *e, const uint8_t *data, size_t len)
{
	size_t look = len < LOOK_AT ? len : LOOK_AT;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (len < forms[i].len || memcmp(data, forms[i].mark, forms[i].len) != 0)
			continue;
		e->name = forms[i].name;
		return forms[i].expand(e, data, len);
	}
	if ((len >= 2 && data[0] == 0xff && data[1] == 0xfe) || is_utf16(data, look, 1))
		return expand_utf16(e, data, len, 1);
	if ((len >= 2 && data[0] == 0xfe && data[1] == 0xff) || is_utf16(data, look, 0))
		return expand_utf16(e, data, len, 0);
	return expand_hex(e, data, len);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Reads bytes in memory that may be compressed.
#include "stream.h"

#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define XZ_MEMORY_MAX (512u << 20) /* for xz -9 it takes 65 MiB */
#define PIECE         (1u << 20)

enum format {
	PLAIN,
	GZIP,
	XZ,
	ZSTD
};

struct stream {
	enum format format;
	const uint8_t *in;
	size_t left; /* bytes at @in not consumed yet */
	bool end;
	z_stream z;
	lzma_stream xz;
	ZSTD_DStream *zstd;
};

static bool starts(const uint8_t *in, size_t size, const char *magic, size_t len)
{
	return size >= len && memcmp(in, magic, len) == 0;
}

static enum format format_of(const uint8_t *in, size_t size)
{
	if (starts(in, size, "\x1f\x8b", 2))
		return GZIP;
	if (starts(in, size,
		   "\xfd"
		   "7zXZ\0",
		   6))
		return XZ;
	return starts(in, size, "\x28\xb5\x2f\xfd", 4) ? ZSTD : PLAIN;
}

static bool start(struct stream *s)
{
	switch (s->format) {
	case GZIP:
		return inflateInit2(&s->z, 16 + MAX_WBITS) == Z_OK;
	case XZ:
		return lzma_stream_decoder(&s->xz, XZ_MEMORY_MAX, 0) == LZMA_OK;
	case ZSTD:
		s->zstd = ZSTD_createDStream();
		return s->zstd != NULL;
	default:
		return true;
	}
}

struct stream *stream_open(const uint8_t *in, size_t size)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->format = format_of(in, size);
	s->in = in;
	s->left = size;
	if (start(s))
		return s;
	free(s);
	return NULL;
}

static void consume(struct stream *s, size_t bytes)
{
	s->in += bytes;
	s->left -= bytes;
}

/* Each reads at least a byte, sets @s->end, or returns -1. */
static ssize_t read_gzip(struct stream *s, uint8_t *out, size_t size)
{
	unsigned int given = s->left < PIECE ? (unsigned int)s->left : PIECE;
	int ret;

	s->z.next_in = (uint8_t *)s->in;
	s->z.avail_in = given;
	s->z.next_out = out;
	s->z.avail_out = size < PIECE ? (unsigned int)size : PIECE;
	size = s->z.avail_out;
	ret = inflate(&s->z, Z_NO_FLUSH);
	consume(s, given - s->z.avail_in);
	s->end = ret == Z_STREAM_END;
	return ret == Z_OK || s->end ? (ssize_t)(size - s->z.avail_out) : -1;
}

static ssize_t read_xz(struct stream *s, uint8_t *out, size_t size)
{
	lzma_ret ret;

	s->xz.next_in = s->in;
	s->xz.avail_in = s->left;
	s->xz.next_out = out;
	s->xz.avail_out = size;
	ret = lzma_code(&s->xz, LZMA_RUN);
	consume(s, s->left - s->xz.avail_in);
	s->end = ret == LZMA_STREAM_END;
	return ret == LZMA_OK || s->end ? (ssize_t)(size - s->xz.avail_out) : -1;
}

static ssize_t read_zstd(struct stream *s, uint8_t *out, size_t size)
{
	ZSTD_inBuffer in = { s->in, s->left, 0 };
	ZSTD_outBuffer to = { out, size, 0 };
	size_t ret = ZSTD_decompressStream(s->zstd, &to, &in);

	consume(s, in.pos);
	if (ZSTD_isError(ret) || (ret && !in.pos && !to.pos))
		return -1;
	s->end = ret == 0 && s->left == 0;
	return (ssize_t)to.pos;
}

static ssize_t read_plain(struct stream *s, uint8_t *out, size_t size)
{
	size_t n = size < s->left ? size : s->left;

	memcpy(out, s->in, n);
	consume(s, n);
	s->end = s->left == 0;
	return (ssize_t)n;
}

ssize_t stream_read(struct stream *s, uint8_t *out, size_t size)
{
	static ssize_t (*const readers[])(struct stream * s, uint8_t * out, size_t size) = {
		[PLAIN] = read_plain, [GZIP] = read_gzip, [XZ] = read_xz, [ZSTD] = read_zstd
	};
	size_t done = 0;

	while (done < size && !s->end) {
		size_t left = s->left;
		ssize_t n = readers[s->format](s, out + done, size - done);

		if (n < 0 || (n == 0 && !s->end && s->left == left))
			return -1;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

void stream_close(struct stream *s)
{
	if (s->format == GZIP)
		inflateEnd(&s->z);
	else if (s->format == XZ)
		lzma_end(&s->xz);
	else if (s->format == ZSTD)
		ZSTD_freeDStream(s->zstd);
	free(s);
}

/* Grows the memory and fills it, up to one byte more than @max. Return: why not, or NULL. */
static const char *read_into(struct stream *s, uint8_t **out, size_t max, size_t *size)
{
	size_t room = 0;

	for (*size = 0; *size == room;) {
		uint8_t *more;
		ssize_t n;

		if (*size > max)
			return "it is too large";
		room = room ? 2 * room : PIECE;
		if (room > max + 1)
			room = max + 1;
		more = realloc(*out, room);
		if (!more)
			return "no memory";
		*out = more;
		n = stream_read(s, more + *size, room - *size);
		if (n < 0)
			return "its compressed data is damaged";
		*size += (size_t)n;
	}
	return NULL;
}

uint8_t *stream_read_all(const uint8_t *in, size_t in_size, size_t max, size_t *size, const char **why)
{
	struct stream *s = stream_open(in, in_size);
	uint8_t *out = NULL;

	*why = s ? read_into(s, &out, max, size) : "no memory";
	if (s)
		stream_close(s);
	if (!*why)
		return out;
	free(out);
	return NULL;
}

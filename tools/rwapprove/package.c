// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Reads a Debian package: an ar archive (deb(5)) whose member data.tar, compressed, is a tar archive.
#include "package.h"

#include <stdlib.h>
#include <string.h>

#include "stream.h"

#define AR_MAGIC       "!<arch>\n"
#define AR_MAGIC_LEN   8u
#define AR_HDR_LEN     60u
#define AR_NAME_LEN    16u
#define AR_SIZE_AT     48u
#define AR_SIZE_LEN    10u
#define AR_END_AT      58u
#define TAR_BLOCK      512u
#define TAR_NAME_LEN   100u
#define TAR_SIZE_AT    124u
#define TAR_SIZE_LEN   12u
#define TAR_TYPE_AT    156u
#define TAR_PREFIX_AT  345u
#define TAR_PREFIX_LEN 155u
#define LONG_NAME_MAX  4096u
#define FILE_MAX       (512u << 20) /* bytes of a file that is wanted */

bool package_is(const uint8_t *file, size_t size)
{
	return size >= AR_MAGIC_LEN && memcmp(file, AR_MAGIC, AR_MAGIC_LEN) == 0;
}

/* A number of @len digits, blanks or NUL after it. Return: false if it is none. */
static bool number(const uint8_t *at, size_t len, unsigned int base, uint64_t *value)
{
	size_t i = 0;

	*value = 0;
	for (; i < len && at[i] >= '0' && at[i] < '0' + base; i++)
		*value = *value * base + (at[i] - '0');
	for (size_t rest = i; rest < len; rest++)
		if (at[rest] != ' ' && at[rest] != 0)
			return false;
	return i > 0;
}

/* The member data.tar, whatever follows in its name. Return: NULL, or what is wrong. */
static const char *find_data(const uint8_t *file, size_t size, const uint8_t **data, size_t *data_size)
{
	size_t at = AR_MAGIC_LEN;

	while (size - at >= AR_HDR_LEN) {
		const uint8_t *hdr = file + at;
		uint64_t len;

		at += AR_HDR_LEN;
		if (memcmp(hdr + AR_END_AT, "`\n", 2) != 0 ||
		    !number(hdr + AR_SIZE_AT, AR_SIZE_LEN, 10, &len) || len > size - at)
			return "its archive is damaged";
		if (memcmp(hdr, "data.tar", 8) == 0) {
			*data = file + at;
			*data_size = len;
			return NULL;
		}
		at += len;
		if (at < size)
			at += len % 2;
	}
	return "it has no member data.tar";
}

/* A tar archive while it is read. */
struct tar {
	struct stream *stream;
	uint8_t hdr[TAR_BLOCK];
	uint64_t size;                 /* of the current member */
	char name[LONG_NAME_MAX + 1u]; /* of the current member */
	bool named;                    /* by the member before it */
};

static bool skip(struct tar *t, uint64_t bytes)
{
	uint8_t block[TAR_BLOCK];

	for (; bytes; bytes -= sizeof(block))
		if (stream_read(t->stream, block, sizeof(block)) != sizeof(block))
			return false;
	return true;
}

static uint64_t padded(uint64_t size)
{
	return (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
}

/* All contents of the current member, and a NUL, in memory to be freed; NULL: too large, or at an end. */
static uint8_t *contents(struct tar *t, uint64_t max)
{
	uint8_t *bytes = t->size <= max ? malloc(t->size + 1) : NULL;

	if (bytes && stream_read(t->stream, bytes, t->size) == (ssize_t)t->size) {
		uint8_t rest[TAR_BLOCK];
		size_t fill = padded(t->size) - t->size;

		bytes[t->size] = 0;
		if (stream_read(t->stream, rest, fill) == (ssize_t)fill)
			return bytes;
	}
	free(bytes);
	return NULL;
}

/* The name in the header, with its prefix. */
static void short_name(struct tar *t)
{
	size_t len = 0;

	if (memcmp(t->hdr + 257, "ustar\0", 6) == 0 && t->hdr[TAR_PREFIX_AT]) {
		len = strnlen((char *)t->hdr + TAR_PREFIX_AT, TAR_PREFIX_LEN);
		memcpy(t->name, t->hdr + TAR_PREFIX_AT, len);
		t->name[len++] = '/';
	}
	size_t rest = strnlen((char *)t->hdr, TAR_NAME_LEN);

	memcpy(t->name + len, t->hdr, rest);
	t->name[len + rest] = '\0';
}

/* The path in a pax header: lines "LENGTH KEY=VALUE". */
static void pax_name(struct tar *t, char *text)
{
	for (char *next; *text; text = next) {
		unsigned long len = strtoul(text, &next, 10);
		char *line = next;

		if (*line != ' ' || len > strlen(text) || len < (size_t)(line - text) + 2)
			return;
		next = text + len;
		if (strncmp(line, " path=", 6) || next[-1] != '\n' || next - line - 7 > (long)LONG_NAME_MAX)
			continue;
		memcpy(t->name, line + 6, (size_t)(next - line) - 7);
		t->name[next - line - 7] = '\0';
		t->named = true;
	}
}

/* A member that names the next one: 'L' of GNU tar, 'x' of pax. */
static bool read_name(struct tar *t, char type)
{
	char *text = (char *)contents(t, 16 * LONG_NAME_MAX);

	if (text && type == 'x') {
		pax_name(t, text);
	} else if (text && strlen(text) <= LONG_NAME_MAX) {
		memcpy(t->name, text, strlen(text) + 1);
		t->named = true;
	}
	free(text);
	return text;
}

static bool is_end(const uint8_t block[TAR_BLOCK])
{
	for (size_t i = 0; i < TAR_BLOCK; i++)
		if (block[i])
			return false;
	return true;
}

/* One member. Return: false with @why if the archive is damaged. */
static bool member(struct tar *t, bool (*wanted)(const char *name), package_fn fn, void *ctx)
{
	char type = (char)t->hdr[TAR_TYPE_AT];
	bool named = t->named;
	uint8_t *bytes;

	if (!number(t->hdr + TAR_SIZE_AT, TAR_SIZE_LEN, 8, &t->size) || t->size > UINT64_MAX / 2)
		return false;
	if (type == 'L' || type == 'x')
		return read_name(t, type);
	if (!named)
		short_name(t);
	t->named = false;
	if ((type != '0' && type != '\0') || !wanted(t->name))
		return skip(t, padded(t->size));
	bytes = contents(t, FILE_MAX);
	if (!bytes)
		return false;
	fn(ctx, t->name, bytes, t->size);
	free(bytes);
	return true;
}

static const char *walk(struct tar *t, bool (*wanted)(const char *name), package_fn fn, void *ctx)
{
	do {
		if (stream_read(t->stream, t->hdr, sizeof(t->hdr)) != sizeof(t->hdr))
			return "its member data.tar is damaged";
		if (is_end(t->hdr))
			return NULL;
	} while (member(t, wanted, fn, ctx));
	return "its member data.tar is damaged, or has a file that is too large";
}

const char *package_walk(const uint8_t *file, size_t size, bool (*wanted)(const char *name), package_fn fn,
			 void *ctx)
{
	struct tar *t = calloc(1, sizeof(*t));
	const uint8_t *data = NULL;
	size_t data_size = 0;
	const char *wrong = find_data(file, size, &data, &data_size);

	if (!wrong && t)
		t->stream = stream_open(data, data_size);
	if (!wrong && (!t || !t->stream))
		wrong = "no memory";
	if (!wrong)
		wrong = walk(t, wanted, fn, ctx);
	if (t && t->stream)
		stream_close(t->stream);
	free(t);
	return wrong;
}

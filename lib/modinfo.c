/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Finds a module's name in its file. ELF-64 Object File Format, "ELF header" and "Sections". */
#include "lib/modinfo.h"

#define HEADER_BYTES  64u
#define SECTION_BYTES 64u
#define NOBITS        8u /* sh_type: no bytes in the file */

#define NAME_OF_SECTION ".modinfo"
#define KEY             "name="

/* A piece of the file. */
struct piece {
	const uint8_t *at;
	uint64_t size;
};

static uint64_t load(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

/* Whether @p begins with the @size bytes of @text. */
static int begins(struct piece p, const char *text, uint64_t size)
{
	uint64_t i;

	if (p.size < size)
		return 0;
	for (i = 0; i < size && p.at[i] == (uint8_t)text[i]; i++)
		;
	return i == size;
}

/* The contents of the section whose header is at @header; empty if they do not lie in the file. */
static struct piece contents(struct piece file, const uint8_t *header)
{
	uint64_t type = load(header + 4, 4), offset = load(header + 24, 8), size = load(header + 32, 8);

	if (type == NOBITS || offset > file.size || size > file.size - offset)
		return (struct piece){ file.at, 0 };
	return (struct piece){ file.at + offset, size };
}

/* The section .modinfo; empty if there is none. */
static struct piece find(struct piece file)
{
	uint64_t offset, count, names_index;
	struct piece names;
	const uint8_t *headers;

	if (file.size < HEADER_BYTES || !begins(file, "\177ELF\2\1", 6))
		goto none;
	offset = load(file.at + 40, 8);
	count = load(file.at + 60, 2);
	names_index = load(file.at + 62, 2);
	if (load(file.at + 58, 2) != SECTION_BYTES || offset > file.size ||
	    count * SECTION_BYTES > file.size - offset || names_index >= count)
		goto none;
	headers = file.at + offset;
	names = contents(file, headers + names_index * SECTION_BYTES);
	for (; count; count--, headers += SECTION_BYTES) {
		uint64_t name = load(headers, 4);

		if (name < names.size && begins((struct piece){ names.at + name, names.size - name },
						NAME_OF_SECTION, sizeof(NAME_OF_SECTION)))
			return contents(file, headers);
	}
none:
	return (struct piece){ file.at, 0 };
}

const char *modinfo_name(const void *file, uint64_t size, uint64_t *len)
{
	struct piece left = find((struct piece){ (const uint8_t *)file, size });

	while (left.size) {
		uint64_t text = 0;

		while (text < left.size && left.at[text])
			text++;
		if (text == left.size)
			return (void *)0; /* no NUL */
		if (begins(left, KEY, sizeof(KEY) - 1)) {
			*len = text - (sizeof(KEY) - 1);
			return (const char *)left.at + sizeof(KEY) - 1;
		}
		left.at += text + 1;
		left.size -= text + 1;
	}
	return (void *)0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Numbers for strings of bytes. */
#include "intern.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

#define FIRST_PLACES 1024u

/* FNV-1a, from where the loader put the program: a guest cannot choose strings that collide. */
static uint64_t hash_of(const uint8_t *p, size_t len)
{
	static const uint8_t here;
	uint64_t h = (uint64_t)(uintptr_t)&here * 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h ^ h >> 31;
}

/* Where the string is, or would be. */
static size_t place_of(const struct intern *t, const uint8_t *p, size_t len)
{
	size_t i = hash_of(p, len) & (t->places - 1);

	for (; t->place[i]; i = (i + 1) & (t->places - 1)) {
		const struct intern_item *item = &t->item[t->place[i] - 1];

		if (item->len == len && memcmp(t->bytes + item->off, p, len) == 0)
			break;
	}
	return i;
}

static void enlarge(struct intern *t)
{
	free(t->place);
	t->places = t->places ? 2 * t->places : FIRST_PLACES;
	t->place = make(t->places * sizeof(*t->place));
	for (size_t i = 0; i < t->n; i++)
		t->place[place_of(t, t->bytes + t->item[i].off, t->item[i].len)] = (uint32_t)i + 1;
}

size_t intern_find(const struct intern *t, const void *p, size_t len)
{
	size_t i = t->places ? place_of(t, p, len) : 0;

	return t->places && t->place[i] ? t->place[i] - 1 : INTERN_NONE;
}

size_t intern_add(struct intern *t, const void *p, size_t len)
{
	size_t found = intern_find(t, p, len);

	if (found != INTERN_NONE)
		return found;
	if (2 * (t->n + 1) > t->places)
		enlarge(t);
	while (!t->bytes || t->bytes_cap - t->nbytes < len) /* the empty string has a place as well */
		t->bytes = grow(t->bytes, t->bytes_cap, &t->bytes_cap, 1);
	t->place[place_of(t, p, len)] = (uint32_t)t->n + 1;
	t->item = grow(t->item, t->n, &t->item_cap, sizeof(*t->item));
	t->item[t->n] = (struct intern_item){ t->nbytes, len };
	if (len)
		memcpy(t->bytes + t->nbytes, p, len);
	t->nbytes += len;
	return t->n++;
}

const uint8_t *intern_get(const struct intern *t, size_t i, size_t *len)
{
	*len = t->item[i].len;
	return t->bytes + t->item[i].off;
}

void intern_free(struct intern *t)
{
	free(t->item);
	free(t->bytes);
	free(t->place);
	*t = (struct intern){ 0 };
}

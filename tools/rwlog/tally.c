/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Counts by name: an open-addressing hash table. */
#include "tally.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "util.h"

#define SLOTS_FIRST 1024u

/* FNV-1a from a secret start: a guest that chooses the names cannot make them collide. */
static uint64_t hash_of(struct text t)
{
	static uint64_t start;
	uint64_t h;

	if (!start && getrandom(&start, sizeof(start), 0) < 0)
		start = UINT64_C(0xcbf29ce484222325);
	h = start;

	for (size_t i = 0; i < t.len; i++)
		h = (h ^ t.p[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

static struct tally *find(const struct tallies *t, struct text name, uint64_t hash)
{
	size_t i = hash & (t->slots - 1);

	while (t->v[i].name.p && (t->v[i].hash != hash || t->v[i].name.len != name.len ||
				  memcmp(t->v[i].name.p, name.p, name.len) != 0))
		i = (i + 1) & (t->slots - 1);
	return &t->v[i];
}

/* Half of the places stay free. */
static void make_room(struct tallies *t)
{
	struct tallies more = *t;

	if (t->used * 2 < t->slots)
		return;
	more.slots = t->slots ? t->slots * 2 : SLOTS_FIRST;
	more.v = make(more.slots * sizeof(*more.v));
	for (size_t i = 0; i < t->slots; i++)
		if (t->v[i].name.p)
			*find(&more, t->v[i].name, t->v[i].hash) = t->v[i];
	free(t->v);
	*t = more;
}

struct tally *tally_of(struct tallies *t, struct text name)
{
	uint64_t hash = hash_of(name);
	struct tally *one;

	make_room(t);
	one = find(t, name, hash);
	if (one->name.p)
		return one;
	if (t->max && t->used == t->max) {
		t->others++;
		return NULL;
	}
	t->used++;
	one->name = name;
	one->hash = hash;
	return one;
}

size_t tally_sort(struct tallies *t, int (*compare)(const void *, const void *))
{
	size_t n = 0;

	for (size_t i = 0; i < t->slots; i++)
		if (t->v[i].name.p)
			t->v[n++] = t->v[i];
	if (n)
		qsort(t->v, n, sizeof(*t->v), compare);
	return n;
}

int tally_compare_names(const struct tally *a, const struct tally *b)
{
	size_t least = a->name.len < b->name.len ? a->name.len : b->name.len;
	int c = least ? memcmp(a->name.p, b->name.p, least) : 0;

	return c ? c : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Sorts the parts of a file by boot. */
#include "boots.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

/* A part, and its place in the file. */
struct entry {
	struct part *part;
	size_t place;
	size_t first; /* place of its boot's first part */
};

static int by_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

static int by_boot(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = (int)x->part->have_hdr - (int)y->part->have_hdr;

	if (x->part->boot != y->part->boot)
		return x->part->boot < y->part->boot ? -1 : 1;
	if (!c && x->part->have_hdr)
		c = memcmp(x->part->hdr.boot_id, y->part->hdr.boot_id, sizeof(x->part->hdr.boot_id));
	return c ? c : by_place(a, b);
}

static int by_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return by_place(a, b);
}

static bool same_id(const struct entry *a, const struct entry *b)
{
	return memcmp(a->part->hdr.boot_id, b->part->hdr.boot_id, sizeof(a->part->hdr.boot_id)) == 0;
}

/*
 * Sets `first` of the @n entries whose frames have the same boot: at first those without a header, then those
 * with one, by id.
 */
static void split(struct entry *e, size_t n)
{
	size_t lost = 0;

	while (lost < n && !e[lost].part->have_hdr)
		lost++;
	for (size_t i = lost; i < n; i++)
		e[i].first = i > lost && same_id(&e[i], &e[i - 1]) ? e[i - 1].first : e[i].place;
	if (lost == n) {
		for (size_t i = 0; i < n; i++)
			e[i].first = e[0].place;
		return;
	}
	qsort(e + lost, n - lost, sizeof(*e), by_place);
	for (size_t i = 0, next = lost; i < lost; i++) {
		while (next < n && e[next].place < e[i].place)
			next++;
		e[i].first = e[next > lost ? next - 1 : lost].first;
	}
}

static void add_part(struct input *in, const struct entry *e, bool new_boot)
{
	struct boot *b;

	if (new_boot) {
		in->boot = grow(in->boot, in->nboot, &in->boot_cap, sizeof(*in->boot));
		in->boot[in->nboot++] = (struct boot){ .newest = e->part };
	}
	b = &in->boot[in->nboot - 1];
	b->part = grow(b->part, b->npart, &b->part_cap, sizeof(struct part *));
	b->part[b->npart++] = e->part;
	if (e->part->hdr.next_seq >= b->newest->hdr.next_seq)
		b->newest = e->part;
}

void boots_of_parts(struct input *in, struct part *const *part, size_t n)
{
	struct entry *e = make((n + 1) * sizeof(*e));

	for (size_t i = 0; i < n; i++)
		e[i] = (struct entry){ part[i], i, i };
	qsort(e, n, sizeof(*e), by_boot);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && e[j].part->boot == e[i].part->boot;)
			j++;
		split(e + i, j - i);
	}
	qsort(e, n, sizeof(*e), by_first);
	for (size_t i = 0; i < n; i++)
		add_part(in, &e[i], i == 0 || e[i].first != e[i - 1].first);
	free(e);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Sorts more than fits in memory: in runs, which are merged while they are written. */
#include "runs.h"

#include <stdlib.h>

#include "resident.h"
#include "util.h"

/* What is left of a run. */
struct run {
	const uint8_t *at, *end;
};

/* Moves the run at @i down to its place in a heap of @n, whose least element is first. */
static void sift(struct run *r, size_t n, size_t i, int (*compare)(const void *, const void *))
{
	for (size_t child; (child = 2 * i + 1) < n; i = child) {
		struct run moved = r[i];

		if (child + 1 < n && compare(r[child + 1].at, r[child].at) < 0)
			child++;
		if (compare(moved.at, r[child].at) <= 0)
			break;
		r[i] = r[child];
		r[child] = moved;
	}
}

bool runs_write(struct spool *s, size_t size, size_t run, int (*compare)(const void *, const void *), FILE *f)
{
	size_t n = s->len / size, left = (n + run - 1) / run;
	struct run *heap = make((left + 1) * sizeof(*heap));
	uint8_t *p = spool_bytes(s);
	bool good = true;

	for (size_t i = 0; i < left; i++) {
		size_t here = n - i * run < run ? n - i * run : run;

		heap[i] = (struct run){ p + i * run * size, p + (i * run + here) * size };
		qsort(p + i * run * size, here, size, compare);
		resident_touch(here * size);
	}
	for (size_t i = left; i--;)
		sift(heap, left, i, compare);
	while (left && good) {
		good = fwrite(heap->at, size, 1, f) == 1;
		resident_touch(size);
		heap->at += size;
		if (heap->at == heap->end)
			heap[0] = heap[--left];
		sift(heap, left, 0, compare);
	}
	free(heap);
	return good;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Keeps large mapped files from filling memory. */
#define _GNU_SOURCE
#include "resident.h"

#include <string.h>
#include <sys/mman.h>

#include "util.h"

#define WORTH     (8u << 20) /* bytes: a smaller mapping may stay */
#define FIND_STEP (1u << 20)

uint64_t resident_left = RESIDENT_STEP;

static struct mapping {
	void *p;
	size_t n;
} * mapping;
static size_t count, cap;

void resident_watch(void *p, size_t n)
{
	if (n < WORTH)
		return;
	mapping = grow(mapping, count, &cap, sizeof(*mapping));
	mapping[count++] = (struct mapping){ p, n };
}

void resident_forget(const void *p)
{
	for (size_t i = 0; i < count; i++)
		if (mapping[i].p == p) {
			mapping[i] = mapping[--count];
			return;
		}
}

void resident_drop(void)
{
	/* Nothing that was written is lost: private mappings are only read, the others are shared. */
	for (size_t i = 0; i < count; i++)
		madvise(mapping[i].p, mapping[i].n, MADV_DONTNEED);
	resident_left = RESIDENT_STEP;
}

const char *resident_find(const char *p, char c, const char *end)
{
	while (p < end) {
		size_t n = (size_t)(end - p) < FIND_STEP ? (size_t)(end - p) : FIND_STEP;
		const char *found = memchr(p, c, n);

		resident_touch((uint64_t)(found ? (size_t)(found - p) : n));
		if (found)
			return found;
		p += n;
	}
	return NULL;
}

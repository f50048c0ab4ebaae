// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// By which names files were seen from the system's root, and which other roots show the same names.
#include "seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *room(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 256;
	array = reallocarray(array, *cap, size);
	if (array)
		return array;
	fputs("rwpolicy: out of memory\n", stderr);
	exit(2);
}

void seen_add(struct seen *s, const struct seen_file *file)
{
	s->file = room(s->file, s->files, &s->file_cap, sizeof(s->file[0]));
	s->file[s->files++] = *file;
}

static int by_file(const void *a, const void *b)
{
	const struct seen_file *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static bool is_same(const struct seen_file *x, const struct seen_file *y)
{
	return by_file(x, y) == 0 && x->len == y->len && memcmp(x->path, y->path, x->len) == 0;
}

/* A file has few names, so that those of one stand near each other. */
void seen_sort(struct seen *s)
{
	size_t kept = 0;

	if (s->files)
		qsort(s->file, s->files, sizeof(s->file[0]), by_file);
	for (size_t i = 0; i < s->files; i++)
		if (!kept || !is_same(&s->file[kept - 1], &s->file[i]))
			s->file[kept++] = s->file[i];
	s->files = kept;
}

const struct seen_file *seen_find(const struct seen *s, uint64_t dev, uint64_t ino)
{
	const struct seen_file key = { .dev = dev, .ino = ino };

	return s->files ? bsearch(&key, s->file, s->files, sizeof(s->file[0]), by_file) : NULL;
}

static struct seen_root *find_root(const struct seen *s, uint64_t dev, uint64_t ino)
{
	for (size_t i = 0; i < s->roots; i++)
		if (s->root[i].dev == dev && s->root[i].ino == ino)
			return &s->root[i];
	return NULL;
}

void seen_compare(struct seen *s, uint64_t root_dev, uint64_t root_ino, const struct seen_file *file)
{
	const struct seen_file *end = s->file + s->files, *name = seen_find(s, file->dev, file->ino);
	struct seen_root *root;
	bool same = false;

	if (!name)
		return;
	root = find_root(s, root_dev, root_ino);
	if (!root) {
		s->root = room(s->root, s->roots, &s->root_cap, sizeof(s->root[0]));
		root = &s->root[s->roots++];
		*root = (struct seen_root){ .dev = root_dev, .ino = root_ino };
	}
	while (name > s->file && by_file(name - 1, file) == 0)
		name--;
	for (; name < end && by_file(name, file) == 0; name++)
		same |= is_same(name, file);
	root->same += same;
	root->other += !same;
}

bool seen_is_system(const struct seen *s, uint64_t root_dev, uint64_t root_ino)
{
	const struct seen_root *root = find_root(s, root_dev, root_ino);

	return root && root->same > root->other;
}

void seen_free(struct seen *s)
{
	free(s->file);
	free(s->root);
	*s = (struct seen){ 0 };
}

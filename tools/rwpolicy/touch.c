// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Who touched which files: a set of accesses, generalised to directories.
#include "touch.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
	if (memory)
		return memory;
	fputs("rwpolicy: out of memory\n", stderr);
	exit(2);
}

void touches_add(struct touches *t, const char *path, size_t len, uint32_t uid, enum rw_right kind, bool made,
		 bool removed)
{
	if (t->count == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 256;
		t->touch = checked(reallocarray(t->touch, t->cap, sizeof(t->touch[0])));
	}
	t->touch[t->count++] = (struct touch){
		.path = checked(strndup(path, len)),
		.uid = uid,
		.kind = kind,
		.made = made,
		.removed = removed,
	};
}

/* Bytes of the directory that a path lies in, with the / at the end; 1 for "/" and what lies in it. */
static size_t parent_len(const char *path)
{
	size_t len = strlen(path);

	if (len > 1 && path[len - 1] == '/')
		len--;
	while (len > 1 && path[len - 1] != '/')
		len--;
	return len;
}

/* By user and kind; then so that the files of a directory follow one another. */
static int by_directory(const void *a, const void *b)
{
	const struct touch *x = a, *y = b;
	size_t xlen = parent_len(x->path), ylen = parent_len(y->path);
	int order;

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	order = memcmp(x->path, y->path, xlen < ylen ? xlen : ylen);
	if (order || xlen != ylen)
		return order ? order : xlen < ylen ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int by_path(const void *a, const void *b)
{
	const struct touch *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	if (order)
		return order;
	return x->kind < y->kind ? -1 : x->kind > y->kind;
}

static bool same_way(const struct touch *x, const struct touch *y)
{
	return x->uid == y->uid && x->kind == y->kind;
}

/* Removes the accesses that are marked by an empty path. */
static void remove_marked(struct touches *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++)
		if (t->touch[i].path[0])
			t->touch[kept++] = t->touch[i];
		else
			free(t->touch[i].path);
	t->count = kept;
}

/* Sorts, and leaves each access once. */
static void make_unique(struct touches *t)
{
	qsort(t->touch, t->count, sizeof(t->touch[0]), by_directory);
	for (size_t i = 1; i < t->count; i++) {
		struct touch *before = &t->touch[i - 1], *now = &t->touch[i];

		if (by_directory(before, now) != 0)
			continue;
		now->made |= before->made;
		now->removed |= before->removed;
		before->path[0] = '\0';
	}
	remove_marked(t);
}

/* What is in a directory of a process has another name the next time. */
static void cut_process(char *path)
{
	static const char proc[] = "/proc/";

	if (strncmp(path, proc, sizeof(proc) - 1) == 0 && isdigit((unsigned char)path[sizeof(proc) - 1]))
		path[sizeof(proc) - 1] = '\0';
}

/* Files that came and went: by their directory, for every user and kind. */
static void cut_temporary(struct touches *t)
{
	qsort(t->touch, t->count, sizeof(t->touch[0]), by_path);
	for (size_t i = 0, end; i < t->count; i = end) {
		bool made = false, removed = false;

		for (end = i; end < t->count && t->touch[end].uid == t->touch[i].uid &&
			      strcmp(t->touch[end].path, t->touch[i].path) == 0;
		     end++) {
			made |= t->touch[end].made;
			removed |= t->touch[end].removed;
		}
		for (size_t k = i; made && removed && k < end; k++)
			t->touch[k].made = t->touch[k].removed = true;
	}
	for (size_t i = 0; i < t->count; i++)
		if (t->touch[i].made && t->touch[i].removed && parent_len(t->touch[i].path) > 1)
			t->touch[i].path[parent_len(t->touch[i].path)] = '\0';
}

/* Replaces the files of full directories by these. Return: whether there was one. */
static bool fold(struct touches *t)
{
	bool found = false;

	for (size_t i = 0, end; i < t->count; i = end) {
		size_t len = parent_len(t->touch[i].path);

		for (end = i + 1; end < t->count && same_way(&t->touch[i], &t->touch[end]) &&
				  parent_len(t->touch[end].path) == len &&
				  memcmp(t->touch[i].path, t->touch[end].path, len) == 0;
		     end++)
			;
		if (end - i <= TOUCHES_MANY || len == 1)
			continue;
		for (size_t k = i; k < end; k++)
			t->touch[k].path[len] = '\0';
		found = true;
	}
	return found;
}

/* Whether @by covers @path. Who may write may append. */
static bool covers(const struct touch *by, const struct touch *path)
{
	size_t len = strlen(by->path);

	if (by->uid != path->uid ||
	    (by->kind != path->kind && !(by->kind == RW_RIGHT_WRITE && path->kind == RW_RIGHT_APPEND)))
		return false;
	if (by->path[len - 1] != '/')
		return strcmp(by->path, path->path) == 0;
	return strncmp(by->path, path->path, len) == 0 ||
	       (strncmp(by->path, path->path, len - 1) == 0 && !path->path[len - 1]);
}

static void remove_covered(struct touches *t)
{
	for (size_t k = 0; k < t->count; k++) {
		const struct touch *by = &t->touch[k];

		if (!by->path[0] || (by->path[strlen(by->path) - 1] != '/' && by->kind != RW_RIGHT_WRITE))
			continue;
		for (size_t i = 0; i < t->count; i++)
			if (i != k && t->touch[i].path[0] && covers(by, &t->touch[i]))
				t->touch[i].path[0] = '\0';
	}
	remove_marked(t);
}

void touches_generalise(struct touches *t)
{
	if (!t->count)
		return;
	for (size_t i = 0; i < t->count; i++)
		cut_process(t->touch[i].path);
	cut_temporary(t);
	do
		make_unique(t);
	while (fold(t));
	remove_covered(t);
	qsort(t->touch, t->count, sizeof(t->touch[0]), by_path);
}

void touches_free(struct touches *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->touch[i].path);
	free(t->touch);
	*t = (struct touches){ 0 };
}

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

/* Makes room for one more element of @size bytes. Return: the array. */
static void *room(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 256;
	return checked(reallocarray(array, *cap, size));
}

void touches_add(struct touches *t, const char *path, size_t len, uint32_t uid, enum rw_right kind)
{
	t->touch = room(t->touch, t->count, &t->cap, sizeof(t->touch[0]));
	t->touch[t->count++] = (struct touch){
		.path = checked(strndup(path, len)),
		.uid = uid,
		.kind = kind,
	};
}

void touches_add_name(struct touches *t, const char *path, size_t len, bool removed)
{
	t->name = room(t->name, t->names, &t->name_cap, sizeof(t->name[0]));
	t->name[t->names] = (struct touch_name){
		.path = checked(strndup(path, len)),
		.when = t->names,
		.removed = removed,
	};
	t->names++;
}

void touches_add_mount(struct touches *t, const char *path, size_t len)
{
	touches_add_name(t, path, len, false);
	t->name[t->names - 1].covered = true;
}

void touches_add_move(struct touches *t, const char *from, size_t from_len, const char *to, size_t to_len)
{
	t->move = room(t->move, t->moves, &t->move_cap, sizeof(t->move[0]));
	t->move[t->moves++] = (struct touch_move){
		.from = checked(strndup(from, from_len)),
		.to = checked(strndup(to, to_len)),
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
		struct touch *before = &t->touch[i - 1];
		const struct touch *now = &t->touch[i];

		if (by_directory(before, now) == 0)
			before->path[0] = '\0';
	}
	remove_marked(t);
}

/* What is in a directory of a process, and a terminal, has another name the next time. */
static void cut_numbers(char *path)
{
	static const char *const directory[] = { "/proc/", "/dev/pts/" };

	for (size_t i = 0; i < sizeof(directory) / sizeof(directory[0]); i++) {
		size_t len = strlen(directory[i]);

		if (strncmp(path, directory[i], len) == 0 && isdigit((unsigned char)path[len]))
			path[len] = '\0';
	}
}

static int by_name(const void *a, const void *b)
{
	const struct touch_name *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : x->when < y->when ? -1 : x->when > y->when;
}

/*
 * Whether a name will be another one the next time; @n says when it was made and removed, in the log's order.
 * What was there before, what is there at the end, and what came and went again under the same name has a
 * lasting one. But a number in it counts on.
 */
static bool is_passing(const struct touch_name *n, size_t count)
{
	const char *name = n->path + parent_len(n->path);
	const struct touch_name *first = NULL, *last = NULL;
	size_t made = 0;

	if (parent_len(n->path) == 1)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (n[i].covered)
			continue;
		if (n[i].passing)
			return true;
		first = first ? first : &n[i];
		last = &n[i];
		made += !n[i].removed;
	}
	if (!made)
		return false;
	return strpbrk(name, "0123456789") || (made == 1 && !first->removed && last->removed);
}

/* Whether what lies below has no lasting names: the directory is made anew, or something is mounted there. */
static bool is_filled_anew(const struct touch_name *n, size_t count)
{
	bool made = false, removed = false, covered = false;

	for (size_t i = 0; i < count; i++) {
		made |= !n[i].removed;
		removed |= n[i].removed;
		covered |= n[i].covered;
	}
	return covered || (made && removed);
}

/* Leaves once, sorted, each name that is passing, or below which none lasts; and no other. */
static void keep_changing(struct touches *t)
{
	size_t kept = 0;

	if (t->names)
		qsort(t->name, t->names, sizeof(t->name[0]), by_name);
	for (size_t i = 0, end; i < t->names; i = end) {
		for (end = i + 1; end < t->names && strcmp(t->name[i].path, t->name[end].path) == 0; end++)
			;
		bool passing = is_passing(&t->name[i], end - i);
		bool keep = passing || is_filled_anew(&t->name[i], end - i);

		for (size_t k = i + keep; k < end; k++)
			free(t->name[k].path);
		if (keep) {
			t->name[kept] = t->name[i];
			t->name[kept++].passing = passing;
		}
	}
	t->names = kept;
}

static int is_path_of(const void *path, const void *name)
{
	return strcmp(path, ((const struct touch_name *)name)->path);
}

/*
 * What has a passing name, or lies below what has one: by the directory of the first such name. What lies in
 * a directory that is filled anew: by that.
 */
static void cut_changing(const struct touches *t, char *path)
{
	for (char *end = path + 1; t->names && *end; end++) {
		const struct touch_name *name;
		char next;

		end += strcspn(end, "/");
		next = *end;
		*end = '\0';
		name = bsearch(path, t->name, t->names, sizeof(t->name[0]), is_path_of);
		*end = next;
		if (name && name->passing)
			path[parent_len(name->path)] = '\0';
		else if (name && next)
			end[1] = '\0';
		if (name || !next)
			return;
	}
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

/* Whether @by covers @path; "/" is the root directory alone. Who may write may append. */
static bool covers(const struct touch *by, const struct touch *path)
{
	size_t len = strlen(by->path);

	if (by->uid != path->uid ||
	    (by->kind != path->kind && !(by->kind == RW_RIGHT_WRITE && path->kind == RW_RIGHT_APPEND)))
		return false;
	if (len == 1 || by->path[len - 1] != '/')
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

static int by_names(const void *a, const void *b)
{
	const struct touch_move *x = a, *y = b;
	int order = strcmp(x->to, y->to);

	return order ? order : strcmp(x->from, y->from);
}

/* Each once. */
static void make_moves_unique(struct touches *t)
{
	size_t kept = 0;

	if (t->moves)
		qsort(t->move, t->moves, sizeof(t->move[0]), by_names);
	for (size_t i = 0; i < t->moves; i++) {
		if (kept && by_names(&t->move[kept - 1], &t->move[i]) == 0) {
			free(t->move[i].from);
			free(t->move[i].to);
		} else {
			t->move[kept++] = t->move[i];
		}
	}
	t->moves = kept;
}

static bool is_below(const char *path, const char *directory)
{
	size_t len = strlen(directory);

	return strncmp(path, directory, len) == 0 && path[len] == '/';
}

/* A directory with a name that a line has, or below which a line leads, cannot be renamed. */
static void note_moved_directories(struct touches *t)
{
	for (size_t i = 0; i < t->moves; i++) {
		const struct touch_move *m = &t->move[i];
		bool found = false;

		for (size_t k = 0; k < t->count && !found; k++)
			found = is_below(t->touch[k].path, m->from) || is_below(t->touch[k].path, m->to);
		if (!found)
			continue;
		touches_add_name(t, m->from, strlen(m->from), true);
		t->name[t->names - 1].passing = true;
		touches_add_name(t, m->to, strlen(m->to), false);
		t->name[t->names - 1].passing = true;
	}
}

static bool is_covered(const struct touches *t, const struct touch *touch)
{
	for (size_t i = 0; i < t->count; i++)
		if (covers(&t->touch[i], touch))
			return true;
	return false;
}

/* Allows at each name that files had what is allowed at those that they got. Return: whether it is new. */
static bool follow_moves(struct touches *t)
{
	size_t count = t->count;

	for (size_t i = 0; i < t->moves; i++)
		for (size_t k = 0; k < count; k++) {
			struct touch to = t->touch[k], from = t->touch[k];

			to.path = t->move[i].to;
			from.path = t->move[i].from;
			if (covers(&t->touch[k], &to) && !is_covered(t, &from))
				touches_add(t, from.path, strlen(from.path), from.uid, from.kind);
		}
	return t->count != count;
}

void touches_generalise(struct touches *t)
{
	if (!t->count)
		return;
	make_unique(t);
	make_moves_unique(t);
	note_moved_directories(t);
	keep_changing(t);
	for (size_t i = 0; i < t->count; i++) {
		cut_numbers(t->touch[i].path);
		cut_changing(t, t->touch[i].path);
	}
	for (size_t i = 0; i < t->moves; i++) {
		cut_changing(t, t->move[i].from);
		cut_changing(t, t->move[i].to);
	}
	do {
		do
			make_unique(t);
		while (fold(t));
		remove_covered(t);
	} while (follow_moves(t));
	qsort(t->touch, t->count, sizeof(t->touch[0]), by_path);
}

void touches_free(struct touches *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->touch[i].path);
	for (size_t i = 0; i < t->names; i++)
		free(t->name[i].path);
	for (size_t i = 0; i < t->moves; i++) {
		free(t->move[i].from);
		free(t->move[i].to);
	}
	free(t->touch);
	free(t->name);
	free(t->move);
	*t = (struct touches){ 0 };
}

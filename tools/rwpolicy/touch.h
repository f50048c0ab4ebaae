/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Who touched which files: a set of accesses, generalised to directories. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/access.h"

/** struct touch - one kind of access of one user to one file. */
struct touch {
	char *path; /* absolute; with a / at its end: all that lies below, and the directory */
	uint32_t uid;
	enum rw_right kind;
};

/** struct touch_name - a name that was given to a file or directory, or taken from it. */
struct touch_name {
	char *path;
	size_t when;  /* its place in the log; as all have it, those of the same path keep their order */
	bool removed; /* the name is gone, else it is new */
	bool passing; /* it will be another one the next time */
	bool covered; /* something was mounted there; says nothing about the name */
};

/** struct touch_move - a file that had one name got another one. */
struct touch_move {
	char *from, *to;
};

/** struct touches - what a log has of them; begins zeroed. */
struct touches {
	struct touch *touch;
	size_t count, cap;
	struct touch_name *name;
	size_t names, name_cap;
	struct touch_move *move;
	size_t moves, move_cap;
};

/** touches_add() - add an access; @path has @len bytes. Ends the program if memory runs out. */
void touches_add(struct touches *t, const char *path, size_t len, uint32_t uid, enum rw_right kind);

/**
 * touches_add_name() - add that a name was made or removed, in the order of the log.
 *
 * @path has @len bytes. Ends the program if memory runs out.
 */
void touches_add_name(struct touches *t, const char *path, size_t len, bool removed);

/** touches_add_mount() - add that something was mounted at @path. Ends the program if memory runs out. */
void touches_add_mount(struct touches *t, const char *path, size_t len);

/**
 * touches_add_move() - add that a file had the name @from and got the name @to, by rename(2) or link(2).
 *
 * Ends the program if memory runs out.
 */
void touches_add_move(struct touches *t, const char *from, size_t from_len, const char *to, size_t to_len);

/**
 * touches_generalise() - replace files by the directory that they lie in.
 *
 * That is done where a user touched more than TOUCHES_MANY files of a directory in one way, and for names
 * that will be others the next time: what was made once and went, what was made and has a number in its
 * name, a directory that got another name, all that lies below such a directory, directories of processes
 * in /proc, and terminals. What lies where something is mounted, or in a directory that is made again and
 * again, goes by that directory: nothing can be mounted over what a line names. A file stays under the rules
 * of a name that it had: who may do something at a name that files got may do it at those that they had
 * before.
 * What a directory covers is removed; the rest is sorted by user, path and kind, each once.
 */
#define TOUCHES_MANY 8u
void touches_generalise(struct touches *t);

/** touches_free() - free all memory. */
void touches_free(struct touches *t);

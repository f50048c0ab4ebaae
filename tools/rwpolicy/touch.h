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
	bool made, removed; /* the file was new; its name is gone */
};

/** struct touches - what a log has of them; begins zeroed. */
struct touches {
	struct touch *touch;
	size_t count, cap;
};

/** touches_add() - add an access; @path has @len bytes. Ends the program if memory runs out. */
void touches_add(struct touches *t, const char *path, size_t len, uint32_t uid, enum rw_right kind, bool made,
		 bool removed);

/**
 * touches_generalise() - replace many files of a directory by the directory.
 *
 * That is done where a user touched more than TOUCHES_MANY files of a directory in one way, for files that
 * came and went, whose names will be others the next time, and for the directories of processes in /proc.
 * What a directory covers is removed; the rest is sorted by user, path and kind, each once.
 */
#define TOUCHES_MANY 8u
void touches_generalise(struct touches *t);

/** touches_free() - free all memory. */
void touches_free(struct touches *t);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* By which names files were seen from the system's root, and which other roots show the same names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct seen_file - a file, by device and inode, and a name of it; the text belongs to the caller. */
struct seen_file {
	uint64_t dev, ino;
	const char *path;
	size_t len;
};

/** struct seen_root - another root directory, and how many files had the same name there. */
struct seen_root {
	uint64_t dev, ino;
	unsigned long same, other;
};

/** struct seen - what one log has of them; begins zeroed. */
struct seen {
	struct seen_file *file;
	size_t files, file_cap;
	struct seen_root *root;
	size_t roots, root_cap;
};

/** seen_add() - add a name from the system's root. Ends the program if memory runs out. */
void seen_add(struct seen *s, const struct seen_file *file);

/** seen_sort() - make the names ready for the functions below. */
void seen_sort(struct seen *s);

/** seen_find() - find a file's name from the system's root, of several any. Return: it, or NULL. */
const struct seen_file *seen_find(const struct seen *s, uint64_t dev, uint64_t ino);

/** seen_compare() - note which name a file has from another root. Ends the program if memory runs out. */
void seen_compare(struct seen *s, uint64_t root_dev, uint64_t root_ino, const struct seen_file *file);

/**
 * seen_is_system() - whether another root shows the system's files under their names.
 *
 * So does the root of a service with a mount namespace of its own, apart from directories that it has for
 * itself; a container's does not.
 */
bool seen_is_system(const struct seen *s, uint64_t root_dev, uint64_t root_ino);

/** seen_free() - free all memory. */
void seen_free(struct seen *s);

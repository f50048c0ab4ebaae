/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Finds the store in an image, a raw memory dump or an ELF core. */
#pragma once

#include "part.h"

#define IMAGE_CANDIDATES 64u /* stores with a valid header that are examined */

/* Where a header was found. */
struct image_place {
	const uint8_t *p;
	size_t len;   /* bytes from there to the end of its piece of memory */
	uint64_t off; /* in the file */
};

struct image_scan {
	struct image_place good[IMAGE_CANDIDATES]; /* headers that are valid */
	size_t ngood, more;                        /* and the number that did not fit */
	struct image_place damaged;                /* the first invalid one; p is NULL if there is none */
	struct image_place other;                  /* the first written by another version; likewise */
	uint32_t other_version;
};

/**
 * image_scan() - find headers of stores in the memory that a file holds.
 * @s:    zeroed; receives what was found
 * @data: the file
 * @len:  its bytes
 *
 * Of an ELF core only the contents of its PT_LOAD segments count, at 8-byte alignment in each. Any other file
 * is treated as one piece of memory.
 */
void image_scan(struct image_scan *s, const uint8_t *data, size_t len);

/**
 * image_best() - choose among the stores that image_scan() found.
 * @s:        has at least one valid header, or a damaged one
 * @problems: receives the chosen store's problems
 * @notes:    receives the names of stores of other boots
 *
 * Chooses the store without problems that holds the newest record; if all have problems, the one with the
 * newest record. More than IMAGE_CANDIDATES are a problem.
 *
 * Return: the part, to be freed by part_free() and free().
 */
struct part *image_best(const struct image_scan *s, struct problems *problems, struct problems *notes);

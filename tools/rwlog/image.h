/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Finds the store in an image, a raw memory dump or an ELF core. */
#ifndef RWLOG_IMAGE_H
#define RWLOG_IMAGE_H

#include "part.h"

#define IMAGE_CANDIDATES 64u /* stores with a valid header that are looked at more closely */

/* Where a header was found. */
struct image_place {
	const uint8_t *p;
	size_t len;   /* bytes from there to the end of the piece of memory that it lies in */
	uint64_t off; /* in the file */
};

struct image_scan {
	struct image_place good[IMAGE_CANDIDATES]; /* headers that are valid */
	size_t ngood, more;                        /* and those there was no room for */
	struct image_place damaged;                /* the first that is not; p is NULL when there is none */
	struct image_place other;                  /* the first that another version wrote; likewise */
	uint32_t other_version;
};

/**
 * image_scan() - look for stores' headers in the memory that a file holds.
 * @s:    zeroed; receives what was found
 * @data: the file
 * @len:  its bytes
 *
 * An ELF core is taken apart: only the contents of its PT_LOAD segments count, at 8-byte alignment in each.
 * Any other file is taken as one piece of memory.
 */
void image_scan(struct image_scan *s, const uint8_t *data, size_t len);

/**
 * image_best() - choose among the stores that image_scan() found.
 * @s:        has at least one valid header, or a damaged one
 * @problems: where the chosen store's problems go
 * @notes:    where to name stores of other boots
 *
 * The chosen store is the one without problems that holds the newest record; when all have problems, the
 * one with the newest record.
 *
 * Return: the part, to be freed by part_free() and free().
 */
struct part *image_best(const struct image_scan *s, struct problems *problems, struct problems *notes);

#endif

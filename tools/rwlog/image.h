/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Finds the store in an image, a raw memory dump or an ELF core. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "console.h"
#include "part.h"

#define IMAGE_PLACES_MAX 65536u /* valid headers that are remembered; further ones are only counted */
#define IMAGE_EXAMINED   64u    /* stores that are read whole, to find the best or to list them */

/* Where a header was found. */
struct image_place {
	const uint8_t *p;
	size_t len;    /* bytes from there to the end of its piece of memory */
	uint64_t off;  /* in the file */
	uint64_t addr; /* guest-physical: an ELF core says it, otherwise the file begins with address 0 */
};

/** struct image_choice - which store is wanted. */
struct image_choice {
	const char *boot; /* begin of its boot's id in hex, or NULL */
	bool have_at;     /* its address is given */
	uint64_t at;      /* guest-physical, as the loader printed it */
	/* of a capture: the store is at an address that its loader printed; or NULL */
	const struct console *console;
};

struct image_scan {
	struct image_place *good; /* headers that are valid */
	size_t ngood, good_cap;
	uint64_t more;              /* valid headers after IMAGE_PLACES_MAX */
	struct image_place damaged; /* the first invalid one; p is NULL if there is none */
	struct image_place other;   /* the first written by another version; likewise */
	uint32_t other_version;
	bool core; /* the file is an ELF core */
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
 * image_choose() - take one of the stores that image_scan() found.
 * @s:        has at least one valid header, or a damaged one
 * @choice:   which one is wanted
 * @problems: receives the store's problems
 * @notes:    receives what is worth knowing
 *
 * A guest can write stores of its own into its memory, so that several without a choice are a problem. The
 * one that is taken then has no problems, if there is such a one, and of these the newest record. Copies that
 * are the same byte by byte count as one.
 *
 * Return: the part, to be freed by part_free() and free(); NULL if no store is the wanted one.
 */
struct part *image_choose(const struct image_scan *s, const struct image_choice *choice,
			  struct problems *problems, struct problems *notes);

/** image_list() - print a line about each store, wanted or not. */
void image_list(const struct image_scan *s, FILE *out);

/** image_scan_free() - free the memory. */
void image_scan_free(struct image_scan *s);

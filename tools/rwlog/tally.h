/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Counts by name: a path, a program, the bytes of an address. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "rec.h"

struct tally {
	struct text name; /* in a record; its p is NULL in a free place */
	uint64_t hash;
	uint64_t records, changes, refused;
};

/** struct tallies - a hash table that grows; zeroed at first but for @max. */
struct tallies {
	struct tally *v;
	size_t slots, used;
	size_t max;      /* different names that are counted; 0: all */
	uint64_t others; /* records with further names */
};

/**
 * tally_of() - get the counts of a name, zeros for a new one. Untrusted: @name.
 *
 * Return: valid until the next call; NULL, counted in @others, if the table has @max other names.
 */
struct tally *tally_of(struct tallies *t, struct text name);

/** tally_sort() - put all names first in @v, sorted. The table takes no more names then. Return: how many. */
size_t tally_sort(struct tallies *t, int (*compare)(const void *, const void *));

/** tally_compare_names() - compare two of struct tally by name, as bytes, as qsort() wants it. */
int tally_compare_names(const struct tally *a, const struct tally *b);

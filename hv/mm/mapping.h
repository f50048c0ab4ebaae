/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * How the guest's page tables map some of its memory: recorded once, compared later. It is the frames that
 * are compared, not the entries: a large page that was split, or other tables that lead to the same frames,
 * are no change, and neither are flags. In long mode only. Pure C.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MAPPING_RUNS 512u

/* A table's entry, or consecutive entries of one table whose frames are consecutive, with the same flags. */
struct mapping_run {
	uint64_t gva, len; /* recorded memory: whole pages, not more than the entries map; a table's: all */
	uint64_t entry;    /* the one that maps @gva */
	int level;         /* of the entries: 1 is the last, 4 or 5 the root */
	bool leaf;         /* they map memory; else there is one, which leads to a table */
};

struct mapping {
	uint32_t count;
	struct mapping_run run[MAPPING_RUNS];
};

/* One entry that is not what it was. */
struct mapping_change {
	uint64_t gva;             /* lowest linear address of its run that leads elsewhere */
	uint64_t gpa;             /* where that led */
	uint64_t at;              /* guest-physical address of the entry */
	uint64_t expected, found; /* found: 0 if @at is not RAM */
	int level;
};

/**
 * mapping_add() - records how the tables at @root, of @levels levels, map @len bytes at @gva to @gpa, all of
 * them whole pages. What leads elsewhere is left out, and so is what there is no room for.
 * Return: bytes recorded.
 */
uint64_t mapping_add(struct mapping *m, uint64_t root, int levels, uint64_t gva, uint64_t gpa, uint64_t len);

/**
 * mapping_changed() - compares the tables at @root with @m, from run *@next on, up to the first run that
 * leads elsewhere. Nothing is read but guest RAM, which may change meanwhile.
 * @next: set to the number of the following run
 * Return: whether @change is set: to the entry closest to the root that is not as recorded.
 */
bool mapping_changed(const struct mapping *m, uint64_t root, int levels, uint32_t *next,
		     struct mapping_change *change);

/** mapping_exists() - whether the tables at @root map @gva, to whatever. */
bool mapping_exists(uint64_t root, int levels, uint64_t gva);

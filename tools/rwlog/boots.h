/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The boots of a log: its parts sorted by boot, each boot's records merged. */
#pragma once

#include "part.h"
#include "text.h"

/* Records of one start of the hypervisor, from all parts that have some. */
struct boot {
	const struct part *newest; /* its header stands for the whole */
	struct part **part;        /* as found */
	size_t npart, part_cap;
	size_t nrec;         /* each record once */
	size_t total;        /* records of the boot if an index has chosen from them; 0: nrec */
	struct rec_ref *rec; /* use boot_rec() */
	size_t rec_cap;      /* 0: rec belongs to the only part */
	uint64_t bad;        /* records that share a number but differ */
};

/**
 * boots_of_parts() - sort @n parts by boot, in the order in which each boot appears first.
 * @nboot: receives the number of boots
 *
 * Parts are of one boot if their whole ids are the same. A dump whose header is lost belongs to the boot
 * whose id begins with the four bytes that its frames have; of several, to the one before it. Takes n log n
 * steps.
 *
 * Return: the boots, without records, to be freed by boots_free().
 */
struct boot *boots_of_parts(struct part *const *part, size_t n, size_t *nboot);

/** boots_free() - free the boots, but not their parts. */
void boots_free(struct boot *boot, size_t n);

/**
 * boot_merge() - list the records of a boot's parts by number, each once.
 *
 * Of those that share a number but differ, the first one stays, and a problem is added.
 */
void boot_merge(struct boot *b, struct problems *problems);

/** boot_sort_by_time() - sort a boot's records by time; those of the same time by number. */
void boot_sort_by_time(struct boot *b);

/** boot_rec() - get record @i, below @b->nrec, in the order of the last sorting. */
struct rec boot_rec(const struct boot *b, size_t i);

/**
 * boot_name() - write a boot's id in hex: 32 digits; 8 if there are only frames and no header; "unknown" if
 * there is neither.
 */
void boot_name(const struct boot *b, char name[TEXT_BOOT_LEN]);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What each page of guest RAM is: what the agent names before the lock, and what that makes of the page. */
#pragma once

#include "core/input_error.h"
#include "abi/hypercall.h"
#include "abi/record.h"

#include <stdbool.h>

#define RW_MAX_GUEST_OBJECTS 64u
#define RANGES_KINDS         (RW_TARGET_GUEST_LAST + 1u)

struct ranges_pages {
	uint64_t total;              /* pages of 4 KiB, read-only from the lock on; objects not counted */
	uint64_t kind[RANGES_KINDS]; /* by enum rw_target; objects in bytes / 4096 rounded up */
};

/* A range, as the pages' index refers to it. */
struct ranges_entry {
	struct rw_range range;
	uint64_t linear_start; /* see ranges_linear_start() */
	uint32_t live;         /* pages that are still what it says; 0: the entry is free */
	uint32_t next;         /* free entry after this one; 0: none */
};

/*
 * Private state. One byte for each page of RAM says what the page is, and two bytes which entry describes it:
 * three bytes of 4,096, so that a look-up takes the same time whatever the agent named. Entry 0 is none.
 */
struct ranges {
	uint32_t ranges, objects; /* how many there are */
	uint32_t room;            /* of entry: the highest number of a range */
	uint32_t used, last;      /* of entry: the highest number in use until now; the one added last */
	uint32_t free;            /* first free entry below those; 0: none */
	uint64_t page_count;      /* of state and index */
	uint8_t *state;           /* enum rw_target, or 0; RANGES_HAS_OBJECT */
	uint16_t *index;          /* of entry */
	struct ranges_entry *entry;
	struct rw_range object[RW_MAX_GUEST_OBJECTS]; /* ascending by gpa, disjoint */
	struct ranges_pages pages;                    /* objects not counted */
};

struct ranges_hit {
	uint32_t kind;                /* enum rw_target */
	const struct rw_range *range; /* the object, or the range where there is none */
	uint64_t gva;                 /* where the kernel maps the address, whatever alias was used */
};

/**
 * ranges_init() - makes an empty table for RAM of @page_count pages in @size bytes of zeroed hypervisor
 * memory at @area, 8-byte aligned. At the start. Return: 0; -RW_ENOSPC: no room for a single range.
 */
int ranges_init(struct ranges *r, void *area, uint64_t size, uint64_t page_count);

/** ranges_clear() - forgets all ranges and objects. Context: as ranges_add(); others may be looking up. */
void ranges_clear(struct ranges *r);

/** ranges_check_head() - checks what @list, untrusted, has besides its ranges. Return: 0 or -RW_EINVAL. */
int ranges_check_head(const struct rw_protect_list *list, struct input_error *err);

/**
 * ranges_add() - adds one RW_HC_PROTECT argument, all of it or nothing.
 * @list: private copy, untrusted.
 * @err: set on error, index: number of the range in @list.
 * Context: serialised by the caller; others may be looking up.
 * Return: 0; -RW_EINVAL: a field; -RW_EFAULT: not guest RAM; -RW_EXISTS: overlaps another of its kind;
 * -RW_ENOSPC: too many.
 */
int ranges_add(struct ranges *r, const struct rw_protect_list *list, struct input_error *err);

/** ranges_remove() - makes the page of @gpa nothing, if it lies in a range. Context: as ranges_add(). */
void ranges_remove(struct ranges *r, uint64_t gpa);

/**
 * ranges_check() - checks, at the lock, that objects lie wholly in ranges.
 * Return: 0; -RW_ENOTREADY: no range; -RW_EINVAL: an object lies outside, @err has its number in r->object.
 */
int ranges_check(const struct ranges *r, struct input_error *err);

/**
 * ranges_find() - finds what lies at @gpa, which may be any value: an object, else a range. Return:
 * whether @hit is set.
 * Context: any. While another CPU changes the ranges the answer may be wrong, but is always a checked entry.
 */
bool ranges_find(const struct ranges *r, uint64_t gpa, struct ranges_hit *hit);

/**
 * ranges_find_linear() - the range that is named with linear address @gva; NULL: none. It looks at all of
 * them. Context: as ranges_find().
 */
const struct rw_range *ranges_find_linear(const struct ranges *r, uint64_t gva);

/**
 * ranges_linear_start() - start of the gapless run of linear addresses that leads to @range, of a ranges_hit;
 * for an object: its own. This is the @floor for symbols_lookup(): a module's pages are named one by one, and
 * a function may begin in the preceding range. A run's ranges are those added one after the other, of one
 * kind, each at the linear address where the one before it ends. Context: as ranges_find().
 */
uint64_t ranges_linear_start(const struct ranges *r, const struct rw_range *range);

/** ranges_count_pages() - numbers for the status hypercall and the lock's record. The caller serialises. */
void ranges_count_pages(const struct ranges *r, struct ranges_pages *pages);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The ranges of guest memory that the agent names before the lock: what becomes read-only, and what it is. */
#pragma once

#include "core/input_error.h"
#include "abi/hypercall.h"
#include "abi/record.h"

#include <stdbool.h>

#define RW_MAX_GUEST_RANGES  1024u
#define RW_MAX_GUEST_OBJECTS 64u
#define RANGES_KINDS         (RW_TARGET_GUEST_LAST + 1u)

/* Private state, all zero at the start: two lists, ascending by gpa and disjoint; ranges are page-aligned. */
struct ranges {
	uint32_t ranges, objects; /* how many there are */
	struct rw_range range[RW_MAX_GUEST_RANGES];
	struct rw_range object[RW_MAX_GUEST_OBJECTS];
};

struct ranges_hit {
	uint32_t kind;                /* enum rw_target */
	const struct rw_range *range; /* the object, or the range where there is none */
	uint64_t gva;                 /* where the kernel maps the address, whatever alias was used */
};

struct ranges_pages {
	uint64_t total;              /* pages of 4 KiB, read-only from the lock on; objects not counted */
	uint64_t kind[RANGES_KINDS]; /* by enum rw_target; objects in bytes / 4096 rounded up */
};

/**
 * ranges_add() - adds one RW_HC_PROTECT argument, all of it or nothing.
 * @list: private copy, untrusted.
 * @err: set on error, index: number of the range in @list.
 * Context: before the lock, serialised by the caller.
 * Return: 0; -RW_EINVAL: a field; -RW_EFAULT: not guest RAM; -RW_EXISTS: overlaps another of its kind;
 * -RW_ENOSPC: too many.
 */
int ranges_add(struct ranges *r, const struct rw_protect_list *list, struct input_error *err);

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
 * ranges_linear_start() - start of the gapless run of linear addresses that leads to @range, of a ranges_hit;
 * for an object: its own. This is the @floor for symbols_lookup(): a module's pages are named one by one, and
 * a function may begin in the preceding range. Context: as ranges_find(). One pass over all ranges for each
 * range of the run: not for hot paths.
 */
uint64_t ranges_linear_start(const struct ranges *r, const struct rw_range *range);

/**
 * ranges_count_pages() - numbers for the status hypercall and the lock's record. Serialised by the caller.
 */
void ranges_count_pages(const struct ranges *r, struct ranges_pages *pages);

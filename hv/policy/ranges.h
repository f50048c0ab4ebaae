/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The ranges of guest memory that the agent names before the lock: what will be read-only, and what it is. */
#ifndef HV_POLICY_RANGES_H
#define HV_POLICY_RANGES_H

#include <stdbool.h>

#include "core/input_error.h"
#include "hypercall.h"
#include "record.h"

#define RW_MAX_GUEST_RANGES  1024u
#define RW_MAX_GUEST_OBJECTS 64u
#define RANGES_KINDS 8u /* as rw_status.pages_by_kind */

/*
 * Private state: all zero at the start. Both lists ascend by gpa and are disjoint in themselves. The lock
 * goes over range[0] to range[ranges - 1]; each is page-aligned.
 */
struct ranges {
	uint32_t ranges;
	uint32_t objects;
	struct rw_range range[RW_MAX_GUEST_RANGES];
	struct rw_range object[RW_MAX_GUEST_OBJECTS];
};

/* Is all of [gpa, gpa + len) RAM of the guest, and none of it the hypervisor's? len is not 0, no overflow. */
typedef bool (*ranges_is_ram_fn)(uint64_t gpa, uint64_t len);

struct ranges_hit {
	uint32_t kind;                /* enum rw_target */
	const struct rw_range *range; /* the object, or the range where there is none */
	uint64_t gva;                 /* where the kernel sees the address, whatever alias was used */
};

struct ranges_pages {
	uint64_t total;              /* of 4 KiB, read-only from the lock on; objects not counted */
	uint64_t kind[RANGES_KINDS]; /* by enum rw_target; objects in bytes / 4096 rounded up */
};

/**
 * ranges_add() - take one RW_HC_PROTECT argument in, all of it or nothing.
 * @r:      ranges so far
 * @list:   private copy of the guest's argument, untrusted
 * @is_ram: what may be named
 * @err:    set on error; index: number of the range in @list
 *
 * Context: before the lock, serialised by the caller. Return: 0; -RW_EINVAL: count, reserved fields, kind,
 * flags, length, alignment, overflow, name; -RW_EFAULT: not guest RAM; -RW_EXISTS: overlaps another range
 * (of objects: another object), here or in @list; -RW_ENOSPC: too many.
 */
int ranges_add(struct ranges *r, const struct rw_protect_list *list, ranges_is_ram_fn is_ram,
	       struct input_error *err);

/**
 * ranges_check() - what must hold at the lock: each object lies wholly inside ranges.
 * @r:   ranges
 * @err: set on error; index: number of the object, ascending by gpa
 *
 * Context: at the lock, before anything is protected. Return: 0; -RW_ENOTREADY: there is no range;
 * -RW_EINVAL: an object lies outside.
 */
int ranges_check(const struct ranges *r, struct input_error *err);

/**
 * ranges_find() - what lies at an address: an object if there is one, else a range.
 * @r:   ranges
 * @gpa: guest-physical address, may be any value
 * @hit: set when found
 *
 * While another CPU changes the ranges the answer may be wrong, but it is always an entry that was checked.
 *
 * Context: any. Return: found or not.
 */
bool ranges_find(const struct ranges *r, uint64_t gpa, struct ranges_hit *hit);

/**
 * ranges_linear_start() - where the linear addresses begin that lead to a range without a gap.
 * @r:     ranges
 * @range: from struct ranges_hit
 *
 * A module's pages are named one by one, since they lie scattered; a function may begin in the range before.
 * For an object it is the object's own address. At most one pass over the ranges for each of them.
 *
 * Context: as ranges_find(); not for hot paths. Return: the @floor for symbols_lookup().
 */
uint64_t ranges_linear_start(const struct ranges *r, const struct rw_range *range);

/**
 * ranges_count_pages() - numbers for the status hypercall and the lock's record.
 *
 * Context: serialised by the caller.
 */
void ranges_count_pages(const struct ranges *r, struct ranges_pages *pages);

#endif

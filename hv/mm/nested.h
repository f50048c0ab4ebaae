/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Nested page tables: an identity map for all CPUs (or two: enum nested_map), and a small view for each CPU's
 * single steps. What the firmware reports is mapped at the start; MMIO above it at the first touch, in tables
 * that are recycled when they run out.
 */
#pragma once

#include "arch/x86/backend.h"
#include "abi/bootinfo.h"

/*
 * Where entries cannot tell kernel mode's execution from user mode's, there may be a map for each: the same
 * but for execution, which is as NPERM_XS says in the one and as NPERM_XU says in the other. Each table then
 * is two pages side by side, one for each map, and every change is made in both.
 */
enum nested_map {
	NESTED_KERNEL, /* the only one, where there is one */
	NESTED_USER,
	NESTED_MAPS
};

/**
 * nested_init() - builds the identity map without the hypervisor's region, whose policy area is mapped
 * read-only.
 * @by_mode: build both maps.
 * Return: NULL or an error line.
 */
const char *nested_init(const struct nested_format *format, const struct rw_bootinfo *info, bool by_mode);

/** nested_root() - physical address of the root of @map. */
uint64_t nested_root(enum nested_map map);

/** nested_has_maps() - whether there is a map for each mode. */
bool nested_has_maps(void);

/**
 * nested_swap() - maps the page @pa instead of @gpa's in user mode's map, for the CPU @index, and undoes what
 * was there for that CPU before; @pa 0: only that. The caller flushes.
 * Return: as nested_set_perm(); then nothing is swapped.
 */
int nested_swap(uint32_t index, uint64_t gpa, uint64_t pa);

/**
 * nested_set_perm() - sets NPERM_* @perm for whole 4 KiB pages; the caller flushes every CPU before it relies
 * on that.
 * Return: 0, -RW_EINVAL (unaligned, not mapped), -RW_ENOSPC (the pool is empty; pages already changed stay
 * so).
 */
int nested_set_perm(uint64_t gpa, uint64_t size, unsigned int perm);

/**
 * nested_set_open() - sets NPERM_* @perm for all memory that nobody named: whatever has the permissions set
 * here before (at the start: all of them), and what is mapped later. The caller flushes every CPU.
 * nested_open() - these permissions.
 */
void nested_set_open(unsigned int perm);
unsigned int nested_open(void);

/** nested_replace_first() - maps the page @pa at guest-physical 0. nested_first() - that page; 0: none. */
int nested_replace_first(uint64_t pa); /* Return: as nested_set_perm() */
uint64_t nested_first(void);

/**
 * nested_merge() - undoes the splits around whole pages that are nobody's again: nested_open(); the mapping
 * stays.
 * The tables are reused for later splits, so the caller flushes every CPU before the next nested_set_perm().
 */
void nested_merge(uint64_t gpa, uint64_t size);

/** nested_perm() - NPERM_* of the page at @gpa in the common map; 0 if it is not mapped. */
unsigned int nested_perm(uint64_t gpa);

/** nested_map_late() - maps the 1 GiB or 2 MiB around @gpa if nothing was mapped there. */
enum nested_late {
	NESTED_NOT_LATE = 0, /* @gpa is mapped, is the hypervisor's, or lies beyond the CPU's address width */
	NESTED_MAPPED,       /* the guest can continue */
	NESTED_REUSED        /* it can once every CPU has flushed: a table was taken from other addresses */
};
enum nested_late nested_map_late(uint64_t gpa);

/**
 * nested_retype() - recomputes memory types from the MTRRs after the guest wrote to one, except while they
 * are off: then the guest is in the middle of a change, with its caches off. Return: whether every CPU must
 * flush.
 */
bool nested_retype(void);

/* A CPU's view during a step: a common map with a few pages replaced. */
#define NESTED_VIEW_PAGES  4
#define NESTED_VIEW_TABLES (1 + 3 * NESTED_VIEW_PAGES)
struct nested_view {
	uint64_t *table[NESTED_VIEW_TABLES]; /* [0] is the root */
	uint32_t used;
	enum nested_map map; /* the one it is made from */
};

/**
 * nested_view_init() - takes tables from the pool. Return: 0 or -RW_ENOSPC.
 * nested_view_reset() - makes the view equal to @map.
 * nested_view_replace() - maps @pa with @perm at @gpa's page in this view. Return: 0 or -RW_ENOSPC.
 * nested_view_root() - physical address of the root.
 */
int nested_view_init(struct nested_view *view);
void nested_view_reset(struct nested_view *view, enum nested_map map);
int nested_view_replace(struct nested_view *view, uint64_t gpa, uint64_t pa, unsigned int perm);
uint64_t nested_view_root(const struct nested_view *view);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Nested page tables: one identity map for all CPUs, and a small view for each CPU's single steps. What the
 * firmware reports is mapped at the start; MMIO above it at the first touch, in tables that are recycled when
 * they run out.
 */
#pragma once

#include "arch/x86/backend.h"
#include "abi/bootinfo.h"

/**
 * nested_init() - builds the identity map without the hypervisor's region, whose policy area is mapped
 * read-only.
 * Return: NULL or an error line.
 */
const char *nested_init(const struct nested_format *format, const struct rw_bootinfo *info);

/** nested_root() - physical address of the common root. */
uint64_t nested_root(void);

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

/**
 * nested_replace_first() - maps the page @pa at guest-physical address 0.
 * nested_first() - that page; 0: not replaced.
 */
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

/* A CPU's view: the common map with a few pages replaced. */
#define NESTED_VIEW_PAGES  4
#define NESTED_VIEW_TABLES (1 + 3 * NESTED_VIEW_PAGES)
struct nested_view {
	uint64_t *table[NESTED_VIEW_TABLES]; /* [0] is the root */
	uint32_t used;
};

/**
 * nested_view_init() - takes tables from the pool. Return: 0 or -RW_ENOSPC.
 * nested_view_reset() - makes the view equal to the common map.
 * nested_view_replace() - maps @pa with @perm at @gpa's page in this view. Return: 0 or -RW_ENOSPC.
 * nested_view_root() - physical address of the root.
 */
int nested_view_init(struct nested_view *view);
void nested_view_reset(struct nested_view *view);
int nested_view_replace(struct nested_view *view, uint64_t gpa, uint64_t pa, unsigned int perm);
uint64_t nested_view_root(const struct nested_view *view);

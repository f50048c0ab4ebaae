/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's region: how large its parts are and where they lie. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/bootinfo.h"

#define LAYOUT_REGION_ALIGN (2ull << 20)
#define LAYOUT_TOP_MIN      (4ull << 30)

/* Pages of the pool; layout_pool_pages() adds them up. */
#define LAYOUT_POOL_BASE    128u  /* 2M pages split to 4K, bitmaps, tables of the agent's ranges */
#define LAYOUT_SPLITS_MAX   4096u /* 2M pages of RAM split for modules, which lie anywhere */
#define LAYOUT_POOL_PER_CPU 23u   /* VMCS or VMCB, host save area, GDT, copies and tables for single steps */

/**
 * layout_pool_pages() - compute the least number of pages in the hypervisor's pool.
 * @cpus:      number of CPUs
 * @mem_top:   end of what the nested page tables map, bytes
 * @ram_top:   end of RAM, bytes
 * @gib_pages: the CPU has pages of 1 GiB
 * @settings:  the configuration
 *
 * LAYOUT_POOL_BASE + cpus * LAYOUT_POOL_PER_CPU + nested, where nested is what an identity map of mem_top
 * takes: a root, a table for each 512 GiB, and a table of 2M pages for each GiB; with 1 GiB pages, only 8 GiB
 * need such tables (the first, around the region, around what is protected). In addition, a table for each
 * 2M page of RAM that may be split, LAYOUT_SPLITS_MAX at most. With exec_fallback = strict each table is
 * two pages; with smep any page of RAM may be split.
 *
 * Context: anywhere. Return: pages.
 */
uint64_t layout_pool_pages(uint32_t cpus, uint64_t mem_top, uint64_t ram_top, bool gib_pages,
			   const struct rw_settings *settings);

/** layout_pages_size() - compute the bytes that the state of RAM's pages takes. @ram_top: end of RAM. */
uint64_t layout_pages_size(uint64_t ram_top);

/**
 * layout_plan() - compute the sizes and offsets of the region's parts.
 * @info:       in: settings, image_size, policy_size, cpu_count, ram_top, mem_top, mapped_top; out:
 *              region_size and the other sizes, and each part's address as if the region began at 0
 * @store_mib:  size of the log store
 * @gib_pages:  the CPU has pages of 1 GiB
 *
 * Context: anywhere.
 */
void layout_plan(struct rw_bootinfo *info, uint32_t store_mib, bool gib_pages);

/**
 * layout_place() - move a plan to the region's address.
 * @info:        planned
 * @region_phys: aligned to LAYOUT_REGION_ALIGN
 *
 * Context: anywhere.
 */
void layout_place(struct rw_bootinfo *info, uint64_t region_phys);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Lays out the hypervisor's region. */
#include "layout.h"

#include "paging.h"
#include "abi/store.h"

#define MIB              (1ull << 20)
#define GIB              (1ull << 30)
#define NESTED_SPLIT_GIB 8u /* with 1 GiB pages: how many of them may be split */

static uint64_t divide_up(uint64_t value, uint64_t by)
{
	return (value + by - 1) / by;
}

static uint64_t align_up(uint64_t value, uint64_t to)
{
	return divide_up(value, to) * to;
}

/* What the nested tables need besides: see enum rw_exec_fallback. Whether the CPU does is not known here. */
static uint32_t fallback(const struct rw_settings *settings)
{
	return settings->kernel_code == RW_KERNEL_CODE_OFF ? RW_EXEC_FALLBACK_OFF : settings->exec_fallback;
}

uint64_t layout_pool_pages(uint32_t cpus, uint64_t mem_top, uint64_t ram_top, bool gib_pages,
			   const struct rw_settings *settings)
{
	bool all = fallback(settings) == RW_EXEC_FALLBACK_SMEP;
	uint64_t nested = 1 + divide_up(mem_top, 512 * GIB), splits = divide_up(ram_top, 2 * MIB);

	nested += gib_pages && !all ? NESTED_SPLIT_GIB : divide_up(mem_top, GIB);
	nested += splits < LAYOUT_SPLITS_MAX || all ? splits : LAYOUT_SPLITS_MAX;
	nested += LAYOUT_POOL_BASE;
	if (fallback(settings) == RW_EXEC_FALLBACK_STRICT)
		nested *= 2;
	return (uint64_t)cpus * LAYOUT_POOL_PER_CPU + nested;
}

uint64_t layout_pages_size(uint64_t ram_top)
{
	uint64_t pages = ram_top / RW_PAGE_SIZE, more = (RW_PAGE_STATE_BYTES - 3) * pages;

	return align_up(3 * pages + (more > RW_PAGE_STATE_MIN ? more : RW_PAGE_STATE_MIN), RW_PAGE_SIZE);
}

void layout_plan(struct rw_bootinfo *info, uint32_t store_mib, bool gib_pages)
{
	uint64_t store_size = RW_STORE_HDR_SIZE + ((uint64_t)store_mib << 20);
	uint64_t tables = 0, before;

	info->pool_size = layout_pool_pages(info->cpu_count, info->mem_top, info->ram_top, gib_pages,
					    &info->settings) *
			  RW_PAGE_SIZE;
	info->sites_size = RW_SITES_SIZE;
	info->symbols_size = RW_SYMBOLS_SIZE;
	info->pages_size = layout_pages_size(info->ram_top);
	info->store_size = store_size;
	info->region_phys = 0;
	info->image_phys = 0;
	info->bootinfo_phys = info->image_size;
	info->tables_phys = info->bootinfo_phys + align_up(sizeof(*info), RW_PAGE_SIZE);

	/* More tables make the region larger, which may take more tables: repeat until nothing changes. */
	do {
		before = tables;
		info->tables_size = tables * RW_PAGE_SIZE;
		info->percpu_phys = info->tables_phys + info->tables_size;
		info->pool_phys = info->percpu_phys + (uint64_t)info->cpu_count * RW_PERCPU_SIZE;
		info->region_size = align_up(info->pool_phys + info->pool_size + info->policy_size +
						     info->sites_size + info->symbols_size +
						     info->pages_size + store_size,
					     LAYOUT_REGION_ALIGN);
		tables = paging_tables_bound(info, gib_pages);
	} while (tables != before);

	/* The space left by rounding up goes to the pool. */
	info->store_phys = info->region_size - info->store_size;
	info->pages_phys = info->store_phys - info->pages_size;
	info->symbols_phys = info->pages_phys - info->symbols_size;
	info->sites_phys = info->symbols_phys - info->sites_size;
	info->policy_phys = info->sites_phys - info->policy_size;
	info->pool_size = info->policy_phys - info->pool_phys;
}

void layout_place(struct rw_bootinfo *info, uint64_t region_phys)
{
	info->region_phys += region_phys;
	info->image_phys += region_phys;
	info->bootinfo_phys += region_phys;
	info->tables_phys += region_phys;
	info->percpu_phys += region_phys;
	info->pool_phys += region_phys;
	info->policy_phys += region_phys;
	info->sites_phys += region_phys;
	info->symbols_phys += region_phys;
	info->pages_phys += region_phys;
	info->store_phys += region_phys;
}

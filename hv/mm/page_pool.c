/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Pages of the hypervisor's own region: a bump allocator over the pool that the loader reserved. */
#include "mm/page_pool.h"

#include "arch/x86/regs.h"
#include "core/string.h"

static uint64_t region_phys, region_size;
static uint64_t trampoline; /* a page of its own; 0: none */
static uint64_t next, end; /* physical */

void pool_init(const struct rw_bootinfo *info)
{
	region_phys = info->region_phys;
	region_size = info->region_size;
	trampoline = info->trampoline_phys;
	next = info->pool_phys;
	end = info->pool_phys + info->pool_size;
}

void *pool_alloc(size_t pages)
{
	uint64_t size = pages * PAGE_SIZE;
	void *p;

	if (size > end - next)
		return NULL;
	p = hv_virt(next);
	next += size;
	memset(p, 0, size);
	return p;
}

size_t pool_left(void)
{
	return (end - next) / PAGE_SIZE;
}

uint64_t hv_phys(const void *virt)
{
	return (uint64_t)virt - RW_HV_REGION + region_phys;
}

void *hv_virt(uint64_t phys)
{
	return (void *)(RW_HV_REGION + (phys - region_phys));
}

static int overlaps(uint64_t phys, uint64_t size, uint64_t base, uint64_t base_size)
{
	return phys < base + base_size && (phys >= base || size > base - phys);
}

int hv_owns(uint64_t phys, uint64_t size)
{
	return overlaps(phys, size, region_phys, region_size) ||
	       (trampoline && overlaps(phys, size, trampoline, PAGE_SIZE));
}

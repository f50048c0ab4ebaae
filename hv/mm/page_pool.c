/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Pages of the hypervisor's own region: a bump allocator over the pool that the loader reserved. */
#include "mm/page_pool.h"

#include "arch/x86/regs.h"
#include "lib/string.h"

static const struct rw_bootinfo *boot; /* (b) */
static uint64_t next, end;             /* (n) physical; from one CPU only until the first guest entry */

void pool_init(const struct rw_bootinfo *info)
{
	boot = info;
	next = info->pool_phys;
	end = info->pool_phys + info->pool_size;
}

void *pool_alloc(size_t pages)
{
	if (pages > pool_left())
		return NULL;

	void *p = hv_virt(next);

	next += pages * PAGE_SIZE;
	return memset(p, 0, pages * PAGE_SIZE);
}

size_t pool_left(void)
{
	return (end - next) / PAGE_SIZE;
}

uint64_t hv_phys(const void *virt)
{
	return (uint64_t)virt - RW_HV_REGION + boot->region_phys;
}

void *hv_virt(uint64_t phys)
{
	return (void *)(RW_HV_REGION + (phys - boot->region_phys));
}

static bool overlaps(uint64_t phys, uint64_t size, uint64_t base, uint64_t base_size)
{
	return phys < base + base_size && (phys >= base || size > base - phys);
}

bool hv_is_policy(uint64_t phys)
{
	return overlaps(phys, 1, boot->policy_phys, boot->policy_size);
}

bool hv_owns(uint64_t phys, uint64_t size)
{
	return overlaps(phys, size, boot->region_phys, boot->region_size) ||
	       (boot->trampoline_phys && overlaps(phys, size, boot->trampoline_phys, PAGE_SIZE));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The only access to guest memory, bounded by the list of RAM, which omits the hypervisor's region. */
#include "mm/guest_copy.h"

#include "arch/x86/regs.h"
#include "core/search.h"
#include "lib/string.h"
#include "abi/hypercall.h"
#include "mm/nested.h"
#include "mm/page_pool.h"

static const struct rw_bootinfo *boot; /* (b) */

void guest_copy_init(const struct rw_bootinfo *info)
{
	boot = info;
}

static uint32_t last_range; /* (x) where the last look-up hit: only a hint */

static bool lies_in(const struct rw_mem_range *r, uint64_t gpa, uint64_t size)
{
	return gpa - r->base < r->size && size <= r->size - (gpa - r->base);
}

bool guest_is_ram(uint64_t gpa, uint64_t size)
{
	uint32_t last = __atomic_load_n(&last_range, __ATOMIC_RELAXED);

	if (last < boot->range_count && lies_in(&boot->ram[last], gpa, size))
		return true;
	last = FIRST_WHERE(i, boot->range_count, boot->ram[i].base > gpa) - 1; /* that begins at or below */
	if (last == UINT32_MAX || !lies_in(&boot->ram[last], gpa, size))
		return false;
	__atomic_store_n(&last_range, last, __ATOMIC_RELAXED);
	return true;
}

/*
 * Host pointer to @size bytes at @gpa; NULL: not RAM, or across the end of a replaced first page, where
 * nothing of interest lies.
 */
static uint8_t *at(uint64_t gpa, size_t size)
{
	uint64_t first = gpa < PAGE_SIZE ? nested_first() : 0;

	if (!guest_is_ram(gpa, size) || (first && size > PAGE_SIZE - gpa))
		return NULL;
	return first ? (uint8_t *)hv_virt(first) + gpa : (uint8_t *)(RW_HV_GUEST + gpa);
}

int guest_read(uint64_t gpa, void *dst, size_t size)
{
	const uint8_t *src = at(gpa, size);

	if (!src)
		return -RW_EFAULT;
	if (size == sizeof(uint64_t))
		memcpy(dst, src, sizeof(uint64_t)); /* one instruction: page walks read nothing else */
	else
		memcpy(dst, src, size);
	return 0;
}

int guest_write(uint64_t gpa, const void *src, size_t size)
{
	uint8_t *dst = at(gpa, size);

	/* What the guest may not write is not written on its behalf. @size bytes lie in one page or two. */
	if (!dst || !(nested_perm(gpa) & nested_perm(gpa + size - 1) & NPERM_W))
		return -RW_EFAULT;
	memcpy(dst, src, size);
	return 0;
}

uint8_t *guest_page(uint64_t gpa)
{
	return at(gpa & PAGE_MASK, PAGE_SIZE);
}

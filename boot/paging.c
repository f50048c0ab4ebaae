/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Builds the hypervisor's own page tables. */
#include "paging.h"

/* Entries: Intel SDM volume 3, "4-Level Paging and 5-Level Paging". */
#define PTE_PRESENT  0x001ull
#define PTE_WRITE    0x002ull
#define PTE_ACCESSED 0x020ull
#define PTE_DIRTY    0x040ull
#define PTE_LARGE    0x080ull
#define PTE_NX       (1ull << 63)
#define PTE_ADDRESS  0x000ffffffffff000ull

#define MAP_RO (PTE_PRESENT | PTE_ACCESSED | PTE_NX)
#define MAP_RX (PTE_PRESENT | PTE_ACCESSED)
#define MAP_RW (PTE_PRESENT | PTE_ACCESSED | PTE_WRITE | PTE_DIRTY | PTE_NX)

#define ENTRIES   512u
#define SIZE_4K   (1ull << 12)
#define SIZE_2M   (1ull << 21)
#define SIZE_1G   (1ull << 30)
#define SIZE_512G (1ull << 39)

/* A range to map: virtually and physically contiguous. */
struct stretch {
	uint64_t virt, phys, size;
	uint64_t flags;
	uint64_t largest; /* page size */
};

static uint64_t divide_up(uint64_t value, uint64_t by)
{
	return (value + by - 1) / by;
}

uint64_t paging_tables_bound(const struct rw_bootinfo *info, bool gib_pages)
{
	uint64_t image = 2 + divide_up(info->image_size, SIZE_2M);
	uint64_t region = 1 + divide_up(info->region_size, SIZE_1G) +
			  divide_up(info->pool_phys - info->region_phys, SIZE_2M);
	uint64_t guest = divide_up(info->mapped_top, SIZE_512G);
	uint64_t code = 3 * PAGING_CODE_PAGES_MAX;

	/* The region's two ends split at most two 1 GiB pages. */
	guest += gib_pages ? 2 : divide_up(info->mapped_top, SIZE_1G);
	return 1 + image + region + guest + code;
}

static uint64_t *table_at(const struct paging *paging, uint64_t phys)
{
	return (uint64_t *)(paging->tables + (phys - paging->info->tables_phys));
}

/* The table that the entry points to, created if missing; NULL if the tables part is full. */
static uint64_t *descend(struct paging *paging, uint64_t *entry)
{
	if (!*entry) {
		if (paging->used == paging->info->tables_size / RW_PAGE_SIZE)
			return NULL;
		*entry = (paging->info->tables_phys + paging->used * RW_PAGE_SIZE) | PTE_PRESENT | PTE_WRITE |
			 PTE_ACCESSED;
		paging->used++;
	}
	return table_at(paging, *entry & PTE_ADDRESS);
}

static int map_page(struct paging *paging, uint64_t virt, uint64_t phys, uint64_t page, uint64_t flags)
{
	uint64_t *table = table_at(paging, paging->info->tables_phys), *entry;
	uint64_t level;

	for (level = SIZE_512G; level > page; level /= ENTRIES) {
		table = descend(paging, &table[virt / level % ENTRIES]);
		if (!table)
			return -1;
	}
	entry = &table[virt / page % ENTRIES];
	if (*entry)
		return -1;
	*entry = phys | flags | (page > SIZE_4K ? PTE_LARGE : 0);
	return 0;
}

static int map(struct paging *paging, struct stretch s)
{
	while (s.size) {
		uint64_t page = s.largest;

		while (page > SIZE_4K && ((s.virt | s.phys) % page || s.size < page))
			page /= ENTRIES;
		if (map_page(paging, s.virt, s.phys, page, s.flags))
			return -1;
		s.virt += page;
		s.phys += page;
		s.size -= page;
	}
	return 0;
}

static int map_image(struct paging *paging)
{
	uint32_t i;

	for (i = 0; i < paging->image->count; i++) {
		const struct elf_segment *segment = &paging->image->segment[i];
		uint64_t flags = segment->execute ? MAP_RX : segment->write ? MAP_RW : MAP_RO;
		struct stretch s = { RW_HV_LINK + segment->offset, paging->info->image_phys + segment->offset,
				     divide_up(segment->mem_size, SIZE_4K) * SIZE_4K, flags, SIZE_4K };

		if (map(paging, s))
			return -1;
	}
	return 0;
}

/* A part of the region at its place in RW_HV_REGION. */
static int map_part(struct paging *paging, uint64_t phys, uint64_t size)
{
	struct stretch s = { RW_HV_REGION + (phys - paging->info->region_phys), phys, size, MAP_RW, SIZE_2M };

	return map(paging, s);
}

/* One CPU's area without its guard pages. */
static int map_percpu(struct paging *paging, uint64_t phys)
{
	if (map_part(paging, phys + RW_PERCPU_STACK, RW_PERCPU_STACK_TOP - RW_PERCPU_STACK) ||
	    map_part(paging, phys + RW_PERCPU_DF, RW_PERCPU_DF_TOP - RW_PERCPU_DF) ||
	    map_part(paging, phys + RW_PERCPU_NMI, RW_PERCPU_NMI_TOP - RW_PERCPU_NMI))
		return -1;
	return map_part(paging, phys + RW_PERCPU_DATA, RW_PERCPU_SIZE - RW_PERCPU_DATA);
}

static int map_region(struct paging *paging)
{
	const struct rw_bootinfo *info = paging->info;
	uint32_t cpu;

	if (map_part(paging, info->bootinfo_phys, info->percpu_phys - info->bootinfo_phys))
		return -1;
	for (cpu = 0; cpu < info->cpu_count; cpu++)
		if (map_percpu(paging, info->percpu_phys + (uint64_t)cpu * RW_PERCPU_SIZE))
			return -1;
	return map_part(paging, info->pool_phys, info->region_phys + info->region_size - info->pool_phys);
}

/*
 * 1 GiB pages may span memory types that the MTRRs set apart; the firmware's own identity map does so too,
 * and the CPU splits them in its TLB (Intel SDM volume 3, "Large Page Size Considerations").
 */
static int map_guest(struct paging *paging)
{
	const struct rw_bootinfo *info = paging->info;
	uint64_t behind = info->region_phys + info->region_size;
	uint64_t largest = paging->gib_pages ? SIZE_1G : SIZE_2M;
	struct stretch below = { RW_HV_GUEST, 0, info->region_phys, MAP_RW, largest };
	struct stretch above = { RW_HV_GUEST + behind, behind, info->mapped_top - behind, MAP_RW, largest };

	return map(paging, below) || map(paging, above) ? -1 : 0;
}

static int map_code(struct paging *paging)
{
	uint64_t size = paging->code_pages * SIZE_4K;
	struct stretch s = { paging->code_phys, paging->code_phys, size, MAP_RX, SIZE_4K };

	return map(paging, s);
}

int paging_build(struct paging *paging, struct message *why)
{
	if (paging->code_pages > PAGING_CODE_PAGES_MAX)
		return message_fail(why, "page tables: the switch routine takes %lu pages",
				    paging->code_pages);
	if (paging->info->mapped_top > RW_HV_REGION - RW_HV_GUEST)
		return message_fail(why,
				    "page tables: memory up to 0x%lx is more than the hypervisor "
				    "can map",
				    paging->info->mapped_top);
	paging->used = 1;
	if (map_image(paging) || map_region(paging) || map_guest(paging) || map_code(paging))
		return message_fail(why, "page tables: %lu pages are not enough",
				    paging->info->tables_size / RW_PAGE_SIZE);
	return 0;
}

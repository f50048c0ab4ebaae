/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Surveys memory and takes the hypervisor's region. */
#include "memory.h"

#include <efi.h>
#include <efilib.h>

#include "layout.h"
#include "pi.h"
#include "ranges.h"
#include "x86.h"

#define GIB (1ull << 30)
/*
 * A SIPI vector is a page number; there is no RAM from 640 KiB on. Kernels look for the tables of the
 * MultiProcessor Specification in the last KiB before that, and must not find a hidden page there.
 */
#define TRAMPOLINE_MAX 0x9efffu

/* The firmware's memory map, to be walked by descriptor size. */
struct map {
	uint8_t *at;
	UINTN count;
	UINTN stride;
};

static int map_read(struct map *map, struct message *why)
{
	UINTN key;
	UINT32 version;

	map->at = (uint8_t *)LibMemoryMap(&map->count, &key, &map->stride, &version);
	if (!map->at)
		return message_fail(why, "the firmware returned no memory map");
	return 0;
}

/* Entry @i with its end; the end is 0 if it is empty or overflows. */
static const EFI_MEMORY_DESCRIPTOR *map_entry(const struct map *map, UINTN i, uint64_t *end)
{
	const EFI_MEMORY_DESCRIPTOR *entry = (const EFI_MEMORY_DESCRIPTOR *)(map->at + i * map->stride);
	uint64_t size = entry->NumberOfPages << EFI_PAGE_SHIFT;

	*end = size >> EFI_PAGE_SHIFT == entry->NumberOfPages && entry->PhysicalStart + size > size ?
		       entry->PhysicalStart + size :
		       0;
	return entry;
}

static bool is_guest_ram(UINT32 type)
{
	return type == EfiConventionalMemory || type == EfiLoaderCode || type == EfiLoaderData ||
	       type == EfiBootServicesCode || type == EfiBootServicesData || type == EfiRuntimeServicesCode ||
	       type == EfiRuntimeServicesData || type == EfiACPIReclaimMemory || type == EfiACPIMemoryNVS;
}

/* End of the firmware's address map of the whole platform, apertures of PCI bridges included. */
static uint64_t space_top(uint64_t limit)
{
	EFI_GUID guid = PI_DXE_SERVICES_GUID;
	struct pi_dxe_services *dxe = NULL;
	struct pi_memory_space *space;
	uint64_t top = 0;
	UINTN count, i;

	if (EFI_ERROR(LibGetSystemConfigurationTable(&guid, (VOID **)&dxe)) || !dxe ||
	    dxe->header.Signature != PI_DXE_SERVICES_SIGNATURE ||
	    EFI_ERROR(dxe->get_memory_space_map(&count, &space)))
		return 0;
	for (i = 0; i < count; i++) {
		uint64_t end = space[i].base + space[i].length;

		if (space[i].type != PI_GCD_NON_EXISTENT && end >= space[i].base && end <= limit && end > top)
			top = end;
	}
	FreePool(space);
	return top;
}

static uint64_t address_limit(void)
{
	uint32_t bits = x86_cpuid(0x80000008, 0).eax & 0xff;

	return 1ull << (bits >= 32 && bits <= 52 ? bits : 36);
}

int memory_survey(struct rw_bootinfo *info, struct message *why)
{
	uint64_t limit = address_limit(), end;
	struct map map;
	UINTN i;

	if (map_read(&map, why))
		return -1;
	info->ram_top = 0;
	info->mem_top = space_top(limit);
	for (i = 0; i < map.count; i++) {
		const EFI_MEMORY_DESCRIPTOR *entry = map_entry(&map, i, &end);

		if (end > limit)
			continue;
		if (is_guest_ram(entry->Type) && end > info->ram_top)
			info->ram_top = end;
		if (end > info->mem_top)
			info->mem_top = end;
	}
	FreePool(map.at);
	if (info->mem_top < LAYOUT_TOP_MIN)
		info->mem_top = LAYOUT_TOP_MIN;
	info->mapped_top = (info->ram_top + GIB - 1) / GIB * GIB;
	if (info->mapped_top < LAYOUT_TOP_MIN)
		info->mapped_top = LAYOUT_TOP_MIN;
	return 0;
}

static int list_ram(struct rw_bootinfo *info, struct message *why)
{
	struct map map;
	UINTN i;
	int ret = 0;

	if (map_read(&map, why))
		return -1;
	info->range_count = 0;
	for (i = 0; i < map.count && !ret; i++) {
		uint64_t end;
		const EFI_MEMORY_DESCRIPTOR *entry = map_entry(&map, i, &end);

		if (!is_guest_ram(entry->Type) || !end || end > info->mapped_top)
			continue;
		if (ranges_add(info, entry->PhysicalStart, end - entry->PhysicalStart))
			ret = message_fail(why,
					   "the firmware's memory map has more than %u separate pieces "
					   "of RAM",
					   RW_MAX_RANGES);
	}
	FreePool(map.at);
	return ret;
}

/*
 * On a machine with SVM, a CPU reset by INIT returns to the hypervisor through a page that SIPI can name.
 */
static int reserve_trampoline(struct rw_bootinfo *info, struct message *why)
{
	EFI_PHYSICAL_ADDRESS got = TRAMPOLINE_MAX;

	info->trampoline_phys = 0;
	if (info->cpu_count == 1 || !(x86_cpuid(0x80000001, 0).ecx & CPUID_80000001_ECX_SVM))
		return 0;
	if (EFI_ERROR(BS->AllocatePages(AllocateMaxAddress, EfiReservedMemoryType, 1, &got)))
		return message_fail(why, "the firmware has no free page below 640 KiB for starting CPUs");
	info->trampoline_phys = got;
	x86_zero((void *)got, EFI_PAGE_SIZE / sizeof(uint64_t));
	return 0;
}

int memory_reserve(struct rw_bootinfo *info, struct message *why)
{
	UINTN pages = info->region_size / EFI_PAGE_SIZE;
	UINTN slack = LAYOUT_REGION_ALIGN / EFI_PAGE_SIZE - 1;
	EFI_PHYSICAL_ADDRESS got;
	uint64_t phys, head;

	/* Below 4 GiB: a CPU that starts in real mode loads CR3 with 32 bits. */
	got = UINT32_MAX;
	if (EFI_ERROR(BS->AllocatePages(AllocateMaxAddress, EfiReservedMemoryType, pages + slack, &got)))
		return message_fail(why, "the firmware has no %lu MiB of contiguous free memory below 4 GiB",
				    (pages + slack) >> (20 - EFI_PAGE_SHIFT));
	phys = (got + LAYOUT_REGION_ALIGN - 1) / LAYOUT_REGION_ALIGN * LAYOUT_REGION_ALIGN;
	head = (phys - got) / EFI_PAGE_SIZE;
	if (head)
		BS->FreePages(got, head);
	if (slack - head)
		BS->FreePages(phys + info->region_size, slack - head);
	layout_place(info, phys);
	if (reserve_trampoline(info, why)) {
		memory_release(info);
		return -1;
	}
	if (phys + info->region_size > info->mapped_top) {
		memory_release(info);
		return message_fail(why, "the firmware allocated memory at 0x%lx, above its own memory map",
				    phys);
	}
	if (list_ram(info, why)) {
		memory_release(info);
		return -1;
	}
	x86_zero((void *)phys, info->region_size / sizeof(uint64_t));
	return 0;
}

void memory_release(const struct rw_bootinfo *info)
{
	if (info->trampoline_phys)
		BS->FreePages(info->trampoline_phys, 1);
	BS->FreePages(info->region_phys, info->region_size / EFI_PAGE_SIZE);
}

bool memory_holds_tables(uint64_t phys, uint64_t size)
{
	struct message why;
	struct map map;
	bool found = false;
	UINTN i;

	if (map_read(&map, &why))
		return false;
	for (i = 0; i < map.count && !found; i++) {
		uint64_t end;
		const EFI_MEMORY_DESCRIPTOR *entry = map_entry(&map, i, &end);

		found = (is_guest_ram(entry->Type) || entry->Type == EfiReservedMemoryType) &&
			phys >= entry->PhysicalStart && phys < end && size <= end - phys;
	}
	FreePool(map.at);
	return found;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the loader's page-table builder and layout: walk every entry built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "layout.h"
#include "paging.h"
#include "abi/store.h"

#define GIB  (1ull << 30)
#define CODE 0x1de63000ull

#define P       0x001ull
#define W       0x002ull
#define U       0x004ull
#define A       0x020ull
#define D       0x040ull
#define PS      0x080ull
#define NX      (1ull << 63)
#define ADDRESS 0x000ffffffffff000ull
#define KNOWN   (P | W | U | A | D | PS | NX | ADDRESS)

struct machine {
	uint32_t cpus, store_mib;
	uint64_t image_size, region_phys, mapped_top, mem_top;
	bool gib_pages;
};

static struct rw_bootinfo info;
static struct elf_image image;
static struct paging paging;
static uint64_t mapped_guest, mapped_region, mapped_image, mapped_code; /* bytes found by the walk */

/* Sets up a machine, plans, places and builds. */
static void build(const struct machine *m)
{
	struct message why = { "" };

	memset(&info, 0, sizeof(info));
	info.image_size = m->image_size;
	info.policy_size = m->cpus * RW_PAGE_SIZE;
	info.cpu_count = m->cpus;
	info.mem_top = m->mem_top;
	info.mapped_top = m->mapped_top;
	info.ram_top = m->mapped_top;
	layout_plan(&info, m->store_mib, m->gib_pages);
	layout_place(&info, m->region_phys);
	/* RX, RO, a hole of a page, RW to the image's end. */
	image.count = 3;
	image.size = m->image_size;
	image.segment[0] = (struct elf_segment){ 0, 0, 100, 0x3000, false, true };
	image.segment[1] = (struct elf_segment){ 0x3000, 0, 100, 0x1001, false, false };
	image.segment[2] = (struct elf_segment){ 0x6000, 0, 100, m->image_size - 0x6000, true, false };
	paging = (struct paging){ &info, &image, CODE, 2, m->gib_pages, NULL, 0 };
	paging.tables = aligned_alloc(RW_PAGE_SIZE, info.tables_size);
	assert_non_null(paging.tables);
	memset(paging.tables, 0, info.tables_size);
	if (paging_build(&paging, &why))
		fail_msg("%s", why.text);
	assert_true(paging.used <= info.tables_size / RW_PAGE_SIZE);
}

/* Offset in a CPU's area: mapped or guard. */
static bool is_guard(uint64_t offset)
{
	return offset < RW_PERCPU_STACK || (offset >= RW_PERCPU_GUARD1 && offset < RW_PERCPU_DF) ||
	       (offset >= RW_PERCPU_GUARD2 && offset < RW_PERCPU_NMI) ||
	       (offset >= RW_PERCPU_GUARD3 && offset < RW_PERCPU_DATA);
}

static void check_region_page(uint64_t virt, uint64_t phys, uint64_t size, uint64_t flags)
{
	uint64_t percpu_end = info.percpu_phys + (uint64_t)info.cpu_count * RW_PERCPU_SIZE;

	assert_int_equal(phys - info.region_phys, virt - RW_HV_REGION);
	assert_true(phys >= info.bootinfo_phys && phys + size <= info.region_phys + info.region_size);
	assert_int_equal(flags, P | W | A | D | NX);
	if (phys + size > info.percpu_phys && phys < percpu_end) {
		assert_int_equal(size, RW_PAGE_SIZE);
		assert_false(is_guard((phys - info.percpu_phys) % RW_PERCPU_SIZE));
	}
	mapped_region += size;
}

static void check_image_page(uint64_t virt, uint64_t phys, uint64_t size, uint64_t flags)
{
	uint64_t offset = virt - RW_HV_LINK;

	assert_int_equal(phys, info.image_phys + offset);
	assert_int_equal(size, RW_PAGE_SIZE);
	if (offset < 0x3000)
		assert_int_equal(flags, P | A);
	else if (offset < 0x5000)
		assert_int_equal(flags, P | A | NX);
	else
		assert_int_equal(flags, P | W | A | D | NX);
	assert_false(offset >= 0x5000 && offset < 0x6000);
	assert_true(offset + size <= info.image_size);
	mapped_image += size;
}

static void check_page(uint64_t virt, uint64_t phys, uint64_t size, uint64_t flags)
{
	assert_false((flags & W) && !(flags & NX));
	if (virt >= RW_HV_LINK) {
		check_image_page(virt, phys, size, flags);
	} else if (virt >= RW_HV_REGION) {
		check_region_page(virt, phys, size, flags);
	} else if (virt >= RW_HV_GUEST) {
		assert_int_equal(phys, virt - RW_HV_GUEST);
		assert_int_equal(flags, P | W | A | D | NX);
		assert_true(phys + size <= info.mapped_top);
		assert_true(phys + size <= info.region_phys || phys >= info.region_phys + info.region_size);
		mapped_guest += size;
	} else {
		assert_int_equal(phys, virt);
		assert_true(phys >= CODE && phys < CODE + 2 * RW_PAGE_SIZE);
		assert_int_equal(size, RW_PAGE_SIZE);
		assert_int_equal(flags, P | A);
		mapped_code += size;
	}
}

/* Recursion of depth 4. @size: bytes spanned by one entry. */
static void walk(uint64_t table_phys, uint64_t virt, uint64_t size)
{
	const uint64_t *table = (const uint64_t *)(paging.tables + (table_phys - info.tables_phys));
	unsigned int i;

	for (i = 0; i < 512; i++, virt += size) {
		uint64_t e = table[i], phys = e & ADDRESS;

		if (size == 512 * GIB && i == 256)
			virt |= 0xffff000000000000ull;
		if (!e)
			continue;
		assert_int_equal(e & ~KNOWN, 0);
		if (size == RW_PAGE_SIZE || (e & PS)) {
			assert_true(size <= (paging.gib_pages ? GIB : GIB / 512));
			assert_int_equal(phys % size, 0);
			check_page(virt, phys, size, e & ~(ADDRESS | PS));
		} else {
			assert_int_equal(e & ~ADDRESS, P | W | A);
			assert_true(phys > info.tables_phys && phys < info.tables_phys + info.tables_size);
			walk(phys, virt, size / 512);
		}
	}
}

static void check_machine(const struct machine *m)
{
	uint64_t stacks = RW_PERCPU_SIZE - 4 * RW_PAGE_SIZE;

	build(m);
	mapped_guest = mapped_region = mapped_image = mapped_code = 0;
	walk(info.tables_phys, 0, 512 * GIB);
	/* Nothing is mapped twice (a window is injective), so the sums show that everything is mapped. */
	assert_int_equal(mapped_code, 2 * RW_PAGE_SIZE);
	assert_int_equal(mapped_image, info.image_size - 0x1000);
	assert_int_equal(mapped_guest, info.mapped_top - info.region_size);
	assert_int_equal(mapped_region, info.region_size - (info.bootinfo_phys - info.region_phys) -
						info.cpu_count * (RW_PERCPU_SIZE - stacks));
	free(paging.tables);
}

static const struct machine machines[] = {
	{ 1, 16, 0x2c000, 0x1c800000, 4 * GIB, 4 * GIB, true },
	{ 1, 16, 0x2c000, 0x1c800000, 4 * GIB, 4 * GIB, false },
	{ 64, 1024, 16 << 20, 0x40000000, 64 * GIB, 1024 * GIB, true },
	{ 64, 1024, 16 << 20, 0x3fe00000, 64 * GIB, 1024 * GIB, false },
	{ 3, 1, 0x201000, 0x200000, 4 * GIB, 5 * GIB, true },
	{ 2, 333, 0x7000, 0x17fe00000, 600 * GIB, 700 * GIB, true },
	{ 2, 333, 0x7000, 0x17fe00000, 600 * GIB, 700 * GIB, false },
};

static void test_machines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		check_machine(&machines[i]);
}

/* The region ends where mapped memory ends. */
static void test_region_at_top(void **state)
{
	struct machine m = { 1, 8, 0x8000, 0, 4 * GIB, 4 * GIB, true };

	(void)state;
	build(&m);
	m.region_phys = 4 * GIB - info.region_size;
	free(paging.tables);
	check_machine(&m);
}

static void test_layout(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		const struct machine *m = &machines[i];

		build(m);
		free(paging.tables);
		assert_int_equal(info.region_phys, m->region_phys);
		assert_int_equal(info.region_size % LAYOUT_REGION_ALIGN, 0);
		assert_int_equal(info.image_phys, info.region_phys);
		assert_int_equal(info.bootinfo_phys, info.image_phys + info.image_size);
		assert_true(info.tables_phys >= info.bootinfo_phys + sizeof(info));
		assert_int_equal(info.percpu_phys, info.tables_phys + info.tables_size);
		assert_int_equal(info.pool_phys, info.percpu_phys + (uint64_t)m->cpus * RW_PERCPU_SIZE);
		assert_true(info.pool_size / RW_PAGE_SIZE >= layout_pool_pages(m->cpus, m->mem_top,
									       info.ram_top, m->gib_pages,
									       &info.settings));
		assert_int_equal(info.policy_phys, info.pool_phys + info.pool_size);
		assert_int_equal(info.sites_phys, info.policy_phys + info.policy_size);
		assert_int_equal(info.sites_size, RW_SITES_SIZE);
		assert_int_equal(info.symbols_phys, info.sites_phys + info.sites_size);
		assert_int_equal(info.symbols_size, RW_SYMBOLS_SIZE);
		assert_int_equal(info.pages_phys, info.symbols_phys + info.symbols_size);
		assert_int_equal(info.pages_size, layout_pages_size(info.ram_top));
		assert_int_equal(info.store_phys, info.pages_phys + info.pages_size);
		assert_int_equal(info.store_size, RW_STORE_HDR_SIZE + ((uint64_t)m->store_mib << 20));
		assert_int_equal(info.store_phys + info.store_size, info.region_phys + info.region_size);
		assert_int_equal((info.tables_phys | info.pool_phys | info.policy_phys | info.symbols_phys |
				  info.pages_phys | info.store_phys) %
					 RW_PAGE_SIZE,
				 0);
	}
	struct rw_settings s = { .exec_fallback = RW_EXEC_FALLBACK_OFF };

	assert_int_equal(layout_pool_pages(1, 4 * GIB, GIB, true, &s), 128 + 23 + 2 + 8 + 512);
	assert_int_equal(layout_pool_pages(2, 513 * GIB, 512 * GIB, false, &s), 128 + 46 + 3 + 513 + 4096);
	s.exec_fallback = RW_EXEC_FALLBACK_STRICT;
	assert_int_equal(layout_pool_pages(1, 4 * GIB, GIB, true, &s), 23 + 2 * (128 + 2 + 8 + 512));
	s.exec_fallback = RW_EXEC_FALLBACK_SMEP;
	assert_int_equal(layout_pool_pages(1, 64 * GIB, 60 * GIB, true, &s), 23 + 128 + 2 + 64 + 30 * 1024);
	s.kernel_code = RW_KERNEL_CODE_OFF;
	assert_int_equal(layout_pool_pages(1, 4 * GIB, GIB, true, &s), 128 + 23 + 2 + 8 + 512);
	/* Three bytes a page, and one for ranges; at most 0.1 % but in a small machine. */
	assert_int_equal(layout_pages_size(GIB), 4 * 262144);
	assert_int_equal(layout_pages_size(64 << 20), 3 * 16384 + (80 << 10));
	assert_true(layout_pages_size(GIB) * 1000 <= GIB);
}

static void test_errors(void **state)
{
	struct machine m = machines[0];
	struct message why;

	(void)state;
	build(&m);
	paging.used = 0;
	info.tables_size = 5 * RW_PAGE_SIZE;
	memset(paging.tables, 0, info.tables_size);
	assert_int_equal(paging_build(&paging, &why), -1);
	assert_string_equal(why.text, "page tables: 5 pages are not enough");
	paging.code_pages = 3;
	assert_int_equal(paging_build(&paging, &why), -1);
	assert_string_equal(why.text, "page tables: the switch routine takes 3 pages");
	paging.code_pages = 1;
	info.mapped_top = 128ull << 40;
	assert_int_equal(paging_build(&paging, &why), -1);
	assert_string_equal(why.text,
			    "page tables: memory up to 0x800000000000 is more than the hypervisor can map");
	free(paging.tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_region_at_top),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

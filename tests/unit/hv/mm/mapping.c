/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/mm/mapping.c: tables in a small memory, and a change of each entry on the way. */
#include "tests/unit/hv/mm/machine.h"
#include "tests/unit/hv/mm/random.h"

#include "arch/x86/regs.h"
#include "abi/hypercall.h"
#include "mm/guest_copy.h"
#include "mm/guest_walk.h"
#include "mm/mapping.h"

#define RAM_PAGES 64u
#define SEED      0x72656d6170ull

#define FLAGS 0x63ull /* present, writable, accessed, dirty */
#define IMAGE 0xffffffff81000000ull
#define SPLIT (IMAGE + 0x400000) /* here the kernel has pages of 4 KiB */
#define AGENT 0xffffffffc0001000ull
#define FRAME 0x1000000ull /* physical memory of the image, beyond the small memory */

/* Pages of the small memory. */
enum {
	ROOT4 = 1,
	PUD,
	PMD_IMAGE,
	PMD_MODULES,
	PTE_IMAGE,
	PTE_AGENT,
	ROOT5,
	SPARE, /* up to the end: free for a test */
	SPARE2,
	SPARE3
};

static uint8_t ram[RAM_PAGES * PAGE_SIZE];
static unsigned int reads;
static struct mapping map;
static int levels;
static uint64_t root;

uint8_t *guest_page(uint64_t gpa)
{
	reads++;
	return gpa < sizeof(ram) ? ram + (gpa & PAGE_MASK) : NULL;
}

/* For the independent walk. */
int guest_read(uint64_t gpa, void *dst, size_t size)
{
	if (gpa >= sizeof(ram))
		return -RW_EFAULT;
	memcpy(dst, ram + gpa, size);
	return 0;
}

static uint64_t *entry(unsigned int page, uint64_t gva, int level)
{
	return (uint64_t *)(ram + page * PAGE_SIZE) + (gva >> (3 + 9 * level) & 511);
}

static uint64_t table(unsigned int page)
{
	return page * PAGE_SIZE | FLAGS;
}

static void make_tables(void)
{
	memset(ram, 0, sizeof(ram));
	*entry(ROOT5, IMAGE, 5) = table(ROOT4);
	*entry(ROOT4, IMAGE, 4) = table(PUD);
	*entry(PUD, IMAGE, 3) = table(PMD_IMAGE);
	*entry(PUD, AGENT, 3) = table(PMD_MODULES);
	for (uint64_t off = 0; off < 0x400000; off += 0x200000)
		*entry(PMD_IMAGE, IMAGE + off, 2) = (FRAME + off) | FLAGS | PTE_PS;
	*entry(PMD_IMAGE, SPLIT, 2) = table(PTE_IMAGE);
	*entry(PMD_MODULES, AGENT, 2) = table(PTE_AGENT);
	for (uint64_t off = 0; off < 0x200000; off += PAGE_SIZE)
		*entry(PTE_IMAGE, SPLIT + off, 1) = (FRAME + 0x400000 + off) | FLAGS;
	/* The agent: three pages, of which no two follow each other in memory. */
	*entry(PTE_AGENT, AGENT, 1) = 0x5000000 | FLAGS;
	*entry(PTE_AGENT, AGENT + 0x1000, 1) = 0x4000000 | FLAGS;
	*entry(PTE_AGENT, AGENT + 0x2000, 1) = 0x6000000 | FLAGS | PTE_NX;
}

static void record(void)
{
	memset(&map, 0, sizeof(map));
	assert_int_equal(mapping_add(&map, root, levels, IMAGE, FRAME, 0x450000), 0x450000);
	assert_int_equal(mapping_add(&map, root, levels, AGENT, 0x5000000, 0x1000), 0x1000);
	assert_int_equal(mapping_add(&map, root, levels, AGENT + 0x1000, 0x4000000, 0x1000), 0x1000);
	assert_int_equal(mapping_add(&map, root, levels, AGENT + 0x2000, 0x6000000, 0x1000), 0x1000);
}

static int reset4(void **state)
{
	(void)state;
	make_tables();
	levels = 4;
	root = ROOT4 * PAGE_SIZE;
	record();
	return 0;
}

static int reset5(void **state)
{
	(void)state;
	make_tables();
	levels = 5;
	root = ROOT5 * PAGE_SIZE;
	record();
	return 0;
}

static void holds(void)
{
	struct mapping_change c;
	uint32_t next = 0;

	assert_false(mapping_changed(&map, root, levels, &next, &c));
	assert_int_equal(next, map.count);
}

/* The first change that is found, which must be that of @e. */
static struct mapping_change changes(const uint64_t *e, uint64_t was)
{
	struct mapping_change c = { 0 };
	uint32_t next = 0;

	assert_true(mapping_changed(&map, root, levels, &next, &c));
	assert_int_equal(c.at, (uint64_t)((const uint8_t *)e - ram));
	assert_int_equal(c.found, *e);
	assert_int_equal(c.expected, was);
	return c;
}

/* Tries @fake in place of an entry, expects that change, and puts it back as the hypervisor would. */
static struct mapping_change try(uint64_t *e, uint64_t fake)
{
	uint64_t was = *e;

	*e = fake;
	struct mapping_change c = changes(e, was);

	*e = c.expected;
	holds();
	return c;
}

static void test_each_level(void **state)
{
	struct mapping_change c;

	(void)state;
	holds();
	c = try(entry(PTE_AGENT, AGENT, 1), 0x7000000 | FLAGS);
	assert_int_equal(c.level, 1);
	assert_int_equal(c.gva, AGENT);
	assert_int_equal(c.gpa, 0x5000000);
	c = try(entry(PTE_IMAGE, SPLIT + 0x23000, 1), 0x7000000 | FLAGS);
	assert_int_equal(c.gva, SPLIT + 0x23000);
	assert_int_equal(c.gpa, FRAME + 0x423000);
	c = try(entry(PMD_IMAGE, IMAGE + 0x200000, 2), 0x7000000 | FLAGS | PTE_PS);
	assert_int_equal(c.level, 2);
	assert_int_equal(c.gva, IMAGE + 0x200000);
	assert_int_equal(c.gpa, FRAME + 0x200000);
	/* Other tables that lead elsewhere: empty ones do. */
	assert_int_equal(try(entry(PMD_MODULES, AGENT, 2), table(SPARE)).level, 2);
	assert_int_equal(try(entry(PUD, IMAGE, 3), table(SPARE)).level, 3);
	assert_int_equal(try(entry(ROOT4, IMAGE, 4), table(SPARE)).level, 4);
	if (levels == 5)
		assert_int_equal(try(entry(ROOT5, IMAGE, 5), table(SPARE)).level, 5);
}

static void test_not_present(void **state)
{
	(void)state;
	try(entry(PTE_AGENT, AGENT, 1), 0);
	try(entry(PTE_IMAGE, SPLIT, 1), (FRAME + 0x400000) | (FLAGS & ~PTE_P));
	try(entry(PMD_IMAGE, IMAGE, 2), 0);
	try(entry(PMD_IMAGE, SPLIT, 2), 0);
	try(entry(PUD, AGENT, 3), 0);
	try(entry(ROOT4, IMAGE, 4), 0);
}

static void test_tables_outside_ram(void **state)
{
	(void)state;
	try(entry(PMD_MODULES, AGENT, 2), CR3_ADDR_MASK | FLAGS);
	try(entry(ROOT4, IMAGE, 4), sizeof(ram) | FLAGS);
	/* The root itself: there is nothing to put back. */
	root = sizeof(ram);

	struct mapping_change c;
	uint32_t next = 0;

	assert_true(mapping_changed(&map, root, levels, &next, &c));
	assert_int_equal(c.level, levels);
	assert_int_equal(c.found, 0);
	assert_int_equal(c.at & PAGE_MASK, root);
}

/* A 2 MiB page where there was a table, and a table where there was such a page. */
static void test_other_sizes(void **state)
{
	struct mapping_change c;

	(void)state;
	assert_int_equal(try(entry(PMD_IMAGE, SPLIT, 2), 0x7000000 | FLAGS | PTE_PS).level, 2);
	assert_int_equal(try(entry(PUD, AGENT, 3), FLAGS | PTE_PS).level, 3);
	for (uint64_t off = 0; off < 0x200000; off += PAGE_SIZE)
		*entry(SPARE, IMAGE + off, 1) = (FRAME + off) | FLAGS;
	*entry(SPARE, IMAGE + 0x5000, 1) = 0x7000000 | FLAGS;
	c = try(entry(PMD_IMAGE, IMAGE, 2), table(SPARE));
	assert_int_equal(c.gva, IMAGE + 0x5000);
	assert_int_equal(c.gpa, FRAME + 0x5000);
	*entry(SPARE, IMAGE + 0x5000, 1) = 0;
	try(entry(PMD_IMAGE, IMAGE, 2), table(SPARE));
}

/* What leads to the same memory is no change. */
static void test_same_memory(void **state)
{
	uint64_t *pmd = entry(PMD_IMAGE, IMAGE, 2), was = *pmd;

	(void)state;
	for (uint64_t off = 0; off < 0x200000; off += PAGE_SIZE)
		*entry(SPARE, IMAGE + off, 1) = (FRAME + off) | 1;
	*pmd = table(SPARE);
	holds();
	*pmd = was;
	/* A copy of a table, or of all. */
	memcpy(ram + SPARE * PAGE_SIZE, ram + PTE_AGENT * PAGE_SIZE, PAGE_SIZE);
	memcpy(ram + SPARE2 * PAGE_SIZE, ram + PUD * PAGE_SIZE, PAGE_SIZE);
	*entry(PMD_MODULES, AGENT, 2) = table(SPARE);
	*entry(ROOT4, IMAGE, 4) = table(SPARE2);
	holds();
	/* Flags: writable, for user mode, no execution, not accessed, software's, the key; and the PAT's. */
	*entry(SPARE, AGENT, 1) = 0x5000000 | PTE_P | BIT(2) | BIT(9) | BIT(11) | BIT(7) | BIT(59) | PTE_NX;
	*pmd = (FRAME | PTE_P | PTE_PS | BIT(12) | PTE_NX);
	holds();
	/* A page where there was a table, with the same memory. */
	*entry(PMD_IMAGE, SPLIT, 2) = (FRAME + 0x400000) | PTE_P | PTE_PS;
	holds();
}

/* Memory beside what was recorded may change. */
static void test_neighbours(void **state)
{
	(void)state;
	*entry(PTE_IMAGE, SPLIT + 0x50000, 1) = 0;
	*entry(PTE_AGENT, AGENT + 0x3000, 1) = 0x9000000 | FLAGS;
	*entry(PTE_AGENT, AGENT - 0x1000, 1) = 0x9000000 | FLAGS;
	holds();
	/* Also where a larger page maps both, and is split. */
	memset(&map, 0, sizeof(map));
	mapping_add(&map, root, levels, IMAGE + 0x3000, FRAME + 0x3000, 0x2000);
	assert_int_equal(map.run[map.count - 1].len, 0x2000);
	for (uint64_t off = 0x3000; off < 0x5000; off += PAGE_SIZE)
		*entry(SPARE, IMAGE + off, 1) = (FRAME + off) | FLAGS;
	*entry(PMD_IMAGE, IMAGE, 2) = table(SPARE);
	holds();
	*entry(SPARE, IMAGE + 0x4000, 1) ^= 0x10000;

	struct mapping_change c;
	uint32_t next = 0;

	assert_true(mapping_changed(&map, root, levels, &next, &c));
	assert_int_equal(c.gva, IMAGE + 0x4000);
}

/* Entries whose memory and flags follow each other are one run, within a table. */
static void test_runs(void **state)
{
	unsigned int leaves = 0;

	(void)state;
	for (uint32_t i = 0; i < map.count; i++)
		leaves += map.run[i].leaf;
	/* Two pages of 2 MiB; 80 of 4 KiB; the agent's three. */
	assert_int_equal(leaves, 5);
	/* Tables: the way to the image, to the split part, to the agent. */
	assert_int_equal(map.count - leaves, levels - 2 + 1 + 2);
	reads = 0;
	holds();
	assert_true(reads <= leaves * (unsigned int)levels);
}

static void test_all_changes_are_found(void **state)
{
	struct mapping_change c;
	uint32_t next = 0;
	unsigned int found = 0;

	(void)state;
	*entry(PTE_AGENT, AGENT, 1) = 0;
	*entry(PTE_AGENT, AGENT + 0x2000, 1) = 0;
	*entry(PMD_IMAGE, IMAGE, 2) = 0;
	*entry(PMD_IMAGE, IMAGE + 0x200000, 2) = 0; /* of one run: the first counts */
	while (mapping_changed(&map, root, levels, &next, &c))
		found++;
	assert_int_equal(found, 3);
}

static void test_what_is_not_mapped_is_left_out(void **state)
{
	(void)state;
	memset(&map, 0, sizeof(map));
	*entry(PTE_AGENT, AGENT + 0x1000, 1) = 0;
	/* Of four pages only the first leads where it should. */
	assert_int_equal(mapping_add(&map, root, levels, AGENT, 0x5000000, 0x4000), 0x1000);
	assert_int_equal(mapping_add(&map, root, levels, 0x1000, 0x1000, 0x1000), 0);
	assert_int_equal(mapping_add(&map, sizeof(ram), levels, AGENT, 0x5000000, 0x1000), 0);
	assert_true(mapping_exists(root, levels, AGENT + 0x123));
	assert_true(mapping_exists(root, levels, IMAGE + 0x312345));
	assert_false(mapping_exists(root, levels, AGENT + 0x1000));
	assert_false(mapping_exists(sizeof(ram), levels, AGENT));
}

static void test_room(void **state)
{
	uint64_t done;

	(void)state;
	memset(&map, 0, sizeof(map));
	/* Every second page: no two make a run. */
	for (uint64_t off = 0; off < 0x200000; off += PAGE_SIZE)
		*entry(PTE_AGENT, AGENT + off, 1) = (0x5000000 + off) | FLAGS |
						    (off & PAGE_SIZE ? PTE_NX : 0);
	done = mapping_add(&map, root, levels, AGENT, 0x5000000, 0x1ff000);
	assert_int_equal(map.count, MAPPING_RUNS);
	assert_int_equal(done, (MAPPING_RUNS - (uint64_t)levels + 1) * PAGE_SIZE);
	holds();
}

/* Whether an independent walk leads from @len bytes at @gva to @gpa. */
static bool leads_to(uint64_t gva, uint64_t gpa, uint64_t len)
{
	struct guest_paging p = { CR0_PG | CR0_PE, root, CR4_PAE | (levels == 5 ? CR4_LA57 : 0),
				  EFER_LME | EFER_LMA };
	uint64_t found;
	bool may_run;

	for (uint64_t off = 0; off < len; off += PAGE_SIZE)
		if (guest_walk(&p, gva + off, &found, &may_run) || found != gpa + off)
			return false;
	return true;
}

/* Random changes of tables: they are found if and only if an independent walk leads elsewhere. */
static void test_random(void **state)
{
	static const uint64_t where[] = { IMAGE, SPLIT, AGENT, IMAGE + 0x200000 };
	uint64_t seed = SEED;
	unsigned int found = 0, same = 0;

	(void)state;
	for (unsigned int round = 0; round < 2000; round++) {
		struct mapping_change c;
		uint32_t next = 0;

		make_tables();
		for (unsigned int i = test_random64(&seed) % 3; i < 3; i++) {
			uint64_t r = test_random64(&seed);
			uint64_t gva = where[r >> 8 & 3] + (r >> 16 & 0xf) * PAGE_SIZE;

			*entry(1 + r % 6, gva, 1 + (int)(r >> 24 & 3)) ^= 1ull << (r >> 32 & 63);
		}
		bool holds = leads_to(IMAGE, FRAME, 0x450000) && leads_to(AGENT, 0x5000000, 0x1000) &&
			     leads_to(AGENT + 0x1000, 0x4000000, 0x1000) &&
			     leads_to(AGENT + 0x2000, 0x6000000, 0x1000);

		assert_int_equal(mapping_changed(&map, root, levels, &next, &c), !holds);
		found += !holds;
		same += holds;
		if (!holds) {
			assert_true(c.level >= 1 && c.level <= levels);
			assert_int_not_equal(c.found, c.expected);
			assert_false(leads_to(c.gva, c.gpa, PAGE_SIZE));
		}
	}
	assert_true(found > 100 && same > 100);
}

#define BOTH(test) \
	{ #test " 4 levels", test, reset4, NULL, NULL }, \
	{ \
#test " 5 levels", test, reset5, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_each_level),
		BOTH(test_not_present),
		BOTH(test_tables_outside_ram),
		BOTH(test_other_sizes),
		BOTH(test_same_memory),
		BOTH(test_neighbours),
		BOTH(test_runs),
		BOTH(test_all_changes_are_found),
		BOTH(test_what_is_not_mapped_is_left_out),
		BOTH(test_room),
		BOTH(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

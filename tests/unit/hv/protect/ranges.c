/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/ranges.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/guest_copy.h"
#include "protect/ranges.h"

#define PAGE    4096ull
#define GVA     0xffffffff81000000ull
#define PAGES   0x10000ull
#define RAM_END (PAGES * PAGE)
#define HOLE    0x99000ull /* with `hole`: not RAM */
#define HIDDEN  0x9a000ull
#define ROOM    1024u /* ranges that this memory holds */

static struct ranges r;
static struct rw_protect_list list;
static bool all_is_ram, hole;
static uint64_t area[(3 * PAGES + (ROOM + 1) * sizeof(struct ranges_entry)) / 8];

bool guest_is_ram(uint64_t gpa, uint64_t len)
{
	/* The callback's preconditions. */
	assert_true(len && gpa + len > gpa);
	if (hole && gpa < HIDDEN && gpa + len > HOLE)
		return false;
	return all_is_ram || gpa + len <= RAM_END;
}

bool hv_owns(uint64_t gpa, uint64_t len)
{
	return hole && gpa < HIDDEN + PAGE && gpa + len > HIDDEN;
}

static int clear(void **state)
{
	(void)state;
	memset(area, 0, sizeof(area));
	assert_int_equal(ranges_init(&r, area, sizeof(area), PAGES), 0);
	assert_int_equal(r.room, ROOM);
	memset(&list, 0, sizeof(list));
	all_is_ram = hole = false;
	return 0;
}

static struct rw_range *add(uint64_t gpa, uint64_t len, uint32_t kind, uint32_t flags)
{
	struct rw_range *range = &list.range[list.count++];

	*range = (struct rw_range){
		.gpa = gpa, .gva = GVA + gpa, .len = len, .kind = kind, .flags = flags, .name = "name"
	};
	return range;
}

static void take(void)
{
	struct input_error err = { 0 };
	int ret = ranges_add(&r, &list, &err);

	if (ret)
		fail_msg("%d: range %u: %s", ret, err.index, err.what);
	memset(&list, 0, sizeof(list));
}

/* The list is refused at @index and the ranges are unchanged. */
static void refused(int code, uint32_t index)
{
	static uint64_t area_before[sizeof(area) / 8];
	static struct ranges before;
	struct input_error err = { 0 };

	before = r;
	memcpy(area_before, area, sizeof(area));
	assert_int_equal(ranges_add(&r, &list, &err), code);
	assert_non_null(err.what);
	assert_int_equal(err.index, index);
	assert_memory_equal(&before, &r, sizeof(r));
	assert_memory_equal(area_before, area, sizeof(area));
	memset(&list, 0, sizeof(list));
}

static void check_hit(uint64_t gpa, uint32_t kind, uint64_t gva)
{
	struct ranges_hit hit = { 0 };

	assert_int_equal(ranges_find(&r, gpa, &hit), kind != 0);
	assert_int_equal(hit.kind, kind);
	assert_int_equal(hit.gva, gva);
	if (kind)
		assert_true(hit.range->gpa <= gpa && gpa < hit.range->gpa + hit.range->len);
}

static void find(void **state)
{
	struct ranges_pages pages;

	(void)state;
	check_hit(0, 0, 0);
	add(16 * PAGE, 4 * PAGE, RW_TARGET_KERNEL_RODATA, 0);
	add(2 * PAGE, 2 * PAGE, RW_TARGET_KERNEL_TEXT, 0);
	add(17 * PAGE + 8, 100, RW_TARGET_LSM_HOOKS, RW_RANGE_OBJECT);
	add(4 * PAGE, PAGE, RW_TARGET_IDT, 0)->gva = 0;
	take();
	add(0, PAGE, RW_TARGET_AGENT_TEXT, 0);
	take();
	check_hit(0, RW_TARGET_AGENT_TEXT, GVA);
	check_hit(PAGE, 0, 0);
	check_hit(2 * PAGE - 1, 0, 0);
	check_hit(2 * PAGE, RW_TARGET_KERNEL_TEXT, GVA + 2 * PAGE);
	check_hit(4 * PAGE - 1, RW_TARGET_KERNEL_TEXT, GVA + 4 * PAGE - 1);
	check_hit(4 * PAGE, RW_TARGET_IDT, 0);
	check_hit(5 * PAGE, 0, 0);
	check_hit(17 * PAGE + 7, RW_TARGET_KERNEL_RODATA, GVA + 17 * PAGE + 7);
	check_hit(17 * PAGE + 8, RW_TARGET_LSM_HOOKS, GVA + 17 * PAGE + 8);
	check_hit(17 * PAGE + 107, RW_TARGET_LSM_HOOKS, GVA + 17 * PAGE + 107);
	check_hit(17 * PAGE + 108, RW_TARGET_KERNEL_RODATA, GVA + 17 * PAGE + 108);
	check_hit(20 * PAGE, 0, 0);
	check_hit(UINT64_MAX, 0, 0);
	assert_int_equal(r.ranges, 4);
	assert_int_equal(r.objects, 1);
	ranges_count_pages(&r, &pages);
	assert_int_equal(pages.total, 8);
	assert_int_equal(pages.kind[RW_TARGET_KERNEL_TEXT], 2);
	assert_int_equal(pages.kind[RW_TARGET_KERNEL_RODATA], 4);
	assert_int_equal(pages.kind[RW_TARGET_LSM_HOOKS], 1);
	assert_int_equal(pages.kind[RW_TARGET_AGENT_TEXT], 1);
	assert_int_equal(pages.kind[RW_TARGET_AGENT_RODATA], 0);
	assert_int_equal(pages.kind[RW_TARGET_IDT], 1);
}

static void list_bounds(void **state)
{
	uint32_t i;

	(void)state;
	refused(-RW_EINVAL, 0); /* count 0 */
	add(0, PAGE, 1, 0);
	list.count = RW_PROTECT_MAX + 1;
	refused(-RW_EINVAL, 0);
	add(0, PAGE, 1, 0);
	list.count = UINT32_MAX;
	refused(-RW_EINVAL, 0);
	for (i = 0; i < 15; i++) {
		add(0, PAGE, 1, 0);
		list.reserved[i] = 1;
		refused(-RW_EINVAL, 0);
	}
	for (i = 0; i < RW_PROTECT_MAX; i++)
		add((RW_PROTECT_MAX - i) * PAGE, PAGE, 1, 0);
	take();
	assert_int_equal(r.ranges, RW_PROTECT_MAX);
	for (i = 0; i < RW_PROTECT_MAX; i++)
		check_hit((i + 1) * PAGE, 1, GVA + (i + 1) * PAGE);
}

static void fields(void **state)
{
	uint32_t i;

	(void)state;
	add(0, PAGE, 0, 0);
	refused(-RW_EINVAL, 0);
	add(0, PAGE, RW_TARGET_GUEST_LAST, 0);
	add(PAGE, PAGE, RW_TARGET_HYPERVISOR, 0);
	refused(-RW_EINVAL, 1);
	add(0, PAGE, UINT32_MAX, 0);
	refused(-RW_EINVAL, 0);
	for (i = 1; i < 32; i++) {
		add(0, PAGE, 1, 1u << i);
		refused(-RW_EINVAL, 0);
	}
	add(0, 0, 1, 0);
	refused(-RW_EINVAL, 0);
	add(0, 0, 1, RW_RANGE_OBJECT);
	refused(-RW_EINVAL, 0);
	add(8, PAGE, 1, 0);
	refused(-RW_EINVAL, 0);
	add(0, PAGE + 8, 1, 0);
	refused(-RW_EINVAL, 0);
	add(0, PAGE, 1, 0)->gva = GVA + 1;
	refused(-RW_EINVAL, 0);
	add(24, 8, 1, RW_RANGE_OBJECT)->gva = GVA + 16;
	refused(-RW_EINVAL, 0);
	assert_int_equal(r.ranges + r.objects, 0);
}

static void overflow(void **state)
{
	(void)state;
	all_is_ram = true;
	add(0xfffffffffffff000ull, PAGE, 1, 0)->gva = 0; /* ends at 2^64 */
	refused(-RW_EINVAL, 0);
	add(0xfffffffffffff000ull, 2 * PAGE, 1, 0)->gva = 0;
	refused(-RW_EINVAL, 0);
	add(PAGE, 0xfffffffffffff000ull, 1, 0)->gva = 0;
	refused(-RW_EINVAL, 0);
	add(UINT64_MAX, 1, 1, RW_RANGE_OBJECT)->gva = 0;
	refused(-RW_EINVAL, 0);
	add(UINT64_MAX, UINT64_MAX, 1, RW_RANGE_OBJECT)->gva = 0;
	refused(-RW_EINVAL, 0);
	add(0, 2 * PAGE, 1, 0)->gva = 0xfffffffffffff000ull;
	refused(-RW_EINVAL, 0);
	add(0, PAGE, 1, 0)->gva = 0xfffffffffffff000ull; /* its last byte is the last address */
	add(RAM_END - PAGE, PAGE, 2, 0)->gva = 0;
	take();
	check_hit(4095, 1, UINT64_MAX);
	check_hit(RAM_END - 1, 2, 0);
	check_hit(RAM_END, 0, 0);
	/* RAM, but above what the loader found. */
	add(RAM_END, PAGE, 1, 0);
	refused(-RW_EFAULT, 0);
	add(RAM_END - 2 * PAGE, 3 * PAGE, 1, 0);
	refused(-RW_EFAULT, 0);
	add(RAM_END - 1, 2, 1, RW_RANGE_OBJECT);
	refused(-RW_EFAULT, 0);
}

static void names(void **state)
{
	struct rw_range *range;

	(void)state;
	add(0, PAGE, 1, 0)->name[0] = 0;
	refused(-RW_EINVAL, 0);
	range = add(0, PAGE, 1, 0);
	memset(range->name, 'x', 32);
	refused(-RW_EINVAL, 0);
	add(0, PAGE, 1, 0)->name[1] = '\n';
	refused(-RW_EINVAL, 0);
	add(0, PAGE, 1, 0)->name[1] = (char)0xc3;
	refused(-RW_EINVAL, 0);
	range = add(0, PAGE, 1, 0);
	memset(range->name, 'x', 31);
	take();
	assert_int_equal(r.ranges, 1);
}

static void not_ram(void **state)
{
	(void)state;
	add(RAM_END - PAGE, PAGE, 1, 0);
	add(RAM_END, PAGE, 1, 0);
	refused(-RW_EFAULT, 1);
	add(RAM_END - PAGE, 2 * PAGE, 1, 0);
	refused(-RW_EFAULT, 0);
	add(RAM_END - 1, 2, 1, RW_RANGE_OBJECT);
	refused(-RW_EFAULT, 0);
	/* Where CPUs start, the firmware may have given memory back. */
	hole = true;
	add(HOLE, PAGE, RW_TARGET_MODULE_TEXT, 0);
	refused(-RW_EFAULT, 0);
	add(HOLE, 2 * PAGE, RW_TARGET_TRAMPOLINE, 0);
	refused(-RW_EFAULT, 0);
	add(HOLE, PAGE, RW_TARGET_TRAMPOLINE, 0);
	take();
	check_hit(HOLE, RW_TARGET_TRAMPOLINE, GVA + HOLE);
}

static void overlap(void **state)
{
	static const uint64_t hits[][2] = { { 10, 4 }, { 9, 2 }, { 13, 1 }, { 13, 9 }, { 11, 1 }, { 1, 40 } };
	size_t i;

	(void)state;
	add(10 * PAGE, 4 * PAGE, RW_TARGET_KERNEL_TEXT, 0);
	add(10 * PAGE + 16, 16, RW_TARGET_LSM_HOOKS, RW_RANGE_OBJECT);
	take();
	for (i = 0; i < 6; i++) {
		add(100 * PAGE, PAGE, RW_TARGET_IDT, 0);
		add(hits[i][0] * PAGE, hits[i][1] * PAGE, RW_TARGET_KERNEL_RODATA, 0);
		refused(-RW_EXISTS, 1);
		/* Also in one call, in either order. */
		add(30 * PAGE + hits[i][0] * PAGE, hits[i][1] * PAGE, RW_TARGET_KERNEL_RODATA, 0);
		add(40 * PAGE, 4 * PAGE, RW_TARGET_KERNEL_RODATA, 0);
		refused(-RW_EXISTS, 1);
	}
	add(10 * PAGE + 31, 1, RW_TARGET_LSM_HOOKS, RW_RANGE_OBJECT);
	refused(-RW_EXISTS, 0);
	add(10 * PAGE + 16, 16, RW_TARGET_LSM_HOOKS, RW_RANGE_OBJECT);
	refused(-RW_EXISTS, 0);
	add(9 * PAGE, PAGE, RW_TARGET_KERNEL_RODATA, 0); /* neighbours */
	add(14 * PAGE, PAGE, RW_TARGET_KERNEL_RODATA, 0);
	add(10 * PAGE + 8, 8, RW_TARGET_LSM_HOOKS, RW_RANGE_OBJECT);
	add(10 * PAGE + 32, 8, RW_TARGET_LSM_HOOKS, RW_RANGE_OBJECT);
	take();
	assert_int_equal(r.ranges, 3);
	assert_int_equal(r.objects, 3);
}

static void lock_check(void **state)
{
	struct input_error err = { 0 };

	(void)state;
	assert_int_equal(ranges_check(&r, &err), -RW_ENOTREADY);
	add(10 * PAGE, PAGE, 1, 0);
	add(11 * PAGE, PAGE, 2, 0);
	add(13 * PAGE, PAGE, 2, 0);
	take();
	assert_int_equal(ranges_check(&r, &err), 0);
	add(10 * PAGE, 2 * PAGE, 3, RW_RANGE_OBJECT); /* across two adjacent ranges */
	add(14 * PAGE - 1, 1, 3, RW_RANGE_OBJECT);
	take();
	assert_int_equal(ranges_check(&r, &err), 0);
	add(14 * PAGE, 1, 3, RW_RANGE_OBJECT);
	take();
	assert_int_equal(ranges_check(&r, &err), -RW_EINVAL);
	assert_int_equal(err.index, 2);
	add(14 * PAGE, PAGE, 2, 0);
	take();
	assert_int_equal(ranges_check(&r, &err), 0);
	add(12 * PAGE, PAGE + 1, 3, RW_RANGE_OBJECT); /* begins in the hole */
	take();
	assert_int_equal(ranges_check(&r, &err), -RW_EINVAL);
	assert_int_equal(err.index, 1);
	ranges_clear(&r);
	add(11 * PAGE, PAGE, 2, 0);
	add(13 * PAGE, PAGE, 2, 0);
	add(11 * PAGE + 8, 2 * PAGE, 3, RW_RANGE_OBJECT); /* ends after it */
	take();
	assert_int_equal(ranges_check(&r, &err), -RW_EINVAL);
	assert_int_equal(err.index, 0);
	ranges_clear(&r);
	add(11 * PAGE, PAGE, 2, 0);
	add(13 * PAGE, PAGE, 2, 0);
	add(11 * PAGE + 8, PAGE, 3, RW_RANGE_OBJECT); /* ends in it */
	take();
	assert_int_equal(ranges_check(&r, &err), -RW_EINVAL);
}

static void linear_start(void **state)
{
	struct ranges_hit hit;

	(void)state;
	add(9 * PAGE, PAGE, RW_TARGET_AGENT_TEXT, 0)->gva = GVA; /* three adjacent ones, out of order */
	add(3 * PAGE, 2 * PAGE, RW_TARGET_AGENT_TEXT, 0)->gva = GVA + PAGE;
	add(6 * PAGE, PAGE, RW_TARGET_AGENT_TEXT, 0)->gva = GVA + 3 * PAGE;
	add(20 * PAGE, PAGE, RW_TARGET_AGENT_TEXT, 0)->gva = GVA + 5 * PAGE;  /* after a gap */
	add(7 * PAGE, PAGE, RW_TARGET_AGENT_RODATA, 0)->gva = GVA + 6 * PAGE; /* of another kind */
	add(30 * PAGE, PAGE, RW_TARGET_IDT, 0)->gva = 0;
	add(6 * PAGE + 8, 8, RW_TARGET_LSM_HOOKS, RW_RANGE_OBJECT)->gva = GVA + 3 * PAGE + 8;
	take();
	add(21 * PAGE, PAGE, RW_TARGET_IDT, 0)->gva = 0; /* not a run: no address */
	take();
	assert_true(ranges_find(&r, 21 * PAGE, &hit));
	assert_int_equal(ranges_linear_start(&r, hit.range), 0);
	assert_true(ranges_find(&r, 6 * PAGE, &hit));
	assert_int_equal(ranges_linear_start(&r, hit.range), GVA);
	assert_true(ranges_find(&r, 4 * PAGE, &hit));
	assert_int_equal(ranges_linear_start(&r, hit.range), GVA);
	assert_true(ranges_find(&r, 9 * PAGE, &hit));
	assert_int_equal(ranges_linear_start(&r, hit.range), GVA);
	assert_true(ranges_find(&r, 20 * PAGE, &hit));
	assert_int_equal(ranges_linear_start(&r, hit.range), GVA + 5 * PAGE);
	assert_true(ranges_find(&r, 7 * PAGE, &hit));
	assert_int_equal(ranges_linear_start(&r, hit.range), GVA + 6 * PAGE);
	assert_true(ranges_find(&r, 30 * PAGE, &hit));
	assert_int_equal(ranges_linear_start(&r, hit.range), 0);
	assert_true(ranges_find(&r, 6 * PAGE + 9, &hit));
	assert_int_equal(ranges_linear_start(&r, hit.range), GVA + 3 * PAGE + 8);
}

static void by_linear_address(void **state)
{
	(void)state;
	add(3 * PAGE, 2 * PAGE, RW_TARGET_KERNEL_TEXT, 0)->gva = GVA;
	add(6 * PAGE, PAGE, RW_TARGET_IDT, 0)->gva = 0;
	take();
	assert_null(ranges_find_linear(&r, GVA - 1));
	assert_int_equal(ranges_find_linear(&r, GVA)->gpa, 3 * PAGE);
	assert_int_equal(ranges_find_linear(&r, GVA + 2 * PAGE - 1)->gpa, 3 * PAGE);
	assert_null(ranges_find_linear(&r, GVA + 2 * PAGE));
	assert_null(ranges_find_linear(&r, 8));
	ranges_remove(&r, 3 * PAGE);
	ranges_remove(&r, 4 * PAGE);
	assert_null(ranges_find_linear(&r, GVA));
	/* Its entry is another range's now, which a second removal of the page leaves alone. */
	add(8 * PAGE, PAGE, RW_TARGET_KERNEL_TEXT, 0)->gva = GVA;
	take();
	ranges_remove(&r, 3 * PAGE);
	assert_int_equal(ranges_find_linear(&r, GVA)->gpa, 8 * PAGE);
	assert_int_equal(r.pages.kind[RW_TARGET_KERNEL_TEXT], 1);
}

static void no_space(void **state)
{
	uint64_t i;

	(void)state;
	for (i = 0; i < ROOM - 1; i++) {
		add(i * 2 * PAGE, PAGE, 1, 0);
		take();
	}
	add(i * 2 * PAGE, PAGE, 1, 0);
	add((i + 1) * 2 * PAGE, PAGE, 1, 0);
	refused(-RW_ENOSPC, 0);
	add(i * 2 * PAGE, PAGE, 1, 0);
	take();
	add((i + 1) * 2 * PAGE, PAGE, 1, 0);
	refused(-RW_ENOSPC, 0);
	for (i = 0; i < RW_MAX_GUEST_OBJECTS; i++) {
		add(i * 32, 8, 3, RW_RANGE_OBJECT);
		take();
	}
	add(i * 32, 8, 3, RW_RANGE_OBJECT);
	refused(-RW_ENOSPC, 0);
	for (i = 0; i < ROOM * 2; i++)
		check_hit(i * PAGE + 4095, i % 2 ? 0 : 1, i % 2 ? 0 : GVA + i * PAGE + 4095);
}

/* The memory that holds the pages' state must have room for one range at least. */
static void no_room(void **state)
{
	static uint64_t small[(3 * 100 + 4 + 4 + 2 * sizeof(struct ranges_entry)) / 8 + 1];
	struct ranges own;

	(void)state;
	assert_int_equal(ranges_init(&own, small, 3 * 100, 100), -RW_ENOSPC);
	assert_int_equal(ranges_init(&own, small, 3 * 100 + 8 + sizeof(struct ranges_entry), 100),
			 -RW_ENOSPC);
	assert_int_equal(ranges_init(&own, small, sizeof(small), 100), 0);
	assert_int_equal(own.room, 1);
	/* The index has 16 bits. */
	assert_int_equal(ranges_init(&own, small, 1ull << 40, 100), 0);
	assert_int_equal(own.room, UINT16_MAX);
}

/* Random lists, compared with a plain map of pages. */
static void random_lists(void **state)
{
	static uint8_t map[256]; /* kind by page */
	struct input_error err;
	uint32_t round, i;
	uint64_t page;

	(void)state;
	srand(2);
	for (round = 0; round < 3000; round++) {
		static uint8_t next[256];
		bool clash = false;

		if (round % 50 == 0) {
			ranges_clear(&r);
			memset(map, 0, sizeof(map));
		}
		memcpy(next, map, sizeof(map));
		memset(&list, 0, sizeof(list));
		for (i = 1 + (uint32_t)rand() % 3; i; i--) {
			uint64_t first = (uint64_t)rand() % 240, count = 1 + (uint64_t)rand() % 8;
			uint32_t kind = 1 + (uint32_t)rand() % RW_TARGET_GUEST_LAST;

			add(first * PAGE, count * PAGE, kind, 0);
			for (page = first; page < first + count; page++) {
				clash |= next[page] != 0;
				next[page] = (uint8_t)kind;
			}
		}
		assert_int_equal(ranges_add(&r, &list, &err), clash ? -RW_EXISTS : 0);
		if (!clash)
			memcpy(map, next, sizeof(map));
		for (page = 0; page < 256; page++)
			check_hit(page * PAGE + round % PAGE, map[page],
				  map[page] ? GVA + page * PAGE + round % PAGE : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(find, clear),         cmocka_unit_test_setup(list_bounds, clear),
		cmocka_unit_test_setup(fields, clear),       cmocka_unit_test_setup(overflow, clear),
		cmocka_unit_test_setup(names, clear),        cmocka_unit_test_setup(not_ram, clear),
		cmocka_unit_test_setup(overlap, clear),      cmocka_unit_test_setup(lock_check, clear),
		cmocka_unit_test_setup(linear_start, clear), cmocka_unit_test_setup(by_linear_address, clear),
		cmocka_unit_test_setup(no_space, clear),     cmocka_unit_test_setup(random_lists, clear),
		cmocka_unit_test_setup(no_room, clear),
	};

	return cmocka_run_group_tests_name("hvpolicy_ranges", tests, NULL, NULL);
}

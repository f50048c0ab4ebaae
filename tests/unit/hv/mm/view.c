/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the views in hv/mm/nested.c with both vendors' entries. */
#include "tests/unit/hv/mm/machine.h"

#include "abi/hypercall.h"
#include "mm/page_pool.h"

static struct nested_view view;
static uint8_t before[HOST_REGION_PAGES * RW_PAGE_SIZE];

static void start(const struct nested_format *format, bool has_1g)
{
	machine_reset();
	machine.format = format;
	machine.has_1g = has_1g;
	assert_null(machine_start(1024));
	assert_int_equal(nested_view_init(&view), 0);
}

static bool same(const struct machine_map *a, const struct machine_map *b)
{
	return a->mapped == b->mapped && a->pa == b->pa && a->perm == b->perm && a->type == b->type;
}

/* The view equals the common map except for the @n pages @gpa, which are @pa with @perm. */
static void check(const uint64_t *gpa, const uint64_t *pa, unsigned int n, unsigned int perm)
{
	uint64_t root = nested_view_root(&view);

	for (uint64_t at = 0; at < SIZE_4G + SIZE_1G; at += PAGE_SIZE) {
		struct machine_map common = machine_walk(nested_root(NESTED_KERNEL), at),
				   m = machine_walk(root, at);
		unsigned int i;

		for (i = 0; i < n && gpa[i] != at; i++)
			;
		if (i == n) {
			if (!same(&common, &m))
				fail_msg("%lx differs: %lx, not %lx", at, m.pa, common.pa);
			continue;
		}
		assert_true(m.mapped);
		assert_int_equal(m.pa, pa[i]);
		assert_int_equal(m.perm, perm);
		assert_int_equal(m.type, MEM_WB);
		assert_int_equal(m.level, 1);
	}
}

static void replace(const uint64_t *gpa, const uint64_t *pa, unsigned int n, unsigned int perm)
{
	uint64_t pool = machine.boot.pool_phys;
	uint64_t views = hv_phys(view.table[0]) - pool; /* the common map's tables lie before the view's */

	memcpy(before, hv_virt(pool), views);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(nested_view_replace(&view, gpa[i], pa[i], perm), 0);
	assert_memory_equal(before, hv_virt(pool), views);
	check(gpa, pa, n, perm);
	nested_view_reset(&view, NESTED_KERNEL);
	check(NULL, NULL, 0, 0);
}

static void all_cases(void)
{
	static const uint64_t pa[] = { 0x7000, 0x9000, 0xb000 };
	const uint64_t far[] = { 0x1000, SIZE_1G + 0x3ff000, 3 * SIZE_1G + 0x12345000 };
	const uint64_t near[] = { SIZE_2M, SIZE_2M + PAGE_SIZE, SIZE_2M - PAGE_SIZE };
	const uint64_t hidden[] = { MACHINE_REGION, MACHINE_REGION + sizeof(host_region) - PAGE_SIZE,
				    MACHINE_REGION - PAGE_SIZE };
	const uint64_t again[] = { SIZE_1G, SIZE_1G };

	check(NULL, NULL, 0, 0);
	replace(far, pa, 3, NPERM_R | NPERM_W);
	replace(near, pa, 3, NPERM_RWX);
	replace(hidden, pa, 3, NPERM_R | NPERM_W);
	replace(again, pa + 1, 1, NPERM_R);

	/* In a table that the common map has split and that has its own permissions. */
	assert_int_equal(nested_set_perm(SIZE_1G + SIZE_2M - 2 * PAGE_SIZE, 4 * PAGE_SIZE, NPERM_R | NPERM_X),
			 0);
	nested_view_reset(&view, NESTED_KERNEL);
	replace((const uint64_t[]){ SIZE_1G + SIZE_2M - PAGE_SIZE, SIZE_1G + SIZE_2M }, pa, 2, NPERM_RWX);
}

static void test_ept(void **state)
{
	(void)state;
	start(&vmx_ept, true);
	all_cases();
}

static void test_ept_2m(void **state)
{
	(void)state;
	start(&vmx_ept, false);
	all_cases();
}

static void test_npt(void **state)
{
	(void)state;
	start(&svm_npt, true);
	all_cases();
}

/* Memory types in a leaf that the view splits follow the MTRRs. */
static void test_types(void **state)
{
	(void)state;
	machine_reset();
	machine.mtrr.base[0] = 0x80201000 | MEM_WC;
	machine.mtrr.mask[0] = 0xfffffff000 | BIT(11);
	machine.mtrr.var_count = 1;
	assert_null(machine_start(1024));
	assert_int_equal(nested_view_init(&view), 0);
	replace((const uint64_t[]){ 0x80000000, 0x80202000 }, (const uint64_t[]){ 0x7000, 0x8000 }, 2,
		NPERM_R);
}

/* Three pages always find room, also after a reset. A fourth in distant memory finds none. */
static void test_room(void **state)
{
	(void)state;
	start(&vmx_ept, true);
	for (unsigned int round = 0; round < 3; round++) {
		for (uint64_t i = 0; i < NESTED_VIEW_PAGES; i++)
			assert_int_equal(nested_view_replace(&view, i * SIZE_1G + (i << 39), 0x7000, NPERM_R),
					 0);
		assert_int_equal(nested_view_replace(&view, 3 * SIZE_1G, 0x7000, NPERM_R), -RW_ENOSPC);
		assert_int_equal(nested_view_replace(&view, 0, 0x8000, NPERM_R), 0);
		assert_int_equal(machine_walk(nested_view_root(&view), 0).pa, 0x8000);
		nested_view_reset(&view, NESTED_KERNEL);
	}
}

static void test_no_room(void **state)
{
	uint32_t used;

	(void)state;
	start(&vmx_ept, true);
	used = 1024 - (uint32_t)pool_left();
	for (uint32_t missing = 1; missing <= NESTED_VIEW_TABLES; missing++) {
		machine_reset();
		assert_null(machine_start(used - missing));
		assert_int_equal(nested_view_init(&view), -RW_ENOSPC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ept),   cmocka_unit_test(test_ept_2m), cmocka_unit_test(test_npt),
		cmocka_unit_test(test_types), cmocka_unit_test(test_room),   cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the permission that memory has which nobody named, on tables that tell execution by mode. */
#include "tests/unit/hv/mm/machine.h"

#include "arch/x86/regs.h"
#include "abi/hypercall.h"
#include "mm/page_pool.h"

#define DATA (NPERM_R | NPERM_W | NPERM_XU)
#define TEXT (NPERM_R | NPERM_X)

static void start(const struct nested_format *format)
{
	machine_reset();
	machine.format = format;
	machine.exec_modes = true;
	machine.boot.mem_top = 4 * SIZE_1G;
	assert_null(machine_start(64));
	assert_int_equal(nested_open(), NPERM_RWX);
	assert_int_equal(nested_set_perm(SIZE_1G + 0x5000, PAGE_SIZE, TEXT), 0);
	assert_int_equal(nested_set_perm(SIZE_1G + 0x6000, PAGE_SIZE, NPERM_R), 0);
	nested_set_open(DATA);
}

/* All of it changes, and nothing else. */
static void check_all(void)
{
	for (uint64_t gpa = 0; gpa < 4 * SIZE_1G; gpa += PAGE_SIZE) {
		unsigned int want = gpa == SIZE_1G + 0x5000 ? TEXT : gpa == SIZE_1G + 0x6000 ? NPERM_R : DATA;

		if (!hv_owns(gpa, 1) && nested_perm(gpa) != want)
			fail_msg("page %lx: permissions %x", gpa, nested_perm(gpa));
	}
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 2 * SIZE_1G).perm, DATA);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 2 * SIZE_1G).level, 3);
}

/* What is mapped later has it, and what is nobody's again joins the large page that it came from. */
static void check_later(void)
{
	assert_int_equal(nested_map_late(8 * SIZE_1G), NESTED_MAPPED);
	assert_int_equal(nested_perm(8 * SIZE_1G), DATA);
	assert_int_equal(nested_set_perm(SIZE_1G + 0x5000, 2 * PAGE_SIZE, DATA), 0);
	nested_merge(SIZE_1G + 0x5000, 2 * PAGE_SIZE);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G + 0x5000).level, 3);
	nested_set_open(NPERM_RWX);
	assert_int_equal(nested_perm(SIZE_1G + 0x5000), NPERM_RWX);
	assert_int_equal(nested_perm(8 * SIZE_1G), NPERM_RWX);
}

static void test_ept(void **state)
{
	(void)state;
	start(&vmx_ept);
	check_all();
	check_later();
}

static void test_npt(void **state)
{
	(void)state;
	start(&svm_npt);
	check_all();
	check_later();
}

/* A map for each mode: the same but for execution. */
static void check_maps(void)
{
	for (uint64_t gpa = 0; gpa < 16 * SIZE_1G; gpa += gpa < 4 * SIZE_1G ? PAGE_SIZE : SIZE_2M) {
		struct machine_map k = machine_walk(nested_root(NESTED_KERNEL), gpa);
		struct machine_map u = machine_walk(nested_root(NESTED_USER), gpa);
		unsigned int perm = nested_perm(gpa);

		if (k.mapped != u.mapped || k.pa != u.pa || k.level != u.level || k.type != u.type ||
		    k.perm != ((perm & 3) | (perm & NPERM_XS ? NPERM_X : 0)) ||
		    u.perm != ((perm & 3) | (perm & NPERM_XU ? NPERM_X : 0)))
			fail_msg("page %lx: %x, in the maps %x and %x", gpa, perm, k.perm, u.perm);
	}
}

static void maps(const struct nested_format *format)
{
	machine_reset();
	machine.format = format;
	machine.by_mode = true;
	machine.boot.mem_top = 4 * SIZE_1G;
	assert_null(machine_start(128));
	check_maps();
	assert_int_equal(nested_set_perm(SIZE_1G + 0x5000, PAGE_SIZE, NPERM_R | NPERM_XS), 0);
	assert_int_equal(nested_set_perm(SIZE_1G + 0x6000, PAGE_SIZE, NPERM_R), 0);
	assert_int_equal(nested_set_perm(2 * SIZE_1G, SIZE_2M, NPERM_R | NPERM_XS), 0);
	nested_set_open(DATA);
	check_maps();
	for (uint64_t gpa = 5 * SIZE_1G; gpa < 16 * SIZE_1G; gpa += SIZE_1G)
		assert_int_not_equal(nested_map_late(gpa), NESTED_NOT_LATE);
	check_maps();
	machine.mtrr.var_count = 1;
	machine.mtrr.base[0] = (3 * SIZE_1G + SIZE_2M) | MEM_UC;
	machine.mtrr.mask[0] = ((1ull << 40) - SIZE_2M) | 1ull << 11;
	assert_int_equal(nested_retype(), format->types);
	check_maps();
	assert_int_equal(nested_set_perm(SIZE_1G + 0x5000, 2 * PAGE_SIZE, DATA), 0);
	nested_merge(SIZE_1G + 0x5000, 2 * PAGE_SIZE);
	assert_int_equal(machine_walk(nested_root(NESTED_USER), SIZE_1G + 0x5000).level, 3);
	check_maps();
}

static void test_maps_ept(void **state)
{
	(void)state;
	maps(&vmx_ept);
}

static void test_maps_npt(void **state)
{
	(void)state;
	maps(&svm_npt);
}

/* A CPU's own page in user mode's map stays through changes of permissions and merges. */
static void test_swap(void **state)
{
	const uint64_t at = SIZE_1G + 0x5000, other = MACHINE_REGION;

	(void)state;
	machine_reset();
	machine.by_mode = true;
	machine.boot.mem_top = 4 * SIZE_1G;
	assert_null(machine_start(128));
	assert_int_equal(nested_swap(0, 8 * SIZE_1G, other), -RW_EINVAL);
	assert_int_equal(nested_swap(0, at, other), 0);
	nested_set_open(DATA);
	nested_merge(at, PAGE_SIZE);
	assert_int_equal(nested_set_perm(at - PAGE_SIZE, 3 * PAGE_SIZE, NPERM_R | NPERM_W), 0);
	for (uint64_t gpa = SIZE_1G; gpa < SIZE_1G + SIZE_2M; gpa += PAGE_SIZE) {
		assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), gpa).pa, gpa);
		assert_int_equal(machine_walk(nested_root(NESTED_USER), gpa).pa, gpa == at ? other : gpa);
	}
	assert_int_equal(machine_walk(nested_root(NESTED_USER), at).perm, NPERM_R | NPERM_W);
	/* It moves, and goes. */
	assert_int_equal(nested_swap(0, 2 * SIZE_1G, other), 0);
	assert_int_equal(machine_walk(nested_root(NESTED_USER), at).pa, at);
	assert_int_equal(machine_walk(nested_root(NESTED_USER), 2 * SIZE_1G).pa, other);
	assert_int_equal(nested_swap(0, 2 * SIZE_1G, 0), 0);
	check_maps();
	nested_merge(2 * SIZE_1G, PAGE_SIZE);
	assert_int_equal(machine_walk(nested_root(NESTED_USER), 2 * SIZE_1G).level, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ept), cmocka_unit_test(test_npt),
					    cmocka_unit_test(test_maps_ept), cmocka_unit_test(test_maps_npt),
					    cmocka_unit_test(test_swap) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

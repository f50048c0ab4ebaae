/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the permission that memory has which nobody named, on tables that tell execution by mode. */
#include "tests/unit/hv/mm/machine.h"

#include "arch/x86/regs.h"
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
	assert_int_equal(machine_walk(nested_root(), 2 * SIZE_1G).perm, DATA);
	assert_int_equal(machine_walk(nested_root(), 2 * SIZE_1G).level, 3);
}

/* What is mapped later has it, and what is nobody's again joins the large page that it came from. */
static void check_later(void)
{
	assert_int_equal(nested_map_late(8 * SIZE_1G), NESTED_MAPPED);
	assert_int_equal(nested_perm(8 * SIZE_1G), DATA);
	assert_int_equal(nested_set_perm(SIZE_1G + 0x5000, 2 * PAGE_SIZE, DATA), 0);
	nested_merge(SIZE_1G + 0x5000, 2 * PAGE_SIZE);
	assert_int_equal(machine_walk(nested_root(), SIZE_1G + 0x5000).level, 3);
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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ept), cmocka_unit_test(test_npt) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/mm/guest_copy.c and hv/mm/page_pool.c: bounds. */
#include "tests/unit/hv/mm/machine.h"

#include "abi/hypercall.h"
#include "mm/guest_copy.h"
#include "mm/page_pool.h"

#define RAM_END sizeof(host_ram)

static int reset(void **state)
{
	(void)state;
	machine_reset();
	/* A hole from 0x5000 to 0x8000. */
	machine.boot.ram[0] = (struct rw_mem_range){ 0x1000, 0x4000 };
	machine.boot.ram[1] = (struct rw_mem_range){ 0x8000, RAM_END - 0x8000 };
	machine.boot.range_count = 2;
	memset(host_ram, 0, sizeof(host_ram));
	return machine_start(256) != NULL;
}

static void test_is_ram(void **state)
{
	(void)state;
	assert_false(guest_is_ram(0, 1));
	assert_false(guest_is_ram(0xfff, 2));
	assert_true(guest_is_ram(0x1000, 0x4000));
	assert_false(guest_is_ram(0x1000, 0x4001));
	assert_true(guest_is_ram(0x4fff, 1));
	assert_false(guest_is_ram(0x4fff, 2));
	assert_false(guest_is_ram(0x5000, 1));
	assert_false(guest_is_ram(0x7fff, 1));
	assert_true(guest_is_ram(0x8000, RAM_END - 0x8000));
	assert_false(guest_is_ram(RAM_END - 1, 2));
	assert_false(guest_is_ram(RAM_END, 1));
	assert_false(guest_is_ram(MACHINE_REGION, 1));
	assert_false(guest_is_ram(~0ull, 1));
	assert_false(guest_is_ram(0x1000, ~0ull));
	assert_false(guest_is_ram(0x2000, 0ull - 0x2000));
	assert_false(guest_is_ram(0x2000, 0ull - 0x1000));
	machine.boot.range_count = 0;
	assert_false(guest_is_ram(0x1000, 1));
}

static void test_copy(void **state)
{
	char text[8] = "hello";

	(void)state;
	assert_int_equal(guest_write(0x2ffe, text, 6), 0);
	memset(text, 0, sizeof(text));
	assert_int_equal(guest_read(0x2ffe, text, 6), 0);
	assert_string_equal(text, "hello");
	assert_ptr_equal(guest_page(0x2fff), host_ram + 0x2000);
	assert_null(guest_page(0x5000));
	assert_null(guest_page(~0ull));
	/* A refused copy copies nothing. */
	assert_int_equal(guest_read(0x4ffe, text, 6), -RW_EFAULT);
	assert_string_equal(text, "hello");
	assert_int_equal(guest_write(0x4ffe, text, 6), -RW_EFAULT);
	assert_int_equal(host_ram[0x4ffe], 0);
}

/* The guest cannot bypass the protection through the hypervisor, at the first byte or at the last. */
static void test_protected(void **state)
{
	char text[8] = "hello";

	(void)state;
	assert_int_equal(nested_set_perm(0x3000, PAGE_SIZE, NPERM_R | NPERM_X), 0);
	assert_int_equal(guest_write(0x3000, text, 1), -RW_EFAULT);
	assert_int_equal(guest_write(0x2fff, text, 2), -RW_EFAULT);
	assert_int_equal(guest_write(0x3fff, text, 2), -RW_EFAULT);
	assert_int_equal(guest_write(0x2ffe, text, 2), 0);
	assert_int_equal(guest_write(0x4000, text, 2), 0);
	assert_int_equal(guest_read(0x3000, text, 2), 0);
	for (unsigned int i = 0x3000; i < 0x4000; i++)
		assert_int_equal(host_ram[i], 0);
}

static void test_pool(void **state)
{
	uint8_t *first, *second;
	size_t left = pool_left();

	(void)state;
	memset(host_region, 0xee, sizeof(host_region));
	first = pool_alloc(1);
	second = pool_alloc(3);
	assert_non_null(first);
	assert_ptr_equal(second, first + PAGE_SIZE);
	for (unsigned int i = 0; i < 4 * PAGE_SIZE; i++)
		assert_int_equal(first[i], 0);
	assert_int_equal(first[4 * PAGE_SIZE], 0xee);
	assert_int_equal(pool_left(), left - 4);
	assert_null(pool_alloc(left - 3));
	assert_int_equal(pool_left(), left - 4);
	assert_non_null(pool_alloc(left - 4));
	assert_null(pool_alloc(1));
	assert_ptr_equal(hv_virt(hv_phys(second)), second);
	assert_int_equal(hv_phys(host_region), MACHINE_REGION);
}

static void test_owns(void **state)
{
	uint64_t end = MACHINE_REGION + sizeof(host_region);

	(void)state;
	assert_false(hv_owns(MACHINE_REGION - 1, 1));
	assert_true(hv_owns(MACHINE_REGION - 1, 2));
	assert_true(hv_owns(MACHINE_REGION, 1));
	assert_true(hv_owns(end - 1, 1));
	assert_false(hv_owns(end, 1));
	assert_true(hv_owns(0, ~0ull));
	assert_false(hv_owns(~0ull, ~0ull));
	assert_false(hv_owns(0, MACHINE_REGION));
	assert_true(hv_owns(0, MACHINE_REGION + 1));
	assert_true(hv_owns(end - 1, ~0ull));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_is_ram, reset),    cmocka_unit_test_setup(test_copy, reset),
		cmocka_unit_test_setup(test_protected, reset), cmocka_unit_test_setup(test_pool, reset),
		cmocka_unit_test_setup(test_owns, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the policy area's directory: the agent finds what the loader writes, and refuses damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/policy_area.h"

#define PAGES 3u

static union {
	struct rw_policy_dir dir;
	uint8_t bytes[PAGES * RW_PAGE_SIZE];
} area;

static int fill(void **state)
{
	(void)state;
	memset(&area, 0, sizeof(area));
	policy_area_start(&area.dir);
	policy_area_add(&area.dir, RW_POLICY_MONITOR, 65);
	policy_area_add(&area.dir, RW_POLICY_ACCESS, 2 * RW_PAGE_SIZE);
	return 0;
}

static void test_places(void **state)
{
	const struct rw_policy_entry *e = area.dir.image;

	(void)state;
	assert_int_equal(area.dir.count, 2);
	assert_int_equal(area.dir.size, sizeof(area));
	assert_int_equal(e[0].offset, sizeof(area.dir));
	assert_int_equal(e[1].offset, e[0].offset + 128);
	assert_int_equal(e[1].offset % RW_POLICY_ALIGN, 0);
}

static void test_images_are_found(void **state)
{
	uint32_t size = 7;

	(void)state;
	assert_int_equal(policy_area_check(&area, sizeof(area)), 0);
	assert_ptr_equal(policy_area_image(&area, RW_POLICY_ACCESS, &size),
			 area.bytes + area.dir.image[1].offset);
	assert_int_equal(size, 2 * RW_PAGE_SIZE);
	assert_ptr_equal(policy_area_image(&area, RW_POLICY_MONITOR, &size),
			 area.bytes + area.dir.image[0].offset);
	assert_int_equal(size, 65);
	size = 7;
	assert_null(policy_area_image(&area, RW_POLICY_KIND_COUNT, &size));
	assert_int_equal(size, 7);
}

static void test_room(void **state)
{
	struct rw_policy_dir dir;

	(void)state;
	policy_area_start(&dir);
	assert_int_equal(dir.size, RW_PAGE_SIZE);
	assert_int_equal(policy_area_add(&dir, 1, RW_POLICY_BYTES_MAX - sizeof(dir) + 1), 0);
	assert_int_equal(policy_area_add(&dir, 1, UINT32_MAX), 0);
	assert_int_equal(dir.count, 0);
	assert_int_equal(policy_area_add(&dir, 1, RW_POLICY_BYTES_MAX - sizeof(dir)), sizeof(dir));
	assert_int_equal(dir.size, RW_POLICY_BYTES_MAX);
	assert_int_equal(policy_area_add(&dir, 2, 1), 0);
	policy_area_start(&dir);
	for (uint32_t i = 1; i <= RW_POLICY_IMAGES; i++)
		assert_int_not_equal(policy_area_add(&dir, i, 0), 0);
	assert_int_equal(policy_area_add(&dir, RW_POLICY_IMAGES + 1, 0), 0);
}

static void test_damage(void **state)
{
	struct rw_policy_dir *dir = &area.dir;
	uint32_t *const wrong[] = { &dir->magic,           &dir->version,        &dir->size,
				    &dir->count,           &dir->image[0].size,  &dir->image[1].size,
				    &dir->image[1].offset, &dir->image[0].offset };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint32_t good = *wrong[i];

		*wrong[i] = 0xffffffc0;
		assert_int_equal(policy_area_check(dir, sizeof(area)), -1);
		*wrong[i] = good;
		assert_int_equal(policy_area_check(dir, sizeof(area)), 0);
	}
	dir->image[1].offset++;
	dir->image[1].size--;
	assert_int_equal(policy_area_check(dir, sizeof(area)), -1);
	assert_int_equal(policy_area_check(dir, sizeof(*dir) - 1), -1);
	assert_int_equal(policy_area_check(dir, RW_POLICY_BYTES_MAX + RW_PAGE_SIZE), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_places, fill),
		cmocka_unit_test_setup(test_images_are_found, fill),
		cmocka_unit_test_setup(test_room, fill),
		cmocka_unit_test_setup(test_damage, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

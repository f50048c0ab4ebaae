/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/sites.c: pages in order, hostile pages, and finding a site. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protect/sites.h"

static struct sites sites;
static struct rw_site area[400];
static struct rw_site_page page;
static struct rw_patching patching;
static struct input_error err;

static int reset(void **state)
{
	(void)state;
	sites_init(&sites, area, sizeof(area));
	memset(&page, 0, sizeof(page));
	memset(&patching, 0, sizeof(patching));
	patching.tracer[0] = (struct rw_tracer){ 0x1000, 0x1100, 0x1010, 0x1020, 0 };
	patching.tracer[1] = (struct rw_tracer){ 0x2000, 0x2100, 0x2010, 0x2020, 0x2080 };
	return 0;
}

static void put(uint32_t off, uint8_t kind, uint8_t len)
{
	page.site[page.count++] = (struct rw_site){ off, 0, kind, len, 0 };
}

static int send(void)
{
	int ret = sites_add_page(&sites, &page, &err);

	page.count = 0;
	return ret;
}

static void test_in_order(void **state)
{
	(void)state;
	put(0, RW_SITE_CALL, 5);
	put(5, RW_SITE_LOCK, 1);
	assert_int_equal(send(), 0);
	put(100, RW_SITE_TAIL, 6);
	assert_int_equal(send(), 0);
	assert_int_equal(sites.count, 3);
	assert_ptr_equal(sites_find(&sites, RW_SYMBOL_BASE), &area[0]);
	assert_ptr_equal(sites_find(&sites, RW_SYMBOL_BASE + 4), &area[0]);
	assert_ptr_equal(sites_find(&sites, RW_SYMBOL_BASE + 5), &area[1]);
	assert_null(sites_find(&sites, RW_SYMBOL_BASE + 6));
	assert_ptr_equal(sites_find(&sites, RW_SYMBOL_BASE + 105), &area[2]);
	assert_null(sites_find(&sites, RW_SYMBOL_BASE + 106));
	assert_null(sites_find(&sites, RW_SYMBOL_BASE - 1));
	assert_null(sites_find(&sites, RW_SYMBOL_BASE + (1ull << 32)));
	sites_clear(&sites);
	assert_null(sites_find(&sites, RW_SYMBOL_BASE));
}

/* The answer is the same whatever was looked up before. */
static void test_order_of_lookups(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		put(i * 10, RW_SITE_CALL, 5);
	assert_int_equal(send(), 0);
	for (uint32_t i = 0; i < 100; i++)
		assert_ptr_equal(sites_find(&sites, RW_SYMBOL_BASE + i * 10 + 4), &area[i]);
	for (uint32_t i = 0; i < 10000; i++) {
		uint32_t off = (uint32_t)rand() % 1000;

		assert_ptr_equal(sites_find(&sites, RW_SYMBOL_BASE + off),
				 off % 10 < 5 ? &area[off / 10] : NULL);
	}
}

/* All of a page or nothing. */
static void test_hostile_pages(void **state)
{
	(void)state;
	assert_int_equal(send(), -RW_EINVAL); /* none */
	for (uint32_t i = 0; i < RW_SITES_PER_PAGE; i++)
		put(5 * i, RW_SITE_CALL, 5);
	page.count++;
	assert_int_equal(send(), -RW_EINVAL);
	assert_string_equal(err.what, "number of sites is not 1 to 340");
	put(0, RW_SITE_CALL, 5);
	page.reserved[2] = 1;
	assert_int_equal(send(), -RW_EINVAL);
	page.reserved[2] = 0;
	put(0, RW_SITE_CALL, 5);
	put(4, RW_SITE_CALL, 5); /* overlaps */
	assert_int_equal(send(), -RW_EINVAL);
	assert_int_equal(err.index, 1);
	put(0, RW_SITE_CALL, 5);
	put(9, RW_SITE_KINDS, 5);
	assert_int_equal(send(), -RW_EINVAL);
	assert_int_equal(sites.count, 0);
	put(10, RW_SITE_CALL, 5);
	assert_int_equal(send(), 0);
	put(9, RW_SITE_LOCK, 1); /* precedes the last page */
	assert_int_equal(send(), -RW_EINVAL);
	assert_int_equal(sites.count, 1);
}

static void test_room(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < RW_SITES_PER_PAGE; i++)
		put(10 * i, RW_SITE_CALL, 5);
	assert_int_equal(send(), 0);
	for (uint32_t i = 0; i < 61; i++)
		put(10000 + 10 * i, RW_SITE_CALL, 5);
	assert_int_equal(send(), -RW_ENOSPC);
	assert_int_equal(sites.count, RW_SITES_PER_PAGE);
}

static void test_description(void **state)
{
	(void)state;
	assert_int_equal(sites_describe(&sites, &patching, &err), 0);
	assert_int_equal(sites_describe(&sites, &patching, &err), -RW_EXISTS);
	sites_clear(&sites);
	assert_int_equal(sites_describe(&sites, &(struct rw_patching){ 0 }, &err), 0);
}

static void test_hostile_description(void **state)
{
	static const struct rw_tracer bad[] = {
		{ 0, 0x1000, 0, 0, 0 },
		{ 0x1000, 0x1000, 0x1000, 0x1000, 0 },
		{ 0x1000, 0x1201, 0x1010, 0x1020, 0 },
		{ 0x1000, 0x1100, 0x10fa, 0x1020, 0 },
		{ 0x1000, 0x1100, 0x1010, 0x10fc, 0 },
		{ 0x1000, 0x1100, 0xfff, 0x1020, 0 },
		{ 0x1000, 0x1100, 0x1010, 0x1020, 0x10ff },
		{ 0x1000, 0x1004, 0x1000, 0x1000, 0 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		patching.tracer[1] = bad[i];
		assert_int_equal(sites_describe(&sites, &patching, &err), -RW_EINVAL);
		assert_int_equal(err.index, 1);
	}
	patching.tracer[1] = (struct rw_tracer){ 0 };
	patching.flags = 2;
	assert_int_equal(sites_describe(&sites, &patching, &err), -RW_EINVAL);
	assert_false(sites.described);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_in_order, reset),
		cmocka_unit_test_setup(test_order_of_lookups, reset),
		cmocka_unit_test_setup(test_hostile_pages, reset),
		cmocka_unit_test_setup(test_room, reset),
		cmocka_unit_test_setup(test_description, reset),
		cmocka_unit_test_setup(test_hostile_description, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

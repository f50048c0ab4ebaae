/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/symbols.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protect/symbols.h"

static struct rw_symbol_page page;

static void page_clear(void)
{
	memset(&page, 0, sizeof(page));
}

static void page_add(uint32_t addr_off, const char *name)
{
	uint8_t *to = page.data + page.bytes;
	size_t len = strlen(name);

	assert_true(page.bytes + 5 + len <= sizeof(page.data));
	memcpy(to, &addr_off, 4);
	to[4] = (uint8_t)len;
	memcpy(to + 5, name, len);
	page.bytes += (uint32_t)(5 + len);
	page.count++;
}

static struct symbols *symbols_new(uint32_t size)
{
	struct symbols *s = malloc(sizeof(*s));
	void *area = malloc(size ? size : 1);

	assert_true(s && area);
	memset(area, 0xee, size);
	symbols_init(s, area, size);
	page_clear();
	return s;
}

static void symbols_end(struct symbols *s)
{
	free(s->area);
	free(s);
}

static void check_hit(struct symbols *s, uint64_t off, const char *name, uint64_t name_off)
{
	struct symbols_hit hit;

	assert_int_equal(symbols_lookup(s, RW_SYMBOL_BASE + off, RW_SYMBOL_BASE, &hit), 0);
	assert_int_equal(hit.len, strlen(name));
	assert_memory_equal(hit.name, name, hit.len);
	assert_int_equal(hit.off, name_off);
}

/* The page is refused and the table is unchanged. */
static void check_refused(struct symbols *s, int code, uint32_t index)
{
	struct symbols before = *s;
	uint8_t *area = malloc(s->size);
	struct input_error err = { 0 };

	assert_non_null(area);
	memcpy(area, s->area, s->size);
	assert_int_equal(symbols_add_page(s, &page, &err), code);
	assert_non_null(err.what);
	assert_int_equal(err.index, index);
	assert_memory_equal(&before, s, sizeof(before));
	assert_memory_equal(area, s->area, s->size);
	free(area);
}

static void lookup(void **state)
{
	struct symbols *s = symbols_new(4096);
	struct symbols_hit hit;
	struct input_error err;

	(void)state;
	assert_int_equal(symbols_lookup(s, RW_SYMBOL_BASE, 0, &hit), -RW_EINVAL);
	page_add(0x1000, "_text");
	page_add(0x1000, "alias_of_text");
	page_add(0x1010, "f");
	page_add(0x7fffffff, "the_very_last");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	assert_int_equal(s->count, 3);
	assert_int_equal(symbols_lookup(s, 0, 0, &hit), -RW_EINVAL);
	assert_int_equal(symbols_lookup(s, RW_SYMBOL_BASE - 1, 0, &hit), -RW_EINVAL);
	assert_int_equal(symbols_lookup(s, RW_SYMBOL_BASE, 0, &hit), -RW_EINVAL);
	assert_int_equal(symbols_lookup(s, RW_SYMBOL_BASE + 0xfff, 0, &hit), -RW_EINVAL);
	check_hit(s, 0x1000, "_text", 0);
	check_hit(s, 0x100f, "_text", 15);
	check_hit(s, 0x1010, "f", 0);
	check_hit(s, 0x7ffffffe, "f", 0x7ffffffe - 0x1010);
	check_hit(s, 0x7fffffff, "the_very_last", 0); /* address 2^64 - 1 */
	/* The symbol must lie in the range that was hit. */
	assert_int_equal(symbols_lookup(s, RW_SYMBOL_BASE + 0x1020, RW_SYMBOL_BASE + 0x1010, &hit), 0);
	assert_int_equal(symbols_lookup(s, RW_SYMBOL_BASE + 0x1020, RW_SYMBOL_BASE + 0x1011, &hit),
			 -RW_EINVAL);
	symbols_end(s);
}

/* The answer is the same whatever was looked up before: upwards, two places in turn, or anywhere. */
static void order_of_lookups(void **state)
{
	struct symbols *s = symbols_new(8192);
	struct input_error err;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		page_add(0x1000 + i * 16, "f");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	for (uint32_t i = 0; i < 100; i++) {
		check_hit(s, 0x1000 + i * 16 + 15, "f", 15);
		check_hit(s, 0x1000 + 50 * 16, "f", 0);
	}
	for (uint32_t i = 0; i < 10000; i++) {
		uint32_t off = (uint32_t)rand() % (100 * 16);

		check_hit(s, 0x1000 + off, "f", off % 16);
	}
	symbols_end(s);
}

static void order_over_calls(void **state)
{
	struct symbols *s = symbols_new(4096);
	struct input_error err;

	(void)state;
	page_add(0, "zero");
	page_add(5, "five");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	page_clear();
	assert_int_equal(symbols_add_page(s, &page, &err), 0); /* none */
	page_add(4, "four");
	check_refused(s, -RW_EINVAL, 0);
	page_clear();
	page_add(5, "five again");
	page_add(6, "six");
	page_add(6, "six again");
	page_add(9, "nine");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	check_hit(s, 4, "zero", 4);
	check_hit(s, 5, "five", 0);
	check_hit(s, 8, "six", 2);
	check_hit(s, 10, "nine", 1);
	page_clear();
	page_add(10, "a");
	page_add(12, "b");
	page_add(11, "c");
	check_refused(s, -RW_EINVAL, 2);
	symbols_end(s);
}

static void names(void **state)
{
	static const char bad[] = { 0, 1, '\t', '\n', 0x1f, 0x7f, (char)0x80, (char)0xff };
	struct symbols *s = symbols_new(4096);
	char name[65];
	struct input_error err;
	size_t i;

	(void)state;
	memset(name, 'n', sizeof(name));
	name[63] = 0;
	page_add(1, "x");
	page_add(2, name);
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	check_hit(s, 1, "x", 0);
	check_hit(s, 2, name, 0);
	page_clear();
	page_add(3, "y");
	page_add(3, "");
	check_refused(s, -RW_EINVAL, 1);
	page_clear();
	name[63] = 'n';
	name[64] = 0;
	page_add(3, name);
	check_refused(s, -RW_EINVAL, 0);
	for (i = 0; i < sizeof(bad); i++) {
		page_clear();
		page_add(3, "good");
		page_add(4, "a?b");
		page.data[page.bytes - 2] = (uint8_t)bad[i];
		check_refused(s, -RW_EINVAL, 1);
	}
	page_clear();
	page_add(4, "ringward:.text ~ !");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	symbols_end(s);
}

static void counts_and_bytes(void **state)
{
	struct symbols *s = symbols_new(65536);
	struct input_error err;
	char name[16];
	uint32_t i;

	(void)state;
	page_add(1, "abc");
	page.bytes--;
	check_refused(s, -RW_EINVAL, 0);
	page.bytes += 2;
	check_refused(s, -RW_EINVAL, 1);
	page.bytes--;
	page.count = 2;
	check_refused(s, -RW_EINVAL, 1);
	page.count = UINT32_MAX;
	check_refused(s, -RW_EINVAL, 1);
	page.count = 0;
	check_refused(s, -RW_EINVAL, 0);
	page.count = 1;
	page.bytes = 4;
	check_refused(s, -RW_EINVAL, 0);
	page.bytes = 0;
	check_refused(s, -RW_EINVAL, 0);
	page.bytes = RW_SYMBOL_PAGE_BYTES + 1;
	check_refused(s, -RW_EINVAL, 0);
	page.bytes = UINT32_MAX;
	check_refused(s, -RW_EINVAL, 0);

	/* A page filled to its last byte: 4088 = 511 * 8. */
	page_clear();
	for (i = 0; i < 511; i++) {
		snprintf(name, sizeof(name), "%03u", i);
		page_add(i * 16, name);
	}
	assert_int_equal(page.bytes, RW_SYMBOL_PAGE_BYTES);
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	for (i = 0; i < 511 * 16; i++) {
		snprintf(name, sizeof(name), "%03u", i / 16);
		check_hit(s, i, name, i % 16);
	}
	/* Its last name crosses the end. */
	page.data[RW_SYMBOL_PAGE_BYTES - 4] = 4;
	check_refused(s, -RW_EINVAL, 0);
	symbols_end(s);
}

static void address_bounds(void **state)
{
	struct symbols *s = symbols_new(4096);
	struct input_error err;

	(void)state;
	page_add(0x80000000u, "beyond");
	check_refused(s, -RW_EINVAL, 0);
	page_clear();
	page_add(0, "base");
	page_add(UINT32_MAX, "beyond");
	check_refused(s, -RW_EINVAL, 1);
	page_clear();
	page_add(0, "base");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	check_hit(s, 0, "base", 0);
	symbols_end(s);
}

static void no_space(void **state)
{
	struct symbols *s = symbols_new(2 * (8 + 1 + 5));
	struct input_error err;

	(void)state;
	page_add(1, "12345");
	page_add(2, "123456");
	check_refused(s, -RW_ENOSPC, 0);
	page_clear();
	page_add(1, "12345");
	page_add(1, "a second name takes no room, however long it is");
	page_add(2, "54321");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	check_hit(s, 1, "12345", 0);
	check_hit(s, 2, "54321", 0);
	page_clear();
	page_add(2, "again");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	page_add(3, "x");
	check_refused(s, -RW_ENOSPC, 0);
	symbols_end(s);
	s = symbols_new(0);
	page_add(1, "x");
	assert_int_equal(symbols_add_page(s, &page, &err), -RW_ENOSPC);
	symbols_end(s);
}

static void random_pages(void **state)
{
	struct symbols *s = symbols_new(1u << 20);
	struct input_error err;
	struct symbols_hit hit;
	uint32_t round, i;

	(void)state;
	srand(1);
	for (round = 0; round < 20000; round++) {
		page_clear();
		for (i = 0; i < 20; i++)
			page_add(round * 64 + i, "name_of_a_symbol" + rand() % 16);
		for (i = rand() % 3; i; i--)
			page.data[(uint32_t)rand() % (page.bytes + 1)] ^= (uint8_t)(1 << rand() % 8);
		if (rand() % 8 == 0)
			page.bytes ^= 1u << rand() % 32;
		if (rand() % 8 == 0)
			page.count ^= 1u << rand() % 32;
		symbols_add_page(s, &page, &err);
		assert_true(s->count * sizeof(struct symbols_entry) <= s->names && s->names <= s->size);
	}
	for (i = 1; i < s->count; i++) {
		const struct symbols_entry *entry = (const void *)s->area;

		assert_true(entry[i].addr_off > entry[i - 1].addr_off);
		assert_int_equal(symbols_lookup(s, RW_SYMBOL_BASE + entry[i].addr_off, 0, &hit), 0);
		assert_int_equal(hit.off, 0);
		assert_in_range(hit.len, 1, SYMBOL_NAME_MAX);
	}
	assert_true(s->count > 1000);
	symbols_end(s);
}

/* As for another kernel: nothing is found, and the whole area accepts names from any address on. */
static void clear(void **state)
{
	struct symbols *s = symbols_new(256);
	struct input_error err;
	struct symbols_hit hit;
	uint8_t *area = s->area;

	(void)state;
	page_add(0x2000, "later");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	symbols_clear(s);
	assert_int_equal(symbols_lookup(s, RW_SYMBOL_BASE + 0x2000, 0, &hit), -RW_EINVAL);
	assert_ptr_equal(s->area, area);
	assert_int_equal(s->names, s->size);
	page_clear();
	page_add(0x1000, "earlier");
	assert_int_equal(symbols_add_page(s, &page, &err), 0);
	check_hit(s, 0x1004, "earlier", 4);
	symbols_end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookup),
		cmocka_unit_test(order_of_lookups),
		cmocka_unit_test(order_over_calls),
		cmocka_unit_test(names),
		cmocka_unit_test(counts_and_bytes),
		cmocka_unit_test(address_bounds),
		cmocka_unit_test(no_space),
		cmocka_unit_test(random_pages),
		cmocka_unit_test(clear),
	};

	return cmocka_run_group_tests_name("hvpolicy_symbols", tests, NULL, NULL);
}

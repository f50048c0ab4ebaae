/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwpolicy learn: which names files have from the system's root and from others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/rwpolicy/seen.h"

#define DISK      1u
#define CONTAINER 2u
#define TOP       2u /* inode of a file system's root */

static struct seen s;

static struct seen_file file(uint64_t dev, uint64_t ino, const char *path)
{
	return (struct seen_file){ .dev = dev, .ino = ino, .path = path, .len = strlen(path) };
}

static void add(uint64_t ino, const char *path)
{
	struct seen_file f = file(DISK, ino, path);

	seen_add(&s, &f);
}

static void compare(uint64_t root_dev, uint64_t root_ino, uint64_t dev, uint64_t ino, const char *path)
{
	struct seen_file f = file(dev, ino, path);

	seen_compare(&s, root_dev, root_ino, &f);
}

static void start(void)
{
	seen_free(&s);
	add(12, "/usr/bin/cat");
	add(11, "/etc/hosts");
	add(11, "/etc/hosts");
	add(10, "/srv/a");
	add(10, "/srv/b");
	seen_sort(&s);
}

static void test_names_are_found(void **state)
{
	(void)state;
	start();
	assert_int_equal(s.files, 4);
	assert_string_equal(seen_find(&s, DISK, 11)->path, "/etc/hosts");
	assert_memory_equal(seen_find(&s, DISK, 10)->path, "/srv/", 5);
	assert_null(seen_find(&s, CONTAINER, 11));
	assert_null(seen_find(&s, DISK, 13));
}

/* A service sees the system's files, and some directories of its own. */
static void test_root_of_a_service(void **state)
{
	(void)state;
	start();
	compare(DISK, TOP, DISK, 11, "/etc/hosts");
	compare(DISK, TOP, DISK, 10, "/srv/b");
	compare(DISK, TOP, DISK, 10, "/srv/a");
	compare(DISK, TOP, DISK, 12, "/tmp/cat");
	assert_true(seen_is_system(&s, DISK, TOP));
	assert_false(seen_is_system(&s, DISK, TOP + 1));
}

/* A directory as root shows the system's files by other names; an image shows other files. */
static void test_other_roots(void **state)
{
	(void)state;
	start();
	compare(DISK, 100, DISK, 10, "/a");
	compare(DISK, 100, DISK, 10, "/b");
	compare(CONTAINER, TOP, CONTAINER, 11, "/etc/hosts");
	assert_false(seen_is_system(&s, DISK, 100));
	assert_false(seen_is_system(&s, CONTAINER, TOP));
}

/* As many by other names as by the same ones tell nothing. */
static void test_undecided(void **state)
{
	(void)state;
	start();
	compare(DISK, TOP, DISK, 11, "/etc/hosts");
	compare(DISK, TOP, DISK, 12, "/cat");
	assert_false(seen_is_system(&s, DISK, TOP));
}

static void test_nothing(void **state)
{
	(void)state;
	seen_free(&s);
	seen_sort(&s);
	assert_null(seen_find(&s, DISK, 1));
	compare(DISK, TOP, DISK, 1, "/");
	assert_false(seen_is_system(&s, DISK, TOP));
	seen_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_found), cmocka_unit_test(test_root_of_a_service),
		cmocka_unit_test(test_other_roots),     cmocka_unit_test(test_undecided),
		cmocka_unit_test(test_nothing),
	};
	int ret = cmocka_run_group_tests(tests, NULL, NULL);

	seen_free(&s);
	return ret;
}

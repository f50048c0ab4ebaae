/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwpolicy learn: how accesses become lines about files and directories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/rwpolicy/touch.h"

static struct touches t;

static void add(const char *path, uint32_t uid, enum rw_right kind)
{
	touches_add(&t, path, strlen(path), uid, kind);
}

/* Adds @count files, whose names are numbers from @first on. */
static void add_many(const char *folder, uint32_t uid, enum rw_right kind, unsigned int first,
		     unsigned int count)
{
	char path[64];

	for (unsigned int i = first; i < first + count; i++) {
		snprintf(path, sizeof(path), "%s%u", folder, i);
		add(path, uid, kind);
	}
}

/* Generalises, and compares with "UID KIND PATH" for each access. */
static void expect(const char *const *lines, size_t count)
{
	char line[128];

	touches_generalise(&t);
	for (size_t i = 0; i < t.count; i++) {
		snprintf(line, sizeof(line), "%u %c %s", t.touch[i].uid, "rwax"[t.touch[i].kind],
			 t.touch[i].path);
		if (i >= count || strcmp(line, lines[i]) != 0)
			fail_msg("%zu: %s instead of %s", i, line, i < count ? lines[i] : "nothing");
	}
	assert_int_equal(t.count, count);
	touches_free(&t);
}

#define EXPECT(...) \
	do { \
		static const char *const lines[] = { __VA_ARGS__ }; \
		expect(lines, sizeof(lines) / sizeof(lines[0])); \
	} while (0)

static void test_each_access_once(void **state)
{
	(void)state;
	add("/b", 1, RW_RIGHT_READ);
	add("/a", 1, RW_RIGHT_WRITE);
	add("/a", 1, RW_RIGHT_READ);
	add("/b", 1, RW_RIGHT_READ);
	add("/b", 0, RW_RIGHT_READ);
	EXPECT("0 r /b", "1 r /a", "1 w /a", "1 r /b");
}

static void test_who_writes_may_append(void **state)
{
	(void)state;
	add("/a", 1, RW_RIGHT_APPEND);
	add("/a", 1, RW_RIGHT_WRITE);
	add("/b", 1, RW_RIGHT_APPEND);
	add("/a", 2, RW_RIGHT_APPEND);
	EXPECT("1 w /a", "1 a /b", "2 a /a");
}

static void test_full_directories(void **state)
{
	(void)state;
	add_many("/srv/a/", 0, RW_RIGHT_READ, 0, TOUCHES_MANY + 1);
	add_many("/srv/b/", 0, RW_RIGHT_READ, 0, TOUCHES_MANY);
	add("/srv/a/1", 0, RW_RIGHT_WRITE);
	add("/srv/a", 0, RW_RIGHT_READ);
	add("/srv/a/deep/er", 0, RW_RIGHT_READ);
	add("/srv/ab", 0, RW_RIGHT_READ);
	EXPECT("0 r /srv/a/", "0 w /srv/a/1", "0 r /srv/ab", "0 r /srv/b/0", "0 r /srv/b/1", "0 r /srv/b/2",
	       "0 r /srv/b/3", "0 r /srv/b/4", "0 r /srv/b/5", "0 r /srv/b/6", "0 r /srv/b/7");
}

/* Directories count like files; what lies in the root is never generalised to it. */
static void test_up_to_the_root(void **state)
{
	char folder[32];

	(void)state;
	for (unsigned int i = 0; i <= TOUCHES_MANY; i++) {
		snprintf(folder, sizeof(folder), "/var/%u/", i);
		add_many(folder, 0, RW_RIGHT_READ, 0, TOUCHES_MANY + 1);
	}
	add_many("/x", 0, RW_RIGHT_READ, 0, TOUCHES_MANY + 1);
	add("/", 0, RW_RIGHT_READ);
	EXPECT("0 r /", "0 r /var/", "0 r /x0", "0 r /x1", "0 r /x2", "0 r /x3", "0 r /x4", "0 r /x5",
	       "0 r /x6", "0 r /x7", "0 r /x8");
}

static void make(const char *path, uint32_t uid)
{
	add(path, uid, RW_RIGHT_WRITE);
	touches_add_name(&t, path, strlen(path), false);
}

static void drop(const char *path, uint32_t uid)
{
	add(path, uid, RW_RIGHT_WRITE);
	touches_add_name(&t, path, strlen(path), true);
}

static void test_files_that_came_and_went(void **state)
{
	(void)state;
	make("/etc/passwd+", 0);
	add("/etc/passwd+", 0, RW_RIGHT_READ);
	drop("/etc/passwd+", 0);
	make("/etc/made", 0);
	make("/srv/made", 0);
	drop("/srv/gone", 0);
	make("/top", 0);
	drop("/top", 0);
	EXPECT("0 r /etc/", "0 w /etc/", "0 w /srv/gone", "0 w /srv/made", "0 w /top");
}

/* One user makes the file, another one reads it, a third one removes it. */
static void test_came_and_went_by_several_users(void **state)
{
	(void)state;
	make("/spool/letter", 1);
	add("/spool/letter", 2, RW_RIGHT_READ);
	drop("/spool/letter", 3);
	EXPECT("1 w /spool/", "2 r /spool/", "3 w /spool/");
}

/* A name that comes again and again is the same the next time; a number in it is not. */
static void test_names_that_come_again(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		make("/run/lock/x", 0);
		drop("/run/lock/x", 0);
		make("/run/job/x1", 0);
		drop("/run/job/x1", 0);
	}
	EXPECT("0 w /run/job/", "0 w /run/lock/x");
}

/* Who is renamed away and made anew, as a log is, was there before and is there at the end. */
static void test_names_that_last(void **state)
{
	(void)state;
	drop("/log/a", 0);
	make("/log/a", 0);
	make("/log/b", 0);
	drop("/log/b", 0);
	make("/log/b", 0);
	drop("/log/c", 0);
	make("/log/c", 0);
	drop("/log/c", 0);
	EXPECT("0 w /log/a", "0 w /log/b", "0 w /log/c");
}

static void test_numbered_files(void **state)
{
	(void)state;
	make("/log/a.1", 0);
	add("/log/old.1", 0, RW_RIGHT_READ);
	add("/log/a.1", 7, RW_RIGHT_READ);
	drop("/lib/x.2", 0);
	make("/9", 0);
	EXPECT("0 w /9", "0 w /lib/x.2", "0 w /log/", "0 r /log/old.1", "7 r /log/");
}

static void test_below_what_came_and_went(void **state)
{
	(void)state;
	make("/run/user/1000", 0);
	add("/run/user/1000/bus", 1000, RW_RIGHT_READ);
	make("/tmp/dir", 0);
	make("/tmp/dir/file", 0);
	add("/tmp/dir/sub/file", 5, RW_RIGHT_READ);
	add("/tmp/dirt", 5, RW_RIGHT_READ);
	drop("/tmp/dir/file", 0);
	drop("/tmp/dir", 0);
	EXPECT("0 w /run/user/", "0 w /tmp/", "5 r /tmp/", "1000 r /run/user/");
}

/* A directory that comes again keeps its name; what lies in it does not. */
static void test_directories_that_come_again(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		make("/lib/dpkg/tmp.ci", 0);
		make("/lib/dpkg/tmp.ci/control", 0);
		add("/lib/dpkg/tmp.ci/preinst", 0, RW_RIGHT_EXECUTE);
		drop("/lib/dpkg/tmp.ci/control", 0);
		drop("/lib/dpkg/tmp.ci", 0);
	}
	EXPECT("0 w /lib/dpkg/tmp.ci/", "0 x /lib/dpkg/tmp.ci/");
}

/* Nothing can be mounted over what a line names. */
static void test_mounts(void **state)
{
	(void)state;
	add("/sys", 0, RW_RIGHT_WRITE);
	touches_add_mount(&t, "/sys", 4);
	add("/sys/kernel/x", 0, RW_RIGHT_READ);
	add("/sys/fs/y/z", 7, RW_RIGHT_READ);
	touches_add_mount(&t, "/sys/fs", 7);
	add("/system", 7, RW_RIGHT_READ);
	make("/mnt/a", 0);
	touches_add_mount(&t, "/mnt/a", 6);
	EXPECT("0 w /mnt/a", "0 w /sys", "0 r /sys/", "7 r /sys/", "7 r /system");
}

static void move(const char *from, const char *to, uint32_t uid)
{
	drop(from, uid);
	make(to, uid);
	touches_add_move(&t, from, strlen(from), to, strlen(to));
}

/* A file keeps the rules of the name that it had: who reads it under the new one has to have both. */
static void test_moved_files(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		make("/etc/list+", 0);
		move("/etc/list+", "/etc/list", 0);
	}
	make("/tmp/abc", 0);
	move("/tmp/abc", "/etc/other", 0);
	add("/etc/list", 5, RW_RIGHT_READ);
	add("/etc/other", 6, RW_RIGHT_READ);
	EXPECT("0 w /etc/list", "0 w /etc/list+", "0 w /etc/other", "0 w /tmp/", "5 r /etc/list",
	       "5 r /etc/list+", "6 r /etc/other", "6 r /tmp/");
}

static void test_moved_again(void **state)
{
	(void)state;
	drop("/a/x", 0);
	touches_add_move(&t, "/a/x", 4, "/b/y", 4);
	touches_add_move(&t, "/b/y", 4, "/c/z", 4);
	touches_add_move(&t, "/b/y", 4, "/c/z", 4);
	add_many("/c/z", 1, RW_RIGHT_READ, 0, TOUCHES_MANY + 1);
	EXPECT("0 w /a/x", "1 r /a/x", "1 r /b/y", "1 r /c/");
}

/* A directory on the path of a line could not be renamed. */
static void test_moved_directories(void **state)
{
	(void)state;
	make("/var/lists/new", 0);
	add("/var/lists/new/a", 0, RW_RIGHT_READ);
	move("/var/lists/new", "/var/old/lists", 0);
	EXPECT("0 r /var/lists/", "0 w /var/lists/", "0 w /var/old/");
}

static void test_directories_of_processes(void **state)
{
	(void)state;
	add("/proc/17/status", 0, RW_RIGHT_READ);
	add("/proc/cpuinfo", 0, RW_RIGHT_READ);
	add("/proc/sys/kernel/x", 0, RW_RIGHT_WRITE);
	add("/process/17/x", 0, RW_RIGHT_READ);
	add("/dev/pts/3", 0, RW_RIGHT_WRITE);
	add("/dev/pts/ptmx", 0, RW_RIGHT_READ);
	EXPECT("0 w /dev/pts/", "0 r /dev/pts/ptmx", "0 r /proc/", "0 w /proc/sys/kernel/x",
	       "0 r /process/17/x");
}

static void test_nothing(void **state)
{
	(void)state;
	touches_generalise(&t);
	assert_int_equal(t.count, 0);
	touches_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_access_once),
		cmocka_unit_test(test_who_writes_may_append),
		cmocka_unit_test(test_full_directories),
		cmocka_unit_test(test_up_to_the_root),
		cmocka_unit_test(test_files_that_came_and_went),
		cmocka_unit_test(test_came_and_went_by_several_users),
		cmocka_unit_test(test_names_that_come_again),
		cmocka_unit_test(test_names_that_last),
		cmocka_unit_test(test_numbered_files),
		cmocka_unit_test(test_below_what_came_and_went),
		cmocka_unit_test(test_directories_that_come_again),
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_moved_files),
		cmocka_unit_test(test_moved_again),
		cmocka_unit_test(test_moved_directories),
		cmocka_unit_test(test_directories_of_processes),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

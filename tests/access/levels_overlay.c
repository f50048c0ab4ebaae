// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to read up and to write down by overlayfs, where both layers have levels.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "levels.h"

#define LAYERS "/layers" /* the upper layer; without a level, as what is merged */
#define MERGED "/merged" /* LEVELS below it */

static void prepare(void)
{
	levels_prepare();
	umount2(MERGED, MNT_DETACH);
	umount2(LAYERS, MNT_DETACH);
	mkdir(MERGED, 0777);
	mkdir(LAYERS, 0777);
	must(mount("none", LAYERS, "tmpfs", 0, "mode=0777") == 0, "mount of the layers");
	must(mkdir(LAYERS "/upper", 0777) == 0 && mkdir(LAYERS "/work", 0777) == 0, "layers");
	must(mount("overlay", MERGED, "overlay", 0,
		   "lowerdir=" LEVELS ",upperdir=" LAYERS "/upper,workdir=" LAYERS "/work") == 0,
	     "overlay");
}

/* The kernel forgets inodes that nobody uses, and the merged ones with them. */
static void forget_inodes(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	must(fd >= 0 && write(fd, "2", 1) == 1, "drop_caches");
	close(fd);
}

#define OVERLAY_STEP(NAME, PATH, FLAGS) \
	STEP(NAME) \
	{ \
		return open_path(PATH, FLAGS); \
	}

#define OVERLAY_CASE(NAME, ACTOR, ACTION) \
	CASE(level_overlay_##NAME) \
	{ \
		prepare(); \
		return levels_as(ACTOR, &(ACTION)); \
	}

#define OVERLAY_PAIR(NAME, FIRST, BEFORE, SECOND, ACTION) \
	CASE(level_overlay_##NAME) \
	{ \
		prepare(); \
		must(levels_as(FIRST, &(BEFORE)) == 0, "the first step"); \
		forget_inodes(); \
		return levels_as(SECOND, &(ACTION)); \
	}

/* The lower layer's level holds for the merged file. */
OVERLAY_STEP(merged_read, MERGED "/drop", O_RDONLY)
OVERLAY_STEP(merged_list, MERGED "/high", O_RDONLY | O_DIRECTORY)
OVERLAY_STEP(merged_write, MERGED "/drop", O_WRONLY)
OVERLAY_STEP(merged_append, MERGED "/drop", O_WRONLY | O_APPEND)
OVERLAY_STEP(merged_write_low, MERGED "/low/file", O_WRONLY)
OVERLAY_STEP(merged_read_low, MERGED "/low/file", O_RDONLY)

STEP(merged_stat)
{
	struct stat st;

	return result(stat(MERGED "/drop", &st));
}

STEP(merged_watch)
{
	return result(inotify_add_watch(inotify_init(), MERGED "/drop", IN_MODIFY));
}

STEP(merged_chmod)
{
	return result(chmod(MERGED "/drop", 0600));
}

STEP(merged_unlink_low)
{
	return result(unlink(MERGED "/low/file"));
}

OVERLAY_CASE(read_up, LOW, merged_read)
OVERLAY_CASE(list_up, LOW, merged_list)
OVERLAY_CASE(stat_up, LOW, merged_stat)
OVERLAY_CASE(watch_up, LOW, merged_watch)
OVERLAY_CASE(write_up, LOW, merged_write)
OVERLAY_CASE(append_up, LOW, merged_append)
OVERLAY_CASE(chmod_up, ROOT_LOW, merged_chmod)
OVERLAY_CASE(write_down, HIGH, merged_write_low)
OVERLAY_CASE(unlink_down, HIGH, merged_unlink_low)
OVERLAY_CASE(read_down, HIGH, merged_read_low)

/* What has been written goes to the upper layer, and is read through it or the merged file. */
OVERLAY_STEP(merged_write_plain, MERGED "/plain", O_WRONLY)
OVERLAY_STEP(merged_read_plain, MERGED "/plain", O_RDONLY)
OVERLAY_STEP(upper_read_plain, LAYERS "/upper/plain", O_RDONLY)
OVERLAY_STEP(lower_read_plain, LEVELS "/plain", O_RDONLY)
OVERLAY_STEP(merged_create, MERGED "/new", O_WRONLY | O_CREAT)
OVERLAY_STEP(merged_read_new, MERGED "/new", O_RDONLY)
OVERLAY_STEP(upper_read_new, LAYERS "/upper/new", O_RDONLY)

STEP(merged_mkdir)
{
	return result(mkdir(MERGED "/new", 0777));
}

STEP(merged_chmod_plain)
{
	return result(chmod(MERGED "/plain", 0666));
}

STEP(merged_stat_new)
{
	struct stat st;

	return result(stat(MERGED "/new", &st));
}

OVERLAY_PAIR(written, HIGH, merged_write_plain, LOW, merged_read_plain)
OVERLAY_PAIR(written_upper, HIGH, merged_write_plain, LOW, upper_read_plain)
OVERLAY_PAIR(written_lower, HIGH, merged_write_plain, LOW, lower_read_plain)
OVERLAY_PAIR(created, HIGH, merged_create, LOW, merged_read_new)
OVERLAY_PAIR(created_stat, HIGH, merged_create, LOW, merged_stat_new)
OVERLAY_PAIR(created_upper, HIGH, merged_create, LOW, upper_read_new)
OVERLAY_PAIR(made_directory, HIGH, merged_mkdir, LOW, merged_read_new)
OVERLAY_PAIR(copied_up, ROOT_HIGH, merged_chmod_plain, ROOT_LOW, merged_read_plain)
OVERLAY_PAIR(written_same, HIGH, merged_write_plain, HIGH, merged_read_plain)

/* Merged files that somebody without a level has opened, and passed on by fork. */
static int passed = -1;

STEP(merged_passed_read)
{
	return read_fd(passed);
}

STEP(merged_passed_map)
{
	return mmap(NULL, 4096, PROT_READ, MAP_SHARED, passed, 0) == MAP_FAILED ? errno : 0;
}

STEP(merged_passed_map_and_write)
{
	char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, passed, 0);

	if (at == MAP_FAILED)
		return errno;
	strcpy(at, "top");
	return 0;
}

static int pass(const char *path, int flags, enum actor actor, const struct level_step *step)
{
	prepare();
	passed = open(path, flags);
	must(passed >= 0, path);
	return levels_as(actor, step);
}

CASE(level_overlay_passed)
{
	return pass(MERGED "/drop", O_RDONLY, LOW, &merged_passed_read);
}

CASE(level_overlay_passed_mapped)
{
	return pass(MERGED "/drop", O_RDONLY, LOW, &merged_passed_map);
}

/* Opened when the lower layer's file was the one that is read. */
CASE(level_overlay_passed_before)
{
	int ret = pass(MERGED "/plain", O_RDONLY, HIGH, &merged_write_plain);

	must(ret == 0, "write the merged file");
	return levels_as(LOW, &merged_passed_map);
}

static int map_and_write(const struct level_step *step)
{
	int ret = pass(MERGED "/plain", O_RDWR, HIGH, &merged_passed_map_and_write);

	must(ret == 0, "write to the mapping");
	close(passed);
	forget_inodes();
	return levels_as(LOW, step);
}

CASE(level_overlay_mapped)
{
	return map_and_write(&merged_read_plain);
}

CASE(level_overlay_mapped_upper)
{
	return map_and_write(&upper_read_plain);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to read up and to write down by files, names, pipes and memory.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "levels.h"

#define OPEN_STEP(NAME, PATH, FLAGS) \
	STEP(NAME) \
	{ \
		return open_path(PATH, FLAGS); \
	}

OPEN_STEP(read_high, HIGH_FILE, O_RDONLY)
OPEN_STEP(read_drop, DROP, O_RDONLY)
OPEN_STEP(read_low, LOW_FILE, O_RDONLY)
OPEN_STEP(read_new, LEVELS "/new", O_RDONLY)
OPEN_STEP(read_plain, PLAIN, O_RDONLY)
OPEN_STEP(write_low, LOW_FILE, O_WRONLY)
OPEN_STEP(append_low, LOW_FILE, O_WRONLY | O_APPEND)
OPEN_STEP(write_high, HIGH_FILE, O_RDWR | O_TRUNC)
OPEN_STEP(write_drop, DROP, O_WRONLY)
OPEN_STEP(append_drop, DROP, O_WRONLY | O_APPEND)
OPEN_STEP(write_plain, PLAIN, O_WRONLY)
OPEN_STEP(list_high, LEVELS "/high", O_RDONLY | O_DIRECTORY)
OPEN_STEP(list_low, LEVELS "/low", O_RDONLY | O_DIRECTORY)
OPEN_STEP(create_low, LEVELS "/low/new", O_WRONLY | O_CREAT)
OPEN_STEP(create_high, LEVELS "/high/new", O_WRONLY | O_CREAT)
OPEN_STEP(create, LEVELS "/new", O_RDWR | O_CREAT)

LEVEL_CASE(level_read_up, LOW, read_high)
LEVEL_CASE(level_read_up_root, ROOT_LOW, read_high)
LEVEL_CASE(level_read_up_middle, MIDDLE, read_high)
LEVEL_CASE(level_read_up_file, LOW, read_drop)
LEVEL_CASE(level_read_down, HIGH, read_low)
LEVEL_CASE(level_read_down_middle, MIDDLE, read_low)
LEVEL_CASE(level_read_own, HIGH, read_high)
LEVEL_CASE(level_read_unlabelled, NOBODY, read_high)
LEVEL_CASE(level_write_down, HIGH, write_low)
LEVEL_CASE(level_write_down_root, ROOT_HIGH, write_low)
LEVEL_CASE(level_write_down_middle, MIDDLE, write_low)
LEVEL_CASE(level_append_down, HIGH, append_low)
LEVEL_CASE(level_write_own, HIGH, write_high)
LEVEL_CASE(level_write_up, LOW, write_drop)
LEVEL_CASE(level_append_up, LOW, append_drop)
LEVEL_CASE(level_list_up, LOW, list_high)
LEVEL_CASE(level_list_down, HIGH, list_low)
LEVEL_CASE(level_create_down, HIGH, create_low)
LEVEL_CASE(level_create_down_root, ROOT_HIGH, create_low)
LEVEL_CASE(level_create_up, LOW, create_high)
LEVEL_CASE(level_create_own, HIGH, create_high)
LEVEL_PAIR(level_created, HIGH, create, LOW, read_new)
LEVEL_PAIR(level_created_middle, MIDDLE, create, LOW, read_new)
LEVEL_PAIR(level_created_low, LOW, create, HIGH, read_new)
LEVEL_PAIR(level_written, HIGH, write_plain, LOW, read_plain)
LEVEL_PAIR(level_written_root, ROOT_HIGH, write_plain, ROOT_LOW, read_plain)

STEP(stat_drop)
{
	struct stat st;

	return result(stat(DROP, &st));
}

STEP(stat_high)
{
	struct stat st;

	return result(stat(HIGH_FILE, &st));
}

STEP(watch_drop)
{
	return result(inotify_add_watch(inotify_init(), DROP, IN_MODIFY));
}

STEP(truncate_low)
{
	return result(truncate(LOW_FILE, 0));
}

STEP(chmod_low)
{
	return result(chmod(LOW_FILE, 0600));
}

STEP(unlink_low)
{
	return result(unlink(LOW_FILE));
}

STEP(mkdir_low)
{
	int ret = result(mkdir(LEVELS "/low/new", 0777));

	rmdir(LEVELS "/low/new");
	return ret;
}

STEP(rename_out)
{
	return result(rename(HIGH_FILE, LEVELS "/moved"));
}

STEP(link_out)
{
	return result(link(HIGH_FILE, LEVELS "/moved"));
}

STEP(rename_plain)
{
	return result(rename(PLAIN, LEVELS "/moved"));
}

STEP(make_directory)
{
	return result(mkdir(LEVELS "/new", 0777));
}

STEP(make_link)
{
	return result(symlink("a secret", LEVELS "/link"));
}

STEP(read_link)
{
	char to[16];

	return result(readlink(LEVELS "/link", to, sizeof(to)));
}

LEVEL_CASE(level_stat_up, LOW, stat_drop)
LEVEL_CASE(level_search_up, LOW, stat_high)
LEVEL_CASE(level_watch_up, LOW, watch_drop)
LEVEL_CASE(level_truncate_down, HIGH, truncate_low)
LEVEL_CASE(level_chmod_down, ROOT_HIGH, chmod_low)
LEVEL_CASE(level_unlink_down, HIGH, unlink_low)
LEVEL_CASE(level_mkdir_down, HIGH, mkdir_low)
LEVEL_CASE(level_rename_out, HIGH, rename_out)
LEVEL_CASE(level_link_out, HIGH, link_out)
LEVEL_CASE(level_rename_plain, LOW, rename_plain)
LEVEL_PAIR(level_made_directory, HIGH, make_directory, LOW, read_new)
LEVEL_PAIR(level_made_link, HIGH, make_link, LOW, read_link)

/* Descriptors that somebody without a level has passed on, by fork. */
static int passed[2];

STEP(use_passed)
{
	return read_fd(passed[0]);
}

STEP(map_passed)
{
	return mmap(NULL, 4096, PROT_READ, MAP_SHARED, passed[0], 0) == MAP_FAILED ? errno : 0;
}

STEP(send_passed)
{
	off_t at = 0;

	return result(sendfile(memfd_create("to", 0), passed[0], &at, 4));
}

STEP(write_passed)
{
	return result(write(passed[1], "text", 4));
}

STEP(write_passed_mapped)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, passed[1], 0) == MAP_FAILED ? errno : 0;
}

STEP(read_passed)
{
	char text[8];

	return result(read(passed[0], text, sizeof(text)));
}

static int pass(const char *path, int flags, enum actor actor, const struct level_step *step)
{
	levels_prepare();
	passed[0] = passed[1] = open(path, flags);
	must(passed[0] >= 0, path);
	return levels_as(actor, step);
}

CASE(level_inherited)
{
	return pass(HIGH_FILE, O_RDONLY, LOW, &use_passed);
}

CASE(level_inherited_mapped)
{
	return pass(HIGH_FILE, O_RDONLY, LOW, &map_passed);
}

CASE(level_inherited_sendfile)
{
	return pass(HIGH_FILE, O_RDONLY, LOW, &send_passed);
}

CASE(level_inherited_written)
{
	return pass(LOW_FILE, O_RDWR, HIGH, &write_passed);
}

CASE(level_inherited_written_mapped)
{
	return pass(LOW_FILE, O_RDWR, HIGH, &write_passed_mapped);
}

/* A pipe without a level: its first writer gives it one. */
static int by_pipe(enum actor first, enum actor second, const struct level_step *step)
{
	levels_prepare();
	must(pipe(passed) == 0, "pipe");
	must(levels_as(first, &write_passed) == 0, "first write");
	return levels_as(second, step);
}

CASE(level_pipe_up)
{
	return by_pipe(HIGH, LOW, &read_passed);
}

CASE(level_pipe_down)
{
	return by_pipe(LOW, HIGH, &write_passed);
}

CASE(level_pipe_read_down)
{
	return by_pipe(LOW, HIGH, &read_passed);
}

static int by_memfd(const struct level_step *first, const struct level_step *second)
{
	levels_prepare();
	passed[0] = passed[1] = memfd_create("shared", 0);
	must(passed[0] >= 0 && ftruncate(passed[0], 4096) == 0, "memfd");
	must(levels_as(HIGH, first) == 0, "first write");
	return levels_as(LOW, second);
}

CASE(level_memfd)
{
	return by_memfd(&write_passed, &use_passed);
}

CASE(level_memfd_mapped)
{
	return by_memfd(&write_passed_mapped, &map_passed);
}

STEP(make_fifo)
{
	return result(mkfifo(LEVELS "/fifo", 0666));
}

OPEN_STEP(open_fifo, LEVELS "/fifo", O_RDWR)
OPEN_STEP(open_fifo_read, LEVELS "/fifo", O_RDONLY | O_NONBLOCK)
LEVEL_PAIR(level_fifo_down, LOW, make_fifo, HIGH, open_fifo)
LEVEL_PAIR(level_fifo_up, HIGH, make_fifo, LOW, open_fifo_read)

/* Who has had the level high keeps it: as another user, and in a program of a lower level. */
STEP(other_user)
{
	must(setresuid(2001, 2001, 2001) == 0, "setresuid");
	return step_write_low();
}

STEP(lower_program)
{
	execl(AS_LOW, AS_LOW, "write_low", NULL);
	return errno;
}

LEVEL_CASE(level_kept_by_setuid, ROOT_HIGH, other_user)
LEVEL_CASE(level_kept_by_exec, ROOT_HIGH, lower_program)

/* With "levels highwater" the first step succeeds, and then the process is of the higher level. */
STEP(read_then_write)
{
	int ret = open_path(DROP, O_RDONLY);

	return ret ? ret : open_path(LOW_FILE, O_WRONLY);
}

STEP(read_sharing)
{
	must(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED,
	     "mmap");
	return open_path(DROP, O_RDONLY);
}

LEVEL_CASE(level_float, LOW, read_then_write)
LEVEL_CASE(level_float_sharing, LOW, read_sharing)

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// rwpolicy learn: a policy.conf of what a log shows.
#include "learn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "lib/access_conf.h"
#include "lib/crc32c.h"
#include "tools/rwlog/input.h"
#include "seen.h"
#include "touch.h"

#define BIT(kind)         (1u << (kind))
#define KERNEL_FMODE_EXEC 0x20u /* __FMODE_EXEC, in the flags of a file that the kernel opens to run it */

/* What was learnt, and what could not be. */
struct lesson {
	struct touches touches;
	struct seen seen; /* in the log at hand */
	uint32_t kinds;
	unsigned long without_path; /* accesses to files whose path the log does not have */
	unsigned long unnamed;      /* whose path no line can have */
	unsigned long lost;         /* records that say that others are missing */
};

/* The kinds of access that the flags of open(2) ask for. */
static uint32_t kinds_of_flags(uint32_t flags)
{
	uint32_t kinds = 0;

	if (flags & KERNEL_FMODE_EXEC)
		return BIT(RW_RIGHT_EXECUTE);
	if ((flags & O_ACCMODE) != O_WRONLY)
		kinds |= BIT(RW_RIGHT_READ);
	if ((flags & O_ACCMODE) != O_RDONLY)
		kinds |= flags & O_APPEND ? BIT(RW_RIGHT_APPEND) : BIT(RW_RIGHT_WRITE);
	if (flags & O_TRUNC)
		kinds |= BIT(RW_RIGHT_WRITE);
	return kinds;
}

/* Whether mount(2) changes what there is, and mounts nothing: as the kernel looks at its flags. */
static bool only_changes(uint64_t flags)
{
	const uint64_t propagation = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

	return flags & MS_REMOUNT || (!(flags & MS_BIND) && flags & propagation);
}

/* The kinds of access of a record to the files that it names; 0: it is about something else. */
static uint32_t kinds_of(const struct rec *r)
{
	switch (r->hdr.type) {
	case RW_REC_FILE_OPEN:
		return kinds_of_flags((uint32_t)rec_number(r, RW_F_OPEN_FLAGS)) |
		       (rec_number(r, RW_F_CREATED) ? BIT(RW_RIGHT_WRITE) : 0);
	case RW_REC_FILE_READ:
		return BIT(RW_RIGHT_READ);
	case RW_REC_FILE_WRITE:
		return rec_number(r, RW_F_OPEN_FLAGS) & O_APPEND ? BIT(RW_RIGHT_APPEND) : BIT(RW_RIGHT_WRITE);
	case RW_REC_EXEC:
	case RW_REC_MMAP_EXEC:
	case RW_REC_MPROTECT_EXEC:
		return BIT(RW_RIGHT_EXECUTE);
	case RW_REC_FILE_UNLINK:
	case RW_REC_FILE_RENAME:
	case RW_REC_DIR_MAKE:
	case RW_REC_DIR_REMOVE:
	case RW_REC_FILE_LINK:
	case RW_REC_SYMLINK:
	case RW_REC_MKNOD:
	case RW_REC_FILE_CHOWN:
	case RW_REC_FILE_TRUNCATE:
	case RW_REC_FILE_TIMES:
	case RW_REC_XATTR_SET:
	case RW_REC_XATTR_REMOVE:
	case RW_REC_FILE_CHMOD:
	case RW_REC_MOUNT_MOVE:
		return BIT(RW_RIGHT_WRITE);
	case RW_REC_MOUNT:
		return only_changes(rec_number(r, RW_F_MOUNT_FLAGS)) ? 0 : BIT(RW_RIGHT_WRITE);
	default:
		return 0;
	}
}

static bool has(const struct rec *r, enum rw_field_id id)
{
	struct rec_field f;

	return rec_field(r, id, &f);
}

static bool is_cut(const struct rec *r)
{
	return r->hdr.flags & RW_RECF_PATH_TRUNC || has(r, RW_F_FILE_KIND) || has(r, RW_F_IN_FILE_SYSTEM);
}

/* Whether a record says which file its path is about. */
static bool seen_in(const struct rec *r, struct seen_file *to)
{
	struct rec_field path, file;
	struct rw_file id;

	if (is_cut(r) || !rec_field(r, RW_F_PATH, &path) || !rec_field(r, RW_F_FILE, &file))
		return false;
	value_structure(&file, &id, sizeof(id));
	*to = (struct seen_file){ .dev = id.dev,
				  .ino = id.ino,
				  .path = (const char *)value_text(&path).p,
				  .len = value_text(&path).len };
	return true;
}

/* Whether the paths of a record are names of files from the root of the system. */
static bool names_files(const struct lesson *lesson, const struct rec *r, const struct rw_task *task)
{
	if (is_cut(r) || has(r, RW_F_OUTSIDE))
		return false;
	return !(task->flags & RW_TASKF_OTHER_ROOT) ||
	       seen_is_system(&lesson->seen, task->root_dev, task->root_ino);
}

/* Whether a line can have the path. */
static bool is_path(struct text path)
{
	struct span rest = { (const char *)path.p, path.len }, name;

	if (!path.len || path.p[0] != '/' || path.len > ACCESS_PATH_MAX)
		return false;
	while (access_next_part(&rest, &name))
		if (name.size > ACCESS_PART_MAX || span_equals(name, ".") || span_equals(name, ".."))
			return false;
	for (size_t i = 0; i < path.len; i++)
		if (path.p[i] == '"' || path.p[i] == '\n' || path.p[i] == '\r' || !path.p[i])
			return false;
	return true;
}

static void learn_kinds(struct lesson *lesson, struct text path, uint32_t uid, uint32_t kinds)
{
	for (unsigned int kind = 0; kind < RW_RIGHTS; kind++)
		if (kinds >> kind & 1)
			touches_add(&lesson->touches, (const char *)path.p, path.len, uid, kind);
}

static void learn_path(struct lesson *lesson, const struct rec *r, enum rw_field_id id, uint32_t uid,
		       uint32_t kinds)
{
	bool is_new = id == RW_F_NEW_PATH;
	uint8_t type = r->hdr.type;
	bool made = (is_new && type != RW_REC_MOUNT_MOVE) || rec_number(r, RW_F_CREATED) ||
		    type == RW_REC_DIR_MAKE || type == RW_REC_SYMLINK || type == RW_REC_MKNOD;
	bool removed = !is_new && (type == RW_REC_FILE_UNLINK || type == RW_REC_DIR_REMOVE ||
				   type == RW_REC_FILE_RENAME);
	struct rec_field f;
	struct text path;

	if (!rec_field(r, id, &f))
		return;
	path = value_text(&f);
	if (!is_path(path)) {
		lesson->unnamed++;
		return;
	}
	learn_kinds(lesson, path, uid, kinds);
	if (has(r, RW_F_DELETED)) /* as a temporary file is that never had a name */
		made = removed = true;
	if (made)
		touches_add_name(&lesson->touches, (const char *)path.p, path.len, false);
	if (removed)
		touches_add_name(&lesson->touches, (const char *)path.p, path.len, true);
}

/* A mount in a service's own namespace is none of the system's. */
static void learn_mount(struct lesson *lesson, const struct rec *r, const struct rw_task *task)
{
	bool moved = r->hdr.type == RW_REC_MOUNT_MOVE;
	struct rec_field f;
	struct text path;

	if ((r->hdr.type != RW_REC_MOUNT && !moved) || task->flags & RW_TASKF_OTHER_ROOT ||
	    !rec_field(r, moved ? RW_F_NEW_PATH : RW_F_PATH, &f))
		return;
	path = value_text(&f);
	if (is_path(path) && path.len > 1)
		touches_add_mount(&lesson->touches, (const char *)path.p, path.len);
}

/* A file keeps the rules of the names that it had. */
static void learn_move(struct lesson *lesson, const struct rec *r)
{
	struct rec_field from, to;

	if (r->hdr.type != RW_REC_FILE_RENAME && r->hdr.type != RW_REC_FILE_LINK)
		return;
	if (!rec_field(r, RW_F_PATH, &from) || !rec_field(r, RW_F_NEW_PATH, &to))
		return;
	if (!is_path(value_text(&from)) || !is_path(value_text(&to)))
		return;
	touches_add_move(&lesson->touches, (const char *)value_text(&from).p, value_text(&from).len,
			 (const char *)value_text(&to).p, value_text(&to).len);
}

/* The file may have been seen by another name. */
static void learn_unnamed(struct lesson *lesson, const struct rec *r, uint32_t uid, uint32_t kinds)
{
	const struct seen_file *name = NULL;
	struct seen_file here;
	struct text path;

	if (has(r, RW_F_FILE_KIND))
		return; /* it is under no line */
	if (seen_in(r, &here))
		name = seen_find(&lesson->seen, here.dev, here.ino);
	if (!name) {
		lesson->without_path++;
		return;
	}
	path = (struct text){ (const uint8_t *)name->path, name->len };
	if (is_path(path))
		learn_kinds(lesson, path, uid, kinds);
}

static void learn_record(struct lesson *lesson, const struct rec *r)
{
	uint32_t kinds = kinds_of(r) & lesson->kinds;
	struct rw_task task;

	lesson->lost += r->hdr.type == RW_REC_DROP || r->hdr.type == RW_REC_LIMITED;
	if (!kinds || (int32_t)rec_number(r, RW_F_RESULT) < 0 || rec_task(r, &task) < 2)
		return;
	if (!names_files(lesson, r, &task)) {
		learn_unnamed(lesson, r, task.fsuid, kinds);
		return;
	}
	if (r->hdr.type != RW_REC_MOUNT_MOVE)
		learn_path(lesson, r, RW_F_PATH, task.fsuid, kinds);
	learn_path(lesson, r, RW_F_NEW_PATH, task.fsuid, kinds);
	learn_move(lesson, r);
	learn_mount(lesson, r, &task);
}

/* Finds out which names files have from the system's root, and which other roots show the same. */
static void look_at_names(struct lesson *lesson, const struct input *in)
{
	struct seen_file file;
	struct rw_task task;

	for (int other = 0; other < 2; other++) {
		for (size_t i = 0; i < in->nboot; i++)
			for (size_t k = 0; k < in->boot[i].nrec; k++) {
				struct rec r = boot_rec(&in->boot[i], k);

				if (has(&r, RW_F_OUTSIDE) || has(&r, RW_F_DELETED) ||
				    rec_task(&r, &task) < 2 || !seen_in(&r, &file) ||
				    !!(task.flags & RW_TASKF_OTHER_ROOT) != other)
					continue;
				if (other)
					seen_compare(&lesson->seen, task.root_dev, task.root_ino, &file);
				else
					seen_add(&lesson->seen, &file);
			}
		if (!other)
			seen_sort(&lesson->seen);
	}
}

/* Return: the exit status. */
static int learn_log(struct lesson *lesson, const char *name)
{
	struct input in = { 0 };
	int err = input_load(&in, name);
	size_t records = 0;

	if (!err)
		err = input_parse(&in);
	if (!err)
		look_at_names(lesson, &in);
	for (size_t i = 0; !err && i < in.nboot; i++)
		for (size_t k = 0; k < in.boot[i].nrec; k++, records++) {
			struct rec r = boot_rec(&in.boot[i], k);

			learn_record(lesson, &r);
		}
	if (err == -ENOENT || (!err && !records))
		fprintf(stderr, "rwpolicy: %s: no records of Ringward in it\n", name);
	else if (err == -EPROTONOSUPPORT)
		fprintf(stderr, "rwpolicy: %s: written by another version of Ringward\n", name);
	else if (err)
		fprintf(stderr, "rwpolicy: %s: %s\n", name, strerror(-err));
	if (!err && in.problems.count)
		fprintf(stderr, "rwpolicy: %s: warning: it is damaged; rwlog verify says where\n", name);
	seen_free(&lesson->seen);
	input_free(&in);
	return err || !records ? 2 : 0;
}

static bool needs_quotes(const char *path)
{
	return strpbrk(path, " \t#") != NULL;
}

/* Prints the lines; those with the same user and path are one. */
static unsigned int print_lines(const struct touches *t)
{
	char letters[RW_RIGHTS + 1];
	unsigned int lines = 0;

	for (size_t i = 0, end; i < t->count; i = end) {
		const struct touch *first = &t->touch[i];
		const char *quote = needs_quotes(first->path) ? "\"" : "";
		uint32_t kinds = 0;

		for (end = i; end < t->count && t->touch[end].uid == first->uid &&
			      strcmp(t->touch[end].path, first->path) == 0;
		     end++)
			kinds |= BIT(t->touch[end].kind);
		printf("+%s %s%s%s %u\n", access_letters(kinds, letters), quote,
		       strcmp(first->path, "/") == 0 ? ACCESS_ROOT : first->path, quote, first->uid);
		lines++;
	}
	return lines;
}

static void warn(unsigned long count, const char *what)
{
	if (count)
		fprintf(stderr, "rwpolicy: warning: %lu %s\n", count, what);
}

int learn(char **logs, uint32_t kinds)
{
	struct lesson lesson = { .kinds = kinds };
	char letters[RW_RIGHTS + 1];
	int ret = 0;

	crc32c_use_insn(__builtin_cpu_supports("sse4.2"));
	for (char **log = logs; *log && !ret; log++)
		ret = learn_log(&lesson, *log);
	if (!ret) {
		touches_generalise(&lesson.touches);
		printf("# Proposed by rwpolicy learn: what a log shows is allowed, nothing else. Read it before you use it.\n"
		       "# Remove the mode when no more refusals are recorded.\n"
		       "mode audit\n"
		       "-%s / *\n",
		       access_letters(kinds, letters));
		if (print_lines(&lesson.touches) >= ACCESS_RULES_MAX)
			fprintf(stderr,
				"rwpolicy: warning: more lines than the %u that a policy.conf can have\n",
				ACCESS_RULES_MAX);
		warn(lesson.without_path,
		     "accesses are left out, as their paths do not begin at the system's root");
		warn(lesson.unnamed, "accesses are left out, as no line can have their paths");
		warn(lesson.lost, "records say that others are missing: the policy may lack lines");
	}
	touches_free(&lesson.touches);
	return ret;
}

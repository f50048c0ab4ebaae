// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Fills records with the identity of tasks and files.

#include <linux/dcache.h>
#include <linux/string.h>
#include <asm/tsc.h>

#include "event.h"
#include "fold.h"
#include "kernel/paths.h"

/* In place: the structure would be the largest copy of a record. */
static void add_task(struct event *ev, bool look)
{
	u8 *at = (u8 *)ev->writer.hdr + ev->writer.used;
	const struct rw_field field = { RW_F_TASK,
					task_describe((struct rw_task *)(at + sizeof(field)), look) };

	static_assert(RW_TASK_MIN % RW_FIELD_ALIGN == 0 && sizeof(struct rw_task) % RW_FIELD_ALIGN == 0);
	memcpy(at, &field, sizeof(field));
	ev->writer.used += sizeof(field) + field.len;
}

/* The time comes last: the description may make records of its own, which are earlier. */
void event_start(struct event *ev, u8 type, u8 verdict, int step, bool look)
{
	ev->step = step;
	ev->no_memory = ev->dropped = ev->buffered = ev->has_device = ev->other_names = false;
	ev->access = 0;
	ev->fs = NULL;
	rec_begin(&ev->writer, &ev->head, sizeof(ev->head), type, verdict);
	ev->tails = 0;
	ev->room = EVENT_ROOM;
	add_task(ev, look);
	ev->writer.hdr->time_ns = rdtsc_ordered();
}

void event_cred(struct event *ev, const struct task_cred *now, const struct task_cred *old)
{
	rec_bytes(&ev->writer, RW_F_CRED, &now->ids, sizeof(now->ids));
	rec_bytes(&ev->writer, RW_F_OLD_CRED, &old->ids, sizeof(old->ids));
}

void event_caps(struct event *ev, const struct task_cred *now, const struct task_cred *old)
{
	if (memcmp(&now->caps, &old->caps, sizeof(now->caps)) == 0)
		return;
	rec_bytes(&ev->writer, RW_F_CAPS, &now->caps, sizeof(now->caps));
	rec_bytes(&ev->writer, RW_F_OLD_CAPS, &old->caps, sizeof(old->caps));
}

/* Decides, if that is still open, by what the record holds by now. Return: whether the event is wanted. */
static bool is_wanted(struct event *ev, bool complete)
{
	if (ev->step >= 0) {
		ev->step = filter_continue(ev, complete);
		ev->dropped = ev->step == MONITOR_DROP;
	}
	return !ev->dropped;
}

void event_file(struct event *ev, const struct inode *inode)
{
	struct rw_file file;

	if (!inode)
		return;
	file = event_identify(inode);
	ev->fs = inode->i_sb->s_type->name;
	event_identity(ev, &file);
}

/*
 * @buf: the tail's memory, to be freed, or NULL. The table has as many places as a record has tails.
 */
static void add_tail(struct event *ev, u16 id, const void *value, u16 len, char *buf)
{
	ev->tail[ev->tails] = (struct producer_tail){ .value = value, .id = id, .len = len };
	ev->buf[ev->tails++] = buf;
	ev->buffered |= buf != NULL;
}

void event_tail(struct event *ev, u16 id, const void *value, u16 len)
{
	if (ev->tails < EVENT_TAILS_MAX)
		add_tail(ev, id, value, len, NULL);
	else
		ev->writer.full = true;
}

/* What a field says about a path beside its text; an event has some of these. */
enum name_fact {
	FACT_DELETED = 1,
	FACT_FILE_KIND = 2,
	FACT_OUTSIDE = 4
};

/* clang-format off */
#define FACT(NAME) | (RW_F_##NAME == RW_F_DELETED ? FACT_DELETED : 0) \
	| (RW_F_##NAME == RW_F_FILE_KIND ? FACT_FILE_KIND : 0) \
	| (RW_F_##NAME == RW_F_OUTSIDE ? FACT_OUTSIDE : 0)
#define RW_MUST(NAME) FACT(NAME)
#define RW_MAY(NAME)  FACT(NAME)
static const u8 facts_of[RW_TYPES] = {
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) [id] = 0 FIELDS,
#include "abi/events.def"
};
#undef RW_MUST
#undef RW_MAY
/* clang-format on */

static noinline void add_facts(struct event *ev, const struct compat_name *name)
{
	u8 facts = facts_of[ev->writer.hdr->type];

	if (name->deleted && facts & FACT_DELETED)
		event_u32(ev, RW_F_DELETED, true);
	if (name->kind != RW_FILE_PATH && facts & FACT_FILE_KIND) {
		event_u32(ev, RW_F_FILE_KIND, name->kind);
		ev->other_names = true;
	}
	if (name->outside && facts & FACT_OUTSIDE) {
		event_u32(ev, RW_F_OUTSIDE, true);
		ev->other_names = true;
	}
}

/* Adds the name to the event's own room. Return: whether it fits. */
static bool add_short(struct event *ev, u16 id, const struct path *path, const struct compat_root *root,
		      struct compat_name *name)
{
	char *end = ev->names + ev->room, *start;

	if (ev->room < 2)
		return false;
	start = compat_name(path, root, ev->names, ev->room, name);
	if (unlikely(name->truncated))
		return false;
	add_tail(ev, id, start, end - 1 - start, NULL);
	ev->room = start - ev->names;
	return true;
}

static noinline void add_long(struct event *ev, u16 id, const struct path *path,
			      const struct compat_root *root, struct compat_name *name)
{
	char *buf = event_buffer(ev), *start;

	if (!buf)
		return;
	start = compat_name(path, root, buf, EVENT_PATH_BYTES, name);
	if (name->truncated)
		ev->writer.hdr->flags |= RW_RECF_PATH_TRUNC;
	add_tail(ev, id, start, buf + EVENT_PATH_BYTES - 1 - start, buf);
}

/* @dead: the path can be one of a removed file. */
static void add_path(struct event *ev, u16 id, const struct path *path, const struct compat_root *root,
		     bool dead)
{
	struct compat_name name = { .truncated = false };

	if (!is_wanted(ev, false))
		return;
	if (ev->tails == EVENT_TAILS_MAX) {
		ev->writer.full = true;
		return;
	}
	if (!add_short(ev, id, path, root, &name))
		add_long(ev, id, path, root, &name);
	name.deleted = name.deleted && dead;
	if (unlikely(name.deleted || name.outside || name.kind != RW_FILE_PATH) && id == RW_F_PATH)
		add_facts(ev, &name);
}

void event_path(struct event *ev, u16 id, const struct path *path)
{
	const struct compat_root root = compat_root();

	add_path(ev, id, path, &root, true);
}

void event_path_from(struct event *ev, u16 id, const struct path *path, const struct compat_root *root)
{
	add_path(ev, id, path, root, true);
}

void event_path_at(struct event *ev, u16 id, const struct path *dir, struct dentry *dentry)
{
	const struct path path = { .mnt = dir->mnt, .dentry = dentry };
	const struct compat_root root = compat_root();

	add_path(ev, id, &path, &root, false);
}

/* Hands over a record that is complete and wanted. */
static void hand_over(struct event *ev, enum producer_mode mode)
{
	struct rw_rec_hdr *hdr = ev->writer.hdr;
	const struct rw_monitor_type *type = filter_type(hdr->type);
	u32 size = ev->writer.used;
	unsigned int i;

	for (i = 0; i < ev->tails; i++)
		size += sizeof(struct rw_field) + rw_pad(ev->tail[i].len, RW_FIELD_ALIGN);
	if (unlikely(size > RW_REC_MAX))
		ev->writer.full = true;
	hdr->size = rw_pad(size, RW_REC_ALIGN);
	mode = filter_mode(hdr->type, mode);
	if (mode == PRODUCER_SYNC)
		hdr->flags |= RW_RECF_SYNC;
	if (ev->no_memory || ev->writer.full || size > RW_REC_MAX)
		producer_lost();
	else if (!(type->fold_ms && fold_takes(hdr, ev->writer.used, ev->tail, ev->tails)) &&
		 !(type->limit && limit_takes(hdr)))
		producer_submit(hdr, ev->writer.used, ev->tail, ev->tails, mode);
}

void event_submit(struct event *ev, enum producer_mode mode)
{
	unsigned int i;

	if (is_wanted(ev, true))
		hand_over(ev, mode);
	if (likely(!ev->buffered))
		return;
	for (i = 0; i < ev->tails; i++)
		if (ev->buf[i])
			__putname(ev->buf[i]);
}

void event_flush(void)
{
	fold_flush();
	limit_flush();
	producer_flush();
}

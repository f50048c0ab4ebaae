// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Fills records with the identity of tasks and files.

#include <linux/dcache.h>
#include <linux/kdev_t.h>
#include <linux/string.h>
#include <asm/tsc.h>

#include "event.h"
#include "fold.h"
#include "kernel/paths.h"

/* In place: the structure would be the largest copy of a record. */
static void add_task(struct event *ev)
{
	u8 *at = (u8 *)ev->writer.hdr + ev->writer.used;
	const struct rw_field field = { RW_F_TASK, task_describe((struct rw_task *)(at + sizeof(field))) };

	static_assert(RW_TASK_MIN % RW_FIELD_ALIGN == 0 && sizeof(struct rw_task) % RW_FIELD_ALIGN == 0);
	memcpy(at, &field, sizeof(field));
	ev->writer.used += sizeof(field) + field.len;
}

/* The time comes last: the description may make records of its own, which are earlier. */
void event_start(struct event *ev, u8 type, u8 verdict, int step)
{
	ev->step = step;
	ev->dropped = false;
	ev->fs = NULL;
	rec_begin(&ev->writer, &ev->head, sizeof(ev->head), type, verdict);
	ev->no_memory = false;
	ev->tails = 0;
	add_task(ev);
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

struct rw_file event_identify(const struct inode *inode)
{
	return (struct rw_file){
		.dev = new_encode_dev(inode->i_sb->s_dev),
		.ino = inode->i_ino,
		.generation = inode->i_generation,
	};
}

void event_file(struct event *ev, const struct inode *inode)
{
	struct rw_file file;

	if (!inode)
		return;
	file = event_identify(inode);
	ev->fs = inode->i_sb->s_type->name;
	rec_bytes(&ev->writer, RW_F_FILE, &file, sizeof(file));
}

/*
 * @buf: the tail's memory, to be freed, or NULL. The table has as many places as a record has tails.
 */
static void add_tail(struct event *ev, u16 id, const void *value, u16 len, char *buf)
{
	ev->tail[ev->tails] = (struct producer_tail){ .value = value, .id = id, .len = len };
	ev->buf[ev->tails++] = buf;
}

void event_tail(struct event *ev, u16 id, const void *value, u16 len)
{
	if (ev->tails < EVENT_TAILS_MAX)
		add_tail(ev, id, value, len, NULL);
	else
		ev->writer.full = true;
}

/* Return: memory for one more path; NULL if there is none, which is noted. */
static char *path_buffer(struct event *ev)
{
	char *buf = NULL;

	if (!is_wanted(ev, false))
		return NULL;
	if (ev->tails == EVENT_TAILS_MAX) {
		ev->writer.full = true;
		return NULL;
	}
	buf = __getname();
	if (!buf)
		ev->no_memory = true;
	return buf;
}

/* Writes the name of @path to the first @size bytes of @buf. Return: its start; @end points to its NUL. */
static char *name_path(struct event *ev, const struct path *path, char *buf, u32 size, char **end)
{
	bool trunc = false;
	char *name = compat_path(path, buf, size, &trunc);

	if (trunc)
		ev->writer.hdr->flags |= RW_RECF_PATH_TRUNC;
	*end = trunc ? name + strlen(name) : buf + size - 1;
	return name;
}

void event_path(struct event *ev, u16 id, const struct path *path)
{
	char *buf = path_buffer(ev), *name, *end;

	if (!buf)
		return;
	name = name_path(ev, path, buf, EVENT_PATH_BYTES, &end);
	add_tail(ev, id, name, end - name, buf);
}

void event_path_at(struct event *ev, u16 id, const struct path *dir, struct dentry *dentry)
{
	char *buf = path_buffer(ev), *name, *end;
	struct name_snapshot last;

	if (!buf)
		return;
	take_dentry_name_snapshot(&last, dentry);
	name = name_path(ev, dir, buf, EVENT_PATH_BYTES - 1 - last.name.len, &end);
	if (end == name || end[-1] != '/')
		*end++ = '/';
	memcpy(end, last.name.name, last.name.len);
	add_tail(ev, id, name, end + last.name.len - name, buf);
	release_dentry_name_snapshot(&last);
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

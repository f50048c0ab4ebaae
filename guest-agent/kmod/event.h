/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Making a record: who, when, on what.
 *
 *     struct event ev;
 *
 *     if (!event_begin(&ev, RW_REC_FILE_OPEN, RW_VERDICT_ALLOW))
 *             return 0;
 *     event_path(&ev, RW_F_PATH, &file->f_path);
 *     event_submit(&ev, PRODUCER_BATCH);
 *
 * Where event_begin() says that the event is not wanted (monitor.conf), there is nothing more to do.
 * Otherwise each event_begin() needs its event_submit(), which frees the paths' memory. Nothing between
 * them can fail: without memory for a record, event_submit() counts it as lost.
 */
#pragma once

#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/path.h>

#include "lib/record.h"
#include "filter.h"
#include "kernel/inode.h"
#include "producer.h"
#include "task.h"

struct compat_root;

/* Bytes of a buffer for one path and its NUL: memory from __getname(). */
#define EVENT_PATH_BYTES (RW_PATH_MAX + 1)
static_assert(EVENT_PATH_BYTES <= PATH_MAX);

/* Bytes of an event for its paths: what does not fit there costs an allocation. */
#define EVENT_ROOM 320u

/*
 * Bytes of a value of each kind, multiples of RW_FIELD_ALIGN; 0: variable, which makes the field a tail.
 */
enum event_kind_bytes {
#define RW_KIND(NAME, min, max, grows, RULE, doc) EVENT_BYTES_##NAME = (grows) || (min) == (max) ? (max) : 0,
#include "abi/events.def"
};

/* The room that each field takes: bytes of the head, or a tail. */
enum event_field_room {
#define RW_FIELD(id, NAME, KIND, name, label, since, doc) \
	EVENT_HEAD_##NAME = EVENT_BYTES_##KIND ? sizeof(struct rw_field) + EVENT_BYTES_##KIND : 0, \
	EVENT_TAIL_##NAME = EVENT_BYTES_##KIND ? 0 : 1,
#include "abi/events.def"
};

/* Whether a field is a path. */
enum event_field_path {
#define RW_FIELD(id, NAME, KIND, name, label, since, doc) EVENT_PATH_##NAME = RW_KIND_##KIND == RW_KIND_PATH,
#include "abi/events.def"
};

/* As long as the longest head of an agent's record: a record with all its fields fits. */
union event_longest_head {
#define RW_MUST(NAME) +EVENT_HEAD_##NAME
#define RW_MAY(NAME)  +EVENT_HEAD_##NAME
/* clang-format off */
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) \
	u64 of_##NAME[(id) <= RW_REC_AGENT_LAST ? (sizeof(struct rw_rec_hdr) FIELDS + 7) / sizeof(u64) : 0];
/* clang-format on */
#include "abi/events.def"
#undef RW_MUST
#undef RW_MAY
};

/* As many tails as the agent's record with the most of them. */
union event_most_tails {
#define RW_MUST(NAME) +EVENT_TAIL_##NAME
#define RW_MAY(NAME)  +EVENT_TAIL_##NAME
/* clang-format off */
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) \
	struct producer_tail of_##NAME[(id) <= RW_REC_AGENT_LAST ? 0 FIELDS : 0];
/* clang-format on */
#include "abi/events.def"
#undef RW_MUST
#undef RW_MAY
};

/* As many bytes as paths in the agent's record with the most of them. */
union event_most_paths {
#define RW_MUST(NAME) +EVENT_PATH_##NAME
#define RW_MAY(NAME)  +EVENT_PATH_##NAME
/* clang-format off */
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) \
	u8 of_##NAME[(id) <= RW_REC_AGENT_LAST ? 0 FIELDS : 0];
/* clang-format on */
#include "abi/events.def"
#undef RW_MUST
#undef RW_MAY
};

#define EVENT_HEAD_MAX  sizeof(union event_longest_head)
#define EVENT_TAILS_MAX (sizeof(union event_most_tails) / sizeof(struct producer_tail))

#define EVENT_PATHS_MAX sizeof(union event_most_paths)

/* Most bytes of all other tails of a record that has paths; a hook keeps to it. */
#define EVENT_REST_MAX 3072u

/* An event lies on the stack of any kernel path; and what it describes must fit a record. */
static_assert(EVENT_HEAD_MAX <= 448 && EVENT_TAILS_MAX <= 6);
static_assert(EVENT_HEAD_MAX + EVENT_TAILS_MAX * 2 * sizeof(struct rw_field) +
		      EVENT_PATHS_MAX * EVENT_PATH_BYTES + EVENT_REST_MAX <=
	      RW_REC_MAX);

/** struct event - a record being built: fields of fixed length in @head, the others where they are. */
struct event {
	struct rec_writer writer;
	int step; /* of filter_continue(); MONITOR_RECORD: decided */
	bool no_memory;
	bool dropped;  /* monitor.conf does not want it */
	bool buffered; /* a tail has memory of its own */
	/* What rules can ask for, besides the paths and addresses among the tails. */
	bool has_device, other_names; /* a path is not one of the usual kind below the root */
	u32 access;                   /* enum rw_monitor_access; 0: the event has no such thing */
	u64 device;                   /* with @has_device: as struct rw_file has it */
	const char *fs;               /* type of the file's file system; NULL: not known */
	unsigned int tails, room;     /* the first @room bytes of @names are free */
	struct producer_tail tail[EVENT_TAILS_MAX];
	char *buf[EVENT_TAILS_MAX]; /* with @buffered: memory of a tail from __getname(), or NULL */
	union event_longest_head head;
	char names[EVENT_ROOM];
};

/* The second half of event_begin(); @look: at what the task has become. */
void event_start(struct event *ev, u8 type, u8 verdict, int step, bool look);

static inline bool __must_check event_begin_if_wanted(struct event *ev, u8 type, u8 verdict, bool look)
{
	int step = filter_begin(type);

	if (step == MONITOR_DROP)
		return false;
	event_start(ev, type, verdict, step, look);
	return true;
}

/**
 * event_begin() - start a record: time, and who it is.
 * @type:    enum rw_rec_type
 * @verdict: enum rw_verdict
 *
 * Return: false if monitor.conf does not want the event: nothing was started.
 *
 * Context: any task's; does not sleep. So for all below, except those that say so.
 */
static inline bool __must_check event_begin(struct event *ev, u8 type, u8 verdict)
{
	return event_begin_if_wanted(ev, type, verdict, true);
}

/**
 * event_begin_anywhere() - like event_begin(), but takes no lock, no memory and makes no other record.
 *
 * With PRODUCER_SYNC, event_submit() takes no lock either.
 *
 * Context: any but NMI, under any lock.
 */
static inline bool __must_check event_begin_anywhere(struct event *ev, u8 type, u8 verdict)
{
	return event_begin_if_wanted(ev, type, verdict, false);
}

/**
 * event_wanted() - whether event_begin() would start a record: for a hook that has to do something before.
 */
static inline bool event_wanted(u8 type)
{
	return filter_begin(type) != MONITOR_DROP;
}

/** event_u32() - add a field of 4 bytes. */
static inline void event_u32(struct event *ev, u16 id, u32 value)
{
	rec_u32(&ev->writer, id, value);
}

/** event_u64(), event_bytes() - add a field of 8 bytes; of the length that its kind has. */
static inline void event_u64(struct event *ev, u16 id, u64 value)
{
	rec_u64(&ev->writer, id, value);
}

static inline void event_bytes(struct event *ev, u16 id, const void *value, u16 len)
{
	rec_bytes(&ev->writer, id, value, len);
}

/** event_result() - add the hook's result; nothing for 0. */
static inline void event_result(struct event *ev, int result)
{
	if (result)
		rec_u32(&ev->writer, RW_F_RESULT, result);
}

/** event_open_flags() - add the flags of open(2) that a file has. */
static inline void event_open_flags(struct event *ev, u32 flags)
{
	ev->access = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC) ? RW_MONITOR_WRITE :
										      RW_MONITOR_READ;
	event_u32(ev, RW_F_OPEN_FLAGS, flags);
}

/** event_cred() - add credentials, new and old. */
void event_cred(struct event *ev, const struct task_cred *now, const struct task_cred *old);

/** event_caps() - add capabilities, new and old; nothing if they are the same. */
void event_caps(struct event *ev, const struct task_cred *now, const struct task_cred *old);

/** event_identify() - get a file's identity, as stat(2) has it. Context: may sleep on overlayfs and btrfs. */
static inline struct rw_file event_identify(const struct inode *inode)
{
	return compat_identify(inode);
}

/** event_identity() - add the identity of a file as event_identify() has got it. */
static inline void event_identity(struct event *ev, const struct rw_file *file)
{
	ev->has_device = true;
	ev->device = file->dev;
	event_bytes(ev, RW_F_FILE, file, sizeof(*file));
}

/** event_file() - add the file's identity; nothing for NULL. Context: as event_identify(). */
void event_file(struct event *ev, const struct inode *inode);

/** event_tail() - add @len bytes at @value, which must stay until event_submit(). */
void event_tail(struct event *ev, u16 id, const void *value, u16 len);

/**
 * event_path() - add the name of a file, absolute as seen from the caller's root.
 *
 * A name that is too long loses its front, and the record gets RW_RECF_PATH_TRUNC. For RW_F_PATH the fields
 * DELETED, FILE_KIND and OUTSIDE are added as well, where they hold and the event has them.
 *
 * Context: may sleep.
 */
void event_path(struct event *ev, u16 id, const struct path *path);

/** event_path_from() - like event_path(), from another root. */
void event_path_from(struct event *ev, u16 id, const struct path *path, const struct compat_root *root);

/**
 * event_path_at() - like event_path() for an entry of a directory, which need not exist; the caller has
 * locked @dir.
 */
void event_path_at(struct event *ev, u16 id, const struct path *dir, struct dentry *dentry);

/**
 * event_buffer() - get memory for a tail, of EVENT_PATH_BYTES; without any, the record counts as lost.
 *
 * Context: may sleep. Return: memory, to be freed by __putname() after event_submit(), or NULL.
 */
static inline char *event_buffer(struct event *ev)
{
	char *buf = __getname();

	if (!buf)
		ev->no_memory = true;
	return buf;
}

/**
 * event_submit() - hand the record over, or count it as lost; or leave it out, if monitor.conf says so.
 * @mode: when it must leave, unless monitor.conf says otherwise
 */
void event_submit(struct event *ev, enum producer_mode mode);

/** event_flush() - hand over all records and counts. Context: may sleep; interrupts on. */
void event_flush(void);

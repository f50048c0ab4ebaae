/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A record as a list of named members, from the one table of fields: what JSON and CSV write. */
#define _GNU_SOURCE
#include "members.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "disasm.h"
#include "names.h"
#include "sink.h"
#include "util.h"

#define COLUMNS_MAX 512u
#define PARTS_MAX   28u /* members of one field, and a terminator */

/* Which part of a device's number a member is. */
enum half {
	WHOLE,
	MAJOR,
	MINOR
};

/* A member of a structure. */
struct part_desc {
	const char *name;
	uint16_t off;
	uint8_t len;           /* 4 or 8: a number; RW_COMM_LEN: a task's name */
	enum member_form form; /* of a number */
	uint32_t mask;         /* MEMBER_BOOL: the bit; the member is there only if it is set */
	enum half half;
};

#define PART_AS(type, name, field, form, mask) \
	{ \
		name, offsetof(struct type, field), sizeof(((struct type *)0)->field), form, mask, WHOLE \
	}
#define HALF(type, name, field, half) \
	{ \
		name, offsetof(struct type, field), sizeof(((struct type *)0)->field), MEMBER_U64, 0, half \
	}
#define PART(type, name, field) PART_AS(type, name, field, MEMBER_U64, 0)
#define FLAG(name, mask)        PART_AS(rw_task, name, flags, MEMBER_BOOL, mask)

static const struct part_desc task_parts[PARTS_MAX] = {
	PART(rw_task, "pid", pid),
	PART(rw_task, "tgid", tgid),
	PART(rw_task, "ppid", ppid),
	PART(rw_task, "uid", uid),
	PART(rw_task, "euid", euid),
	PART(rw_task, "gid", gid),
	PART(rw_task, "comm", comm),
	PART(rw_task, "fsuid", fsuid),
	PART(rw_task, "loginuid", loginuid),
	PART(rw_task, "session", session),
	FLAG("io_worker", RW_TASKF_IO_WORKER),
	FLAG("user_worker", RW_TASKF_USER_WORKER),
	FLAG("kernel_thread", RW_TASKF_KERNEL_THREAD),
	FLAG("other_root", RW_TASKF_OTHER_ROOT),
	FLAG("interrupt", RW_TASKF_INTERRUPT),
	PART(rw_task, "cgroup", cgroup),
	PART(rw_task, "pid_ns", pid_ns),
	PART(rw_task, "mnt_ns", mnt_ns),
	PART(rw_task, "ns_pid", ns_pid),
	PART(rw_task, "ns_tgid", ns_tgid),
	PART(rw_task, "root_dev", root_dev),
	HALF(rw_task, "root_dev_major", root_dev, MAJOR),
	HALF(rw_task, "root_dev_minor", root_dev, MINOR),
	PART(rw_task, "root_ino", root_ino),
};

static const struct part_desc guest_task_parts[PARTS_MAX] = {
	PART(rw_guest_task, "pid", pid),
	PART(rw_guest_task, "tgid", tgid),
	PART(rw_guest_task, "comm", comm),
};

static const struct part_desc file_parts[PARTS_MAX] = {
	PART(rw_file, "dev", dev),
	HALF(rw_file, "dev_major", dev, MAJOR),
	HALF(rw_file, "dev_minor", dev, MINOR),
	PART(rw_file, "ino", ino),
	PART(rw_file, "generation", generation),
};

static const struct part_desc cred_parts[PARTS_MAX] = {
	PART(rw_cred, "cred_uid", uid),     PART(rw_cred, "cred_gid", gid),
	PART(rw_cred, "cred_suid", suid),   PART(rw_cred, "cred_sgid", sgid),
	PART(rw_cred, "cred_euid", euid),   PART(rw_cred, "cred_egid", egid),
	PART(rw_cred, "cred_fsuid", fsuid), PART(rw_cred, "cred_fsgid", fsgid),
};

static const struct part_desc other_task_parts[PARTS_MAX] = {
	PART(rw_other_task, "pid", pid),   PART(rw_other_task, "tgid", tgid), PART(rw_other_task, "uid", uid),
	PART(rw_other_task, "euid", euid), PART(rw_other_task, "comm", comm),
};

static const struct part_desc caps_parts[PARTS_MAX] = {
	PART_AS(rw_caps, "effective", effective, MEMBER_ADDRESS, 0),
	PART_AS(rw_caps, "permitted", permitted, MEMBER_ADDRESS, 0),
	PART_AS(rw_caps, "inheritable", inheritable, MEMBER_ADDRESS, 0),
	PART_AS(rw_caps, "ambient", ambient, MEMBER_ADDRESS, 0),
};

static const struct part_desc namespaces_parts[PARTS_MAX] = {
	PART(rw_namespaces, "mnt", mnt),   PART(rw_namespaces, "pid", pid),
	PART(rw_namespaces, "net", net),   PART(rw_namespaces, "ipc", ipc),
	PART(rw_namespaces, "uts", uts),   PART(rw_namespaces, "cgroup", cgroup),
	PART(rw_namespaces, "time", time), PART(rw_namespaces, "user", user),
};

/* Structures by kind. */
static const struct {
	const struct part_desc *parts;
	const char *more; /* name of the unknown end */
} structures[RW_KIND_COUNT] = {
	[RW_KIND_TASK] = { task_parts, "task_more" },
	[RW_KIND_GUEST_TASK] = { guest_task_parts, "task_more" },
	[RW_KIND_FILE] = { file_parts, "file_more" },
	[RW_KIND_CRED] = { cred_parts, "cred_more" },
	[RW_KIND_OTHER_TASK] = { other_task_parts, "more" },
	[RW_KIND_CAPS] = { caps_parts, "more" },
	[RW_KIND_NAMESPACES] = { namespaces_parts, "more" },
};

/* How a kind that is not a structure is written. */
static const enum member_form forms[RW_KIND_COUNT] = {
	[RW_KIND_U32] = MEMBER_U64,           [RW_KIND_U64] = MEMBER_U64,
	[RW_KIND_OFFSET] = MEMBER_U64,        [RW_KIND_BOOL] = MEMBER_BOOL,
	[RW_KIND_MODE] = MEMBER_U64,          [RW_KIND_RESULT] = MEMBER_I64,
	[RW_KIND_ADDRESS64] = MEMBER_ADDRESS, [RW_KIND_OPEN_FLAGS] = MEMBER_U64,
	[RW_KIND_RENAME_FLAGS] = MEMBER_U64,  [RW_KIND_WAIT_STATUS] = MEMBER_U64,
	[RW_KIND_KEXEC_STEP] = MEMBER_WORD,   [RW_KIND_ACCESS] = MEMBER_WORD,
	[RW_KIND_TARGET] = MEMBER_WORD,       [RW_KIND_DROP] = MEMBER_WORD,
	[RW_KIND_MALFORMED] = MEMBER_WORD,    [RW_KIND_CLASS] = MEMBER_WORD,
	[RW_KIND_TIME] = MEMBER_U64,          [RW_KIND_PATH] = MEMBER_TEXT,
	[RW_KIND_TEXT] = MEMBER_TEXT,         [RW_KIND_BYTES] = MEMBER_HEX,
	[RW_KIND_CODE] = MEMBER_HEX,          [RW_KIND_STRINGS] = MEMBER_STRINGS,
	[RW_KIND_IDS] = MEMBER_IDS,           [RW_KIND_ADDRESS] = MEMBER_SOCKET,
	[RW_KIND_FILE_KIND] = MEMBER_WORD,    [RW_KIND_PROT] = MEMBER_U64,
	[RW_KIND_DEVICE] = MEMBER_U64,        [RW_KIND_CLONE_FLAGS] = MEMBER_U64,
	[RW_KIND_EXEC_FLAGS] = MEMBER_U64,    [RW_KIND_CHILD] = MEMBER_WORD,
	[RW_KIND_TRACE] = MEMBER_WORD,        [RW_KIND_PRCTL] = MEMBER_WORD,
	[RW_KIND_SIGNAL] = MEMBER_U64,        [RW_KIND_CGROUP_STEP] = MEMBER_WORD,
	[RW_KIND_MESSAGE] = MEMBER_TEXT,      [RW_KIND_FAMILY] = MEMBER_WORD,
	[RW_KIND_SOCKET_TYPE] = MEMBER_WORD,  [RW_KIND_LOG_INPUT] = MEMBER_WORD,
	[RW_KIND_FACILITY] = MEMBER_WORD,     [RW_KIND_SEVERITY] = MEMBER_WORD,
	[RW_KIND_DELIVERY] = MEMBER_WORD,     [RW_KIND_DIGEST] = MEMBER_HEX,
	[RW_KIND_AREAS] = MEMBER_AREAS,       [RW_KIND_AGENT_STATE] = MEMBER_WORD,
};

/*
 * The names before and after the fields. A task's names come after the first ones.
 */
static const char *const begin_names[] = { "boot", "seq", "time", "time_ns", "cpu", "type" };
enum {
	BEGIN_BOOT,
	BEGIN_SEQ,
	BEGIN_TIME,
	BEGIN_TIME_NS,
	BEGIN_CPU,
	BEGIN_TYPE
};
static const char *const end_names[] = { "sync",        "path_truncated", "time_adjusted",
					 "cgroup_path", "unit",           "other" };
#define END_CGROUP_PATH 3u
#define END_UNIT        4u
static const uint16_t end_flags[] = { RW_RECF_SYNC, RW_RECF_PATH_TRUNC, RW_RECF_TIME_ADJ };

static struct {
	const char *name[COLUMNS_MAX];
	unsigned int count;
	unsigned int verdict, end;                 /* columns */
	uint16_t field[RW_FIELD_COUNT][PARTS_MAX]; /* columns of a field's members */
	char made[COLUMNS_MAX][NAME_LEN];          /* names of several words */
	unsigned int made_count;
} columns;

static unsigned int add_column(const char *name)
{
	for (unsigned int i = 0; i < columns.count; i++)
		if (strcmp(columns.name[i], name) == 0)
			return i;
	columns.name[columns.count] = name;
	return columns.count++;
}

/* The name of a field's member: that of the field, if it has one, before that of the member. */
static const char *joined(const char *field, const char *member)
{
	char *name = columns.made[columns.made_count];

	if (!field[0])
		return member;
	snprintf(name, NAME_LEN, "%s_%s", field, member);
	columns.made_count++;
	return name;
}

/*
 * What a number means, as further members after it, by kind. A name that begins with "_" follows that of the
 * field.
 */
static const char *const meanings[RW_KIND_COUNT][4] = {
	[RW_KIND_WAIT_STATUS] = { "exit_status", "exit_signal", "core_dumped" },
	[RW_KIND_CODE] = { "insn" },
	[RW_KIND_RESULT] = { "errno" },
	[RW_KIND_MODE] = { "_octal" },
	[RW_KIND_SIGNAL] = { "_name" },
	[RW_KIND_DEVICE] = { "_major", "_minor" },
};

/* The kind of a field's value. The table of fields keeps 8 bytes of one device, as of a plain number. */
static enum rw_field_kind kind_of(unsigned int id, const struct field_desc *desc)
{
	return id == RW_F_NEW_DEV ? RW_KIND_DEVICE : desc->kind;
}

/* Name of the part of a field's meaning with number @k, or NULL. */
static const char *meaning_name(unsigned int id, const struct field_desc *desc, unsigned int k)
{
	const char *name = k < ARRAY_SIZE(meanings[0]) ? meanings[kind_of(id, desc)][k] : NULL;
	char *made = columns.made[columns.made_count];

	if (k == 0 && flags_of(0, id))
		name = "_names";
	if (!name || name[0] != '_')
		return name;
	snprintf(made, NAME_LEN, "%s%s", desc->name, name);
	columns.made_count++;
	return made;
}

/* Name of member @k of a field, or NULL. */
static const char *member_name(unsigned int id, const struct field_desc *desc, unsigned int k)
{
	const struct part_desc *parts = structures[desc->kind].parts;

	if (parts)
		return parts[k].name ? joined(desc->name, parts[k].name) : NULL;
	return k == 0 ? desc->name : meaning_name(id, desc, k - 1);
}

static void add_field(unsigned int id)
{
	const struct field_desc *desc = field_desc(id);
	const char *name;

	for (unsigned int k = 0; desc && k < PARTS_MAX && (name = member_name(id, desc, k)); k++)
		columns.field[id][k] = (uint16_t)add_column(name);
}

static void make_columns(void)
{
	_Static_assert(RW_FIELD_COUNT + 128 <= COLUMNS_MAX, "every name has room");

	if (columns.count)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(begin_names); i++)
		add_column(begin_names[i]);
	add_field(RW_F_TASK);
	columns.verdict = add_column("verdict");
	for (unsigned int id = 1; id < RW_FIELD_COUNT; id++)
		add_field(id);
	columns.end = columns.count;
	for (size_t i = 0; i < ARRAY_SIZE(end_names); i++)
		add_column(end_names[i]);
}

unsigned int members_columns(void)
{
	make_columns();
	return columns.count;
}

const char *members_column(unsigned int i)
{
	make_columns();
	return columns.name[i];
}

/* A record being parsed. */
struct walk {
	const struct rec *r;
	member_fn *fn;
	void *ctx;
	uint64_t taken[COLUMNS_MAX / 64]; /* bits: columns of fields already written */
};

static void put(const struct walk *w, const struct member *m)
{
	w->fn(w->ctx, m);
}

static void put_u64(const struct walk *w, const char *name, unsigned int column, uint64_t v)
{
	put(w, &(struct member){ .name = name, .column = column, .form = MEMBER_U64, .u = v });
}

static void put_word(const struct walk *w, const char *name, unsigned int column, const char *word)
{
	put(w, &(struct member){ .name = name, .column = column, .form = MEMBER_WORD, .word = word });
}

/* Bytes that this version has no column for. */
static void put_rest(const struct walk *w, const char *name, const uint8_t *p, size_t n)
{
	put(w, &(struct member){
		       .name = name, .column = columns.count - 1, .form = MEMBER_HEX, .text = { p, n } });
}

static void put_structure(const struct walk *w, const struct rec_field *f, enum rw_field_kind kind)
{
	const struct part_desc *part = structures[kind].parts;
	uint16_t known = kind_desc(kind)->max;

	for (unsigned int k = 0; part[k].name; k++) {
		struct rec_field in = { 0, part[k].len, f->value + part[k].off };
		unsigned int column = columns.field[f->id][k];
		struct member m = { .name = columns.name[column], .column = column, .form = part[k].form };

		if (part[k].off + part[k].len > f->len)
			break;
		if (part[k].len == RW_COMM_LEN) {
			m.form = MEMBER_TEXT;
			m.text = rec_comm((const char *)in.value);
		} else {
			m.u = value_number(&in);
		}
		if (part[k].mask)
			m.u = (m.u & part[k].mask) != 0;
		if (part[k].half)
			m.u = part[k].half == MAJOR ? major(m.u) : minor(m.u);
		if (!part[k].mask || m.u)
			put(w, &m);
	}
	if (f->len > known)
		put_rest(w, structures[kind].more, f->value + known, f->len - known);
}

/* What a wait status says: the program's exit status, or the signal that ended it. */
static void put_status(const struct walk *w, uint64_t status, const uint16_t *column)
{
	uint64_t signal = status & 0x7f;

	if (signal)
		put_u64(w, columns.name[column[1]], column[1], signal);
	else
		put_u64(w, columns.name[column[0]], column[0], status >> 8 & 0xff);
	put(w, &(struct member){ .name = columns.name[column[2]],
				 .column = column[2],
				 .form = MEMBER_BOOL,
				 .u = signal && (status & 0x80) });
}

static void put_device(const struct walk *w, uint64_t dev, const uint16_t *column)
{
	put_u64(w, columns.name[column[0]], column[0], major(dev));
	put_u64(w, columns.name[column[1]], column[1], minor(dev));
}

/* A number's meaning as a word, or NULL. */
static const char *word_for(enum rw_field_kind kind, uint64_t v, char buf[NAME_LEN])
{
	int32_t number = (int32_t)v;
	const char *name;

	switch (kind) {
	case RW_KIND_RESULT:
		return number < 0 && number > -4096 ? strerrorname_np(-number) : NULL;
	case RW_KIND_MODE:
		snprintf(buf, NAME_LEN, "0%03o", (unsigned int)v);
		return buf;
	case RW_KIND_SIGNAL:
		name = number >= 0 ? sigabbrev_np(number) : NULL;
		snprintf(buf, NAME_LEN, "SIG%s", name ? name : "");
		return name ? buf : NULL;
	default:
		return NULL;
	}
}

/* What a field's number means. */
static void put_meaning(const struct walk *w, const struct rec_field *f, const struct field_desc *desc)
{
	const uint16_t *column = columns.field[f->id] + 1;
	enum rw_field_kind kind = kind_of(f->id, desc);
	char word[NAME_LEN], insn[DISASM_LEN];
	const struct flag_name *names;
	const char *text;

	if (!column[0]) /* most fields have none; the first column is never that of a meaning */
		return;
	names = flags_of(w->r->hdr.type, f->id);
	if (names) {
		put(w, &(struct member){ .name = columns.name[column[0]],
					 .column = column[0],
					 .form = MEMBER_FLAGS,
					 .bits = { value_number(f), names } });
	} else if (kind == RW_KIND_WAIT_STATUS) {
		put_status(w, value_number(f), column);
	} else if (kind == RW_KIND_DEVICE) {
		put_device(w, value_number(f), column);
	} else if (kind == RW_KIND_CODE) {
		if (disasm(f->value, f->len, rec_number(w->r, RW_F_RIP), insn) == DISASM_GOOD)
			put_word(w, columns.name[column[0]], column[0], insn);
	} else {
		text = word_for(kind, value_number(f), word);
		if (text)
			put_word(w, columns.name[column[0]], column[0], text);
	}
}

static void put_value(const struct walk *w, const struct rec_field *f, const struct field_desc *desc)
{
	struct member m = { .name = desc->name,
			    .column = columns.field[f->id][0],
			    .form = forms[desc->kind] };
	char word[NAME_LEN];

	switch (m.form) {
	case MEMBER_I64:
		m.i = (int32_t)value_number(f);
		break;
	case MEMBER_WORD:
		m.word = name_of_value(desc->kind, (uint32_t)value_number(f), desc->name, word);
		break;
	case MEMBER_U64:
	case MEMBER_BOOL:
	case MEMBER_ADDRESS:
		m.u = value_number(f);
		break;
	default:
		m.text = value_text(f);
	}
	put(w, &m);
	put_meaning(w, f, desc);
}

/* Return: whether the column is still free; it no longer is. */
static bool take(struct walk *w, unsigned int column)
{
	uint64_t bit = UINT64_C(1) << column % 64, *word = &w->taken[column / 64];
	bool is_free = !(*word & bit);

	*word |= bit;
	return is_free;
}

static void put_field(struct walk *w, const struct rec_field *f)
{
	const struct field_desc *desc = field_desc(f->id);
	char name[NAME_LEN];

	if (!desc || !take(w, columns.field[f->id][0])) {
		snprintf(name, sizeof(name), "field_%u", f->id);
		put_rest(w, name, f->value, f->len);
		return;
	}
	if (structures[desc->kind].parts)
		put_structure(w, f, desc->kind);
	else
		put_value(w, f, desc);
}

/* The fields that say who did it, or all others. */
static void put_fields(struct walk *w, bool tasks)
{
	uint32_t pos = 0;
	struct rec_field f;

	while (rec_walk(w->r, &pos, &f))
		if (rec_is_task(&f) == tasks)
			put_field(w, &f);
}

/* What the cgroup is called in which the task was. */
static void put_cgroup(const struct walk *w, const struct cgroups *cgroups)
{
	struct rw_task task;
	struct text path, unit;

	if (!cgroups || !cgroups->n || rec_task(w->r, &task) < 2 ||
	    !cgroups_find(cgroups, task.cgroup, &path))
		return;
	put(w, &(struct member){ .name = end_names[END_CGROUP_PATH],
				 .column = columns.end + END_CGROUP_PATH,
				 .form = MEMBER_TEXT,
				 .text = path });
	if (cgroups_unit(path, &unit))
		put(w, &(struct member){ .name = end_names[END_UNIT],
					 .column = columns.end + END_UNIT,
					 .form = MEMBER_TEXT,
					 .text = unit });
}

static void put_header(const struct walk *w, const struct members_boot *boot)
{
	const struct rw_rec_hdr *h = &w->r->hdr;
	char type[NAME_LEN];

	if (boot->name)
		put_word(w, begin_names[BEGIN_BOOT], MEMBERS_BOOT, boot->name);
	put_u64(w, begin_names[BEGIN_SEQ], BEGIN_SEQ, h->seq);
	if (sink_has_time(boot->epoch, h->time_ns))
		put(w, &(struct member){ .name = begin_names[BEGIN_TIME],
					 .column = BEGIN_TIME,
					 .form = MEMBER_TIME,
					 .time = { boot->epoch, h->time_ns } });
	put_u64(w, begin_names[BEGIN_TIME_NS], BEGIN_TIME_NS, h->time_ns);
	put_u64(w, begin_names[BEGIN_CPU], BEGIN_CPU, h->cpu);
	put_word(w, begin_names[BEGIN_TYPE], BEGIN_TYPE, name_of_type(h->type, type));
}

void members_of_record(const struct rec *r, const struct members_boot *boot, member_fn *fn, void *ctx)
{
	struct walk w = { .r = r, .fn = fn, .ctx = ctx };

	make_columns();
	put_header(&w, boot);
	put_fields(&w, true);
	put_word(&w, "verdict", columns.verdict, name_of_verdict(r->hdr.verdict));
	put_fields(&w, false);
	for (unsigned int i = 0; i < ARRAY_SIZE(end_flags); i++)
		if (r->hdr.flags & end_flags[i])
			put(&w, &(struct member){ .name = end_names[i],
						  .column = columns.end + i,
						  .form = MEMBER_BOOL,
						  .u = 1 });
	put_cgroup(&w, boot->cgroups);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A record as a list of named members, from the one table of fields: what JSON and CSV write. */
#include "members.h"

#include <stdio.h>
#include <string.h>

#include "disasm.h"
#include "names.h"
#include "util.h"

#define COLUMNS_MAX 512u
#define PARTS_MAX   9u /* members of one field, and a terminator */

/* A member of a structure. */
struct part_desc {
	const char *name;
	uint16_t off;
	uint8_t len; /* 4 or 8: a number; RW_COMM_LEN: a task's name */
};

#define PART(type, name, field) \
	{ \
		name, offsetof(struct type, field), sizeof(((struct type *)0)->field) \
	}

static const struct part_desc task_parts[PARTS_MAX] = {
	PART(rw_task, "pid", pid),   PART(rw_task, "tgid", tgid), PART(rw_task, "ppid", ppid),
	PART(rw_task, "uid", uid),   PART(rw_task, "euid", euid), PART(rw_task, "gid", gid),
	PART(rw_task, "comm", comm),
};

static const struct part_desc guest_task_parts[PARTS_MAX] = {
	PART(rw_guest_task, "pid", pid),
	PART(rw_guest_task, "tgid", tgid),
	PART(rw_guest_task, "comm", comm),
};

static const struct part_desc file_parts[PARTS_MAX] = {
	PART(rw_file, "dev", dev),
	PART(rw_file, "ino", ino),
	PART(rw_file, "generation", generation),
};

static const struct part_desc cred_parts[PARTS_MAX] = {
	PART(rw_cred, "cred_uid", uid),     PART(rw_cred, "cred_gid", gid),
	PART(rw_cred, "cred_suid", suid),   PART(rw_cred, "cred_sgid", sgid),
	PART(rw_cred, "cred_euid", euid),   PART(rw_cred, "cred_egid", egid),
	PART(rw_cred, "cred_fsuid", fsuid), PART(rw_cred, "cred_fsgid", fsgid),
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
	[RW_KIND_MALFORMED] = MEMBER_WORD,    [RW_KIND_PATH] = MEMBER_TEXT,
	[RW_KIND_TEXT] = MEMBER_TEXT,         [RW_KIND_BYTES] = MEMBER_HEX,
	[RW_KIND_CODE] = MEMBER_HEX,          [RW_KIND_STRINGS] = MEMBER_STRINGS,
	[RW_KIND_IDS] = MEMBER_IDS,           [RW_KIND_ADDRESS] = MEMBER_SOCKET,
};

/*
 * The names before and after the fields. A task's names come after the first ones.
 */
static const char *const begin_names[] = { "boot", "seq", "time_ns", "cpu", "type" };
static const char *const end_names[] = { "sync", "path_truncated", "time_adjusted", "other" };
static const uint16_t end_flags[] = { RW_RECF_SYNC, RW_RECF_PATH_TRUNC, RW_RECF_TIME_ADJ };

static struct {
	const char *name[COLUMNS_MAX];
	unsigned int count;
	unsigned int verdict, end;                /* columns */
	uint8_t field[RW_FIELD_COUNT][PARTS_MAX]; /* columns of a field's members */
} columns;

static unsigned int add_column(const char *name)
{
	for (unsigned int i = 0; i < columns.count; i++)
		if (strcmp(columns.name[i], name) == 0)
			return i;
	columns.name[columns.count] = name;
	return columns.count++;
}

/* Name of member @k of a field, or NULL. */
static const char *member_name(const struct field_desc *desc, unsigned int k)
{
	if (structures[desc->kind].parts)
		return structures[desc->kind].parts[k].name;
	if (k == 0)
		return desc->name;
	return k == 1 && desc->kind == RW_KIND_CODE ? "insn" : NULL;
}

static void add_field(unsigned int id)
{
	const struct field_desc *desc = field_desc(id);
	const char *name;

	for (unsigned int k = 0; desc && k < PARTS_MAX && (name = member_name(desc, k)); k++)
		columns.field[id][k] = (uint8_t)add_column(name);
}

static void make_columns(void)
{
	_Static_assert(RW_FIELD_COUNT + PARTS_MAX * 4 + 10 <= COLUMNS_MAX, "every name has room");

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
	bool taken[COLUMNS_MAX]; /* columns of fields already written */
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
		struct member m = { .name = part[k].name, .column = columns.field[f->id][k] };

		if (part[k].len == RW_COMM_LEN) {
			m.form = MEMBER_TEXT;
			m.text = rec_comm((const char *)in.value);
		} else {
			m.form = MEMBER_U64;
			m.u = value_number(&in);
		}
		put(w, &m);
	}
	if (f->len > known)
		put_rest(w, structures[kind].more, f->value + known, f->len - known);
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
	if (desc->kind == RW_KIND_CODE) {
		char insn[DISASM_LEN];

		if (disasm(f->value, f->len, rec_number(w->r, RW_F_RIP), insn))
			put_word(w, "insn", columns.field[f->id][1], insn);
	}
}

static void put_field(struct walk *w, const struct rec_field *f)
{
	const struct field_desc *desc = field_desc(f->id);
	char name[NAME_LEN];

	if (!desc || w->taken[columns.field[f->id][0]]) {
		snprintf(name, sizeof(name), "field_%u", f->id);
		put_rest(w, name, f->value, f->len);
		return;
	}
	w->taken[columns.field[f->id][0]] = true;
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

void members_of_record(const struct rec *r, member_fn *fn, void *ctx)
{
	struct walk w = { .r = r, .fn = fn, .ctx = ctx };
	char type[NAME_LEN];

	make_columns();
	put_u64(&w, "seq", 1, r->hdr.seq);
	put_u64(&w, "time_ns", 2, r->hdr.time_ns);
	put_u64(&w, "cpu", 3, r->hdr.cpu);
	put_word(&w, "type", 4, name_of_type(r->hdr.type, type));
	put_fields(&w, true);
	put_word(&w, "verdict", columns.verdict, name_of_verdict(r->hdr.verdict));
	put_fields(&w, false);
	for (unsigned int i = 0; i < ARRAY_SIZE(end_flags); i++)
		if (r->hdr.flags & end_flags[i])
			put(&w, &(struct member){ .name = end_names[i],
						  .column = columns.end + i,
						  .form = MEMBER_BOOL,
						  .u = 1 });
}

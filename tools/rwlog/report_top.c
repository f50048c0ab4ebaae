/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A report's most used files and peers. */
#include <stdlib.h>

#include "report.h"
#include "report_boot.h"
#include "tally.h"

#define NAMES_MAX \
	(1u << 18) /* different names that are counted; records of further ones are only summed up */

static bool changes(const struct rec *r)
{
	switch (r->hdr.type) {
	case RW_REC_FILE_UNLINK:
	case RW_REC_FILE_RENAME:
	case RW_REC_FILE_WRITE:
	case RW_REC_FILE_CHMOD:
	case RW_REC_FILE_CHOWN:
	case RW_REC_FILE_TRUNCATE:
	case RW_REC_DIR_MAKE:
	case RW_REC_DIR_REMOVE:
	case RW_REC_FILE_LINK:
	case RW_REC_XATTR_SET:
	case RW_REC_XATTR_REMOVE:
	case RW_REC_KERNEL_SETTING:
		return true;
	case RW_REC_FILE_OPEN:
		return rec_number(r, RW_F_CREATED);
	default:
		return false;
	}
}

static void count(struct tallies *t, const struct rec *r, enum rw_field_id id)
{
	struct rec_field f;
	struct tally *x;

	if (!rec_field(r, id, &f) || !f.len)
		return;
	x = tally_of(t, value_text(&f));
	if (!x)
		return;
	x->records++;
	x->changes += changes(r);
	x->refused += report_is_bad(r);
}

static int by_records(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->refused != y->refused)
		return x->refused > y->refused ? -1 : 1;
	if (x->records != y->records)
		return x->records > y->records ? -1 : 1;
	return tally_compare_names(x, y);
}

static void put_name(struct json *j, const struct tally *x, bool is_address)
{
	char *shown = NULL;
	size_t len = 0;
	FILE *f;

	if (!is_address) {
		report_text(j, "name", x->name);
		return;
	}
	f = open_memstream(&shown, &len);
	text_socket(f, x->name);
	fclose(f);
	json_text_only(j, "name", (struct text){ (const uint8_t *)shown, len });
	free(shown);
}

/* The highest of a table; what remains is counted. */
static void put_table(struct report_boot *b, struct tallies *t, const char *name, const char *left,
		      bool is_address)
{
	size_t n = tally_sort(t, by_records);

	json_open(b->j, name, '[');
	for (size_t i = 0; i < n && i < REPORT_TOP; i++) {
		json_open(b->j, NULL, '{');
		put_name(b->j, &t->v[i], is_address);
		json_u64(b->j, "records", t->v[i].records);
		json_u64(b->j, "changes", t->v[i].changes);
		json_u64(b->j, "refused", t->v[i].refused);
		json_close(b->j, '}');
	}
	json_close(b->j, ']');
	json_u64(b->j, left, n > REPORT_TOP ? n - REPORT_TOP + t->others : t->others);
	free(t->v);
}

void report_top(struct report_boot *b)
{
	struct tallies files = { .max = NAMES_MAX }, peers = { .max = NAMES_MAX };

	for (size_t i = 0; i < b->boot->nrec; i++) {
		const struct event_desc *event;
		struct rec r;

		event = report_rec(b, i, &r) ? event_desc(r.hdr.type) : NULL;
		if (!event)
			continue;
		if (event->class == RW_CLASS_NET)
			count(&peers, &r, RW_F_ADDRESS);
		else
			count(&files, &r, RW_F_PATH);
	}
	put_table(b, &files, "files", "files_left_out", false);
	put_table(b, &peers, "peers", "peers_left_out", true);
}

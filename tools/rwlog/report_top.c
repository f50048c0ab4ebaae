/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A report's most used files and peers. */
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_boot.h"
#include "util.h"

#define NAMES_MAX \
	(1u << 18) /* different names that are counted; records of further ones are only summed up */

/* What is counted for one name: a path, or the bytes of an address. */
struct tally {
	struct text name; /* in a record */
	uint64_t records, changes, refused;
};

struct table {
	struct tally *v; /* hash table of 2 * NAMES_MAX places */
	size_t n;
	uint64_t others; /* records with names beyond NAMES_MAX */
};

/* FNV-1a, started with a number that a guest does not know, so that it cannot choose names that collide. */
static uint64_t hash_of(struct text t)
{
	static uint64_t seed;
	uint64_t h;

	if (!seed)
		seed = (uint64_t)(uintptr_t)&seed * 0x9e3779b97f4a7c15u | 1;
	h = seed;
	for (size_t i = 0; i < t.len; i++)
		h = (h ^ t.p[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

static struct tally *find(struct table *t, struct text name)
{
	size_t mask = 2 * NAMES_MAX - 1, i = hash_of(name) & mask;

	for (; t->v[i].name.p; i = (i + 1) & mask)
		if (t->v[i].name.len == name.len && memcmp(t->v[i].name.p, name.p, name.len) == 0)
			return &t->v[i];
	if (t->n == NAMES_MAX) {
		t->others++;
		return NULL;
	}
	t->n++;
	t->v[i].name = name;
	return &t->v[i];
}

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

static void tally(struct table *t, const struct rec *r, enum rw_field_id id)
{
	struct rec_field f;
	struct tally *x;

	if (!rec_field(r, id, &f) || !f.len)
		return;
	x = find(t, value_text(&f));
	if (!x)
		return;
	x->records++;
	x->changes += changes(r);
	x->refused += report_is_bad(r);
}

static int by_records(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;
	size_t least = x->name.len < y->name.len ? x->name.len : y->name.len;

	if (x->refused != y->refused)
		return x->refused > y->refused ? -1 : 1;
	if (x->records != y->records)
		return x->records > y->records ? -1 : 1;
	return least ? memcmp(x->name.p, y->name.p, least) : 0;
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
static void put_table(struct report_boot *b, struct table *t, const char *name, const char *left,
		      bool is_address)
{
	size_t n = 0;

	for (size_t i = 0; i < 2 * NAMES_MAX; i++)
		if (t->v[i].name.p)
			t->v[n++] = t->v[i];
	if (n)
		qsort(t->v, n, sizeof(*t->v), by_records);
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
	struct table files = { .v = make(2 * NAMES_MAX * sizeof(*files.v)) };
	struct table peers = { .v = make(2 * NAMES_MAX * sizeof(*peers.v)) };

	for (size_t i = 0; i < b->boot->nrec; i++) {
		const struct event_desc *event;
		struct rec r;

		event = report_rec(b, i, &r) ? event_desc(r.hdr.type) : NULL;
		if (!event)
			continue;
		if (event->class == RW_CLASS_NET)
			tally(&peers, &r, RW_F_ADDRESS);
		else
			tally(&files, &r, RW_F_PATH);
	}
	put_table(b, &files, "files", "files_left_out", false);
	put_table(b, &peers, "peers", "peers_left_out", true);
}

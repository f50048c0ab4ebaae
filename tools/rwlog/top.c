/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What occurs most often in a log: programs, files, peers. */
#include "top.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "select.h"
#include "util.h"

/* Something that is counted: bytes in a record. */
struct tally {
	struct text key;
	uint64_t hash, count;
};

struct tallies {
	struct tally *v; /* open addressing; count 0: free */
	size_t slots, used;
};

/* FNV-1a from a secret start: a guest that chooses the keys cannot make them collide. */
static uint64_t hash_of(struct text t)
{
	static uint64_t start;
	uint64_t h;

	if (!start && getrandom(&start, sizeof(start), 0) < 0)
		start = UINT64_C(0xcbf29ce484222325);
	h = start;

	for (size_t i = 0; i < t.len; i++)
		h = (h ^ t.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static struct tally *find(const struct tallies *t, struct text key, uint64_t hash)
{
	size_t i = hash & (t->slots - 1);

	while (t->v[i].count && (t->v[i].hash != hash || t->v[i].key.len != key.len ||
				 memcmp(t->v[i].key.p, key.p, key.len) != 0))
		i = (i + 1) & (t->slots - 1);
	return &t->v[i];
}

static void make_room(struct tallies *t)
{
	struct tallies more = { .slots = t->slots ? t->slots * 2 : 1024, .used = t->used };

	if (t->used * 2 < t->slots)
		return;
	more.v = make(more.slots * sizeof(*more.v));
	for (size_t i = 0; i < t->slots; i++)
		if (t->v[i].count)
			*find(&more, t->v[i].key, t->v[i].hash) = t->v[i];
	free(t->v);
	*t = more;
}

static void count(struct tallies *t, struct text key)
{
	uint64_t hash = hash_of(key);
	struct tally *one;

	make_room(t);
	one = find(t, key, hash);
	if (!one->count++) {
		one->key = key;
		one->hash = hash;
		t->used++;
	}
}

static int by_count(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;
	size_t n = x->key.len < y->key.len ? x->key.len : y->key.len;
	int c;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	c = n ? memcmp(x->key.p, y->key.p, n) : 0;
	if (c)
		return c;
	return x->key.len < y->key.len ? -1 : x->key.len > y->key.len;
}

/* Prints the most frequent ones, and frees them. */
static void put(struct tallies *t, const char *title, size_t lines, void (*show)(FILE *, struct text),
		FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->slots; i++)
		if (t->v[i].count)
			t->v[n++] = t->v[i];
	if (n)
		qsort(t->v, n, sizeof(*t->v), by_count);
	fprintf(out, "%s: %zu\n", title, n);
	for (size_t i = 0; i < n && i < lines; i++) {
		fprintf(out, "%10" PRIu64 "  ", t->v[i].count);
		show(out, t->v[i].key);
		putc('\n', out);
	}
	if (n > lines)
		fprintf(out, "%10s  and %zu more\n", "", n - lines);
	free(t->v);
}

static void show_quoted(FILE *out, struct text t)
{
	text_show(out, t, true);
}

struct counted {
	struct tallies programs, files, peers;
	struct programs known;
};

/* The program by its executable; its name if that is not known. */
static void count_program(struct counted *c, const struct rec *r)
{
	struct rec_field f;
	struct rw_task task;
	struct text exe;
	uint32_t pos = 0;

	if (rec_task(r, &task) == 2 && programs_exe(&c->known, task.tgid, r->hdr.time_ns, &exe)) {
		count(&c->programs, exe);
		return;
	}
	while (rec_walk(r, &pos, &f))
		if (rec_is_task(&f)) {
			size_t at = field_desc(f.id)->kind == RW_KIND_TASK ?
					    offsetof(struct rw_task, comm) :
					    offsetof(struct rw_guest_task, comm);

			count(&c->programs, rec_comm((const char *)f.value + at));
			return;
		}
}

static void count_record(struct counted *c, const struct rec *r)
{
	const struct event_desc *event = event_desc(r->hdr.type);
	struct rec_field f;

	count_program(c, r);
	if (event && event->class == RW_CLASS_FILE && rec_field(r, RW_F_PATH, &f))
		count(&c->files, value_text(&f));
	if (event && event->class == RW_CLASS_NET && r->hdr.type != RW_REC_BIND &&
	    rec_field(r, RW_F_ADDRESS, &f))
		count(&c->peers, value_text(&f));
}

static void put_boot(const struct boot *b, const struct filter *filter, size_t lines, FILE *out)
{
	struct counted c = { .known.n = 0 };
	struct selection s;
	struct rec r;

	for (size_t i = 0; i < b->nrec; i++) {
		r = boot_rec(b, i);
		programs_add(&c.known, &r);
	}
	programs_sort(&c.known);
	selection_open(&s, b, filter);
	while (selection_next(&s, &r))
		count_record(&c, &r);
	selection_close(&s);
	put(&c.programs, "programs", lines, show_quoted, out);
	put(&c.files, "files", lines, show_quoted, out);
	put(&c.peers, "peers", lines, text_socket, out);
	programs_free(&c.known);
}

void top(const struct log *log, const struct filter *filter, size_t lines, FILE *out)
{
	for (size_t i = 0; i < log->nboot; i++) {
		char id[TEXT_BOOT_LEN];

		boot_name(&log->boot[i], id);
		fprintf(out, "-- boot %s\n", id);
		put_boot(&log->boot[i], filter, lines, out);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The boots of a log: its parts sorted by boot, each boot's records merged. */
#include "boots.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "resident.h"
#include "util.h"

/* A part, and its place in the file. */
struct entry {
	struct part *part;
	size_t place;
	size_t first; /* place of its boot's first part */
};

static int by_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

static int by_boot(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = (int)x->part->have_hdr - (int)y->part->have_hdr;

	if (x->part->boot != y->part->boot)
		return x->part->boot < y->part->boot ? -1 : 1;
	if (!c && x->part->have_hdr)
		c = memcmp(x->part->hdr.boot_id, y->part->hdr.boot_id, sizeof(x->part->hdr.boot_id));
	return c ? c : by_place(a, b);
}

static int by_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return by_place(a, b);
}

static bool same_id(const struct entry *a, const struct entry *b)
{
	return memcmp(a->part->hdr.boot_id, b->part->hdr.boot_id, sizeof(a->part->hdr.boot_id)) == 0;
}

/*
 * Sets `first` of the @n entries with the same begin of the boot's id: at first those without a header, then
 * those with one, by id. Nothing is known of an image without a header: it is a boot of its own.
 */
static void split(struct entry *e, size_t n)
{
	size_t lost = 0;

	while (lost < n && !e[lost].part->have_hdr)
		lost++;
	for (size_t i = lost; i < n; i++)
		e[i].first = i > lost && same_id(&e[i], &e[i - 1]) ? e[i - 1].first : e[i].place;
	if (lost == n) {
		for (size_t i = 0; i < n; i++)
			e[i].first = e[i].part->is_dump ? e[0].place : e[i].place;
		return;
	}
	qsort(e + lost, n - lost, sizeof(*e), by_place);
	for (size_t i = 0, next = lost; i < lost; i++) {
		while (next < n && e[next].place < e[i].place)
			next++;
		if (e[i].part->is_dump)
			e[i].first = e[next > lost ? next - 1 : lost].first;
	}
}

static void add_part(struct boot *b, const struct entry *e)
{
	b->total = e->part->total > b->total ? e->part->total : b->total;
	if (!b->npart || e->part->hdr.next_seq >= b->newest->hdr.next_seq)
		b->newest = e->part;
	b->part = grow(b->part, b->npart, &b->part_cap, sizeof(struct part *));
	b->part[b->npart++] = e->part;
}

struct boot *boots_of_parts(struct part *const *part, size_t n, size_t *nboot)
{
	struct entry *e = make((n + 1) * sizeof(*e));
	struct boot *boot = NULL;
	size_t cap = 0;

	*nboot = 0;
	for (size_t i = 0; i < n; i++)
		e[i] = (struct entry){ part[i], i, i };
	qsort(e, n, sizeof(*e), by_boot);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && e[j].part->boot == e[i].part->boot;)
			j++;
		split(e + i, j - i);
	}
	qsort(e, n, sizeof(*e), by_first);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || e[i].first != e[i - 1].first) {
			boot = grow(boot, *nboot, &cap, sizeof(*boot));
			boot[(*nboot)++] = (struct boot){ .npart = 0 };
		}
		add_part(&boot[*nboot - 1], &e[i]);
	}
	free(e);
	return boot;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static struct rw_rec_hdr hdr_of(const uint8_t *rec)
{
	struct rw_rec_hdr h;

	memcpy(&h, rec, sizeof(h));
	return h;
}

/*
 * Merges the records of the parts from @from up to @to, which are sorted within each part. Those that share a
 * number stay in the order of the parts. @start: of each part, its first record at @rec
 */
static void merge_parts(struct rec_ref *rec, const size_t *start, size_t from, size_t to,
			struct rec_ref *spare)
{
	size_t mid = from + (to - from) / 2, out = start[from], right = start[mid], left = 0;
	size_t nleft = right - out;

	if (to - from < 2)
		return;
	merge_parts(rec, start, from, mid, spare);
	merge_parts(rec, start, mid, to, spare);
	if (!nleft || right == start[to] || rec[right - 1].seq <= rec[right].seq)
		return;
	memcpy(spare, rec + out, nleft * sizeof(*rec));
	while (left < nleft && right < start[to])
		rec[out++] = rec[right].seq < spare[left].seq ? rec[right++] : spare[left++];
	memcpy(rec + out, spare + left, (nleft - left) * sizeof(*rec));
}

/* All records of a boot's parts, sorted; those with the same number in the order of the parts. */
static void gather(struct boot *b)
{
	size_t *start = make((b->npart + 1) * sizeof(*start));
	struct rec_ref *spare;

	for (size_t i = 0; i < b->npart; i++) {
		for (size_t j = 0; j < b->part[i]->nrec; j++) {
			b->rec = grow(b->rec, b->nrec, &b->rec_cap, sizeof(*b->rec));
			b->rec[b->nrec++] = b->part[i]->rec[j];
		}
		start[i + 1] = b->nrec;
	}
	spare = make((b->nrec + 1) * sizeof(*spare));
	merge_parts(b->rec, start, 0, b->npart, spare);
	free(spare);
	free(start);
}

/* Where a record lies, for people. */
static uint64_t place_in_file(const struct boot *b, const struct rec_ref *rec)
{
	for (size_t i = 0; i < b->npart; i++) {
		const struct part *p = b->part[i];
		const struct rec_ref *found = bsearch(rec, p->rec, p->nrec, sizeof(*rec), rec_by_seq);

		while (found && found > p->rec && rec_by_seq(found - 1, found) == 0)
			found--;
		for (; found && found < p->rec + p->nrec && rec_by_seq(found, rec) == 0; found++)
			if (found->p == rec->p)
				return part_off(p, rec->p);
	}
	return 0;
}

static bool same_record(const uint8_t *a, const uint8_t *b)
{
	size_t size = hdr_of(a).size;

	resident_touch(size);
	return hdr_of(b).size == size && memcmp(a, b, size) == 0;
}

/* Keeps each record once; of those that share a number but differ, the first one stays. */
void boot_merge(struct boot *b, struct problems *problems)
{
	struct rec_ref *rec;
	size_t out = 0;

	if (b->npart == 1 && b->part[0]->unique) {
		b->rec = b->part[0]->rec;
		b->nrec = b->part[0]->nrec;
		return;
	}
	gather(b);
	rec = b->rec;
	for (size_t i = 0; i < b->nrec; i++) {
		struct rec_ref r = rec[i], *last = out ? &rec[out - 1] : NULL;

		if (!last || last->seq != r.seq) {
			rec[out++] = r;
			continue;
		}
		if (same_record(last->p, r.p))
			continue;
		b->bad++;
		problem_add(problems, PROBLEM_ALTERED, b->newest,
			    "record %" PRIu64 " occurs twice, with different contents (at offsets "
			    "0x%" PRIx64 " and 0x%" PRIx64 ")",
			    r.seq, place_in_file(b, last), place_in_file(b, &r));
	}
	b->nrec = out;
}

static int by_time(const void *a, const void *b)
{
	struct rw_rec_hdr x = hdr_of(((const struct rec_ref *)a)->p);
	struct rw_rec_hdr y = hdr_of(((const struct rec_ref *)b)->p);

	return x.time_ns != y.time_ns ? compare(x.time_ns, y.time_ns) : compare(x.seq, y.seq);
}

void boot_sort_by_time(struct boot *b)
{
	for (size_t i = 1; i < b->nrec; i++) {
		resident_touch(hdr_of(b->rec[i].p).size);
		if (by_time(&b->rec[i - 1], &b->rec[i]) <= 0)
			continue;
		qsort(b->rec, b->nrec, sizeof(*b->rec), by_time);
		return;
	}
}

struct rec boot_rec(const struct boot *b, size_t i)
{
	struct rec r = { b->rec[i].p, hdr_of(b->rec[i].p) };

	resident_touch(r.hdr.size);
	return r;
}

void boot_name(const struct boot *b, char name[TEXT_BOOT_LEN])
{
	if (b->newest->have_hdr)
		text_boot(name, &b->newest->hdr);
	else if (b->newest->is_dump)
		snprintf(name, TEXT_BOOT_LEN, "%08" PRIx32, b->newest->boot);
	else
		snprintf(name, TEXT_BOOT_LEN, "unknown");
}

void boots_free(struct boot *boot, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(boot[i].part);
		if (boot[i].rec_cap)
			free(boot[i].rec);
	}
	free(boot);
}

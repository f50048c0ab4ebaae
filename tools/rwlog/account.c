/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Accounts for every record of a log: it is there, or it was counted as evicted. */
#include "account.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "util.h"

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_class(const void *a, const void *b)
{
	const struct part_block *x = a, *y = b;

	if (x->hdr.class != y->hdr.class)
		return compare(x->hdr.class, y->hdr.class);
	return x->hdr.index != y->hdr.index ? compare(x->hdr.index, y->hdr.index) : compare(x->off, y->off);
}

static bool is_sorted(const struct part *p)
{
	for (size_t i = 1; i < p->nrec; i++)
		if (rec_by_seq_and_place(&p->rec[i - 1], &p->rec[i]) > 0)
			return false;
	return true;
}

/* The records of a class that are still to be merged. */
struct cursor {
	const struct part_block *b, *end;
	size_t next;  /* in the block */
	uint64_t seq; /* of that record; UINT64_MAX: there is none */
};

static void advance(const struct part *p, struct cursor *c)
{
	while (c->b < c->end && c->next == c->b->count) {
		c->b++;
		c->next = 0;
	}
	c->seq = c->b < c->end ? p->rec[c->b->first + c->next].seq : UINT64_MAX;
}

/* One cursor for each class of the sorted blocks. Return: how many. */
static size_t start_cursors(const struct part *p, struct cursor c[RW_STORE_CLASSES])
{
	size_t n = 0;

	for (size_t i = 0; i < p->nblock; i++) {
		if (!i || p->block[i].hdr.class != p->block[i - 1].hdr.class)
			c[n++] = (struct cursor){ .b = &p->block[i] };
		c[n - 1].end = &p->block[i + 1];
	}
	for (size_t i = 0; i < n; i++)
		advance(p, &c[i]);
	return n;
}

/*
 * In a good log the records of each class ascend, block after block: merges them. Return: false if they do
 * not, with the records as they were.
 */
static bool merge_classes(struct part *p)
{
	struct spool spool = { .p = NULL };
	struct cursor c[RW_STORE_CLASSES];
	size_t n = start_cursors(p, c), done = 0;
	uint64_t last = 0;

	for (; done < p->nrec; done++) {
		struct cursor *least = &c[0];

		for (size_t i = 1; i < n; i++)
			if (c[i].seq < least->seq)
				least = &c[i];
		if (least->seq == UINT64_MAX || least->seq <= last)
			break;
		last = least->seq;
		memcpy(spool_add(&spool, sizeof(*p->rec)), &p->rec[least->b->first + least->next++],
		       sizeof(*p->rec));
		advance(p, least);
	}
	if (done < p->nrec) {
		spool_free(&spool);
		return false;
	}
	spool_free(&p->recs);
	p->recs = spool;
	p->rec = (struct rec_ref *)(void *)spool_bytes(&p->recs);
	return true;
}

/* The blocks of a class, in the order of opening. */
struct chain {
	const struct part_block *b;
	size_t n;
	uint32_t class;
	char name[NAME_LEN];
};

/* Whether the image may show a moment between two steps of the store. */
static bool amid_steps(const struct part *p)
{
	return p->hdr.end_reason == RW_END_RUNNING || p->hdr.end_reason == RW_END_STOP;
}

/* Records of the class before block @i that no block holds. */
static uint64_t gap_before(const struct chain *c, size_t i)
{
	uint64_t end = i ? c->b[i - 1].hdr.before + c->b[i - 1].hdr.count : 0;

	return c->b[i].hdr.before > end ? c->b[i].hdr.before - end : 0;
}

/*
 * Whether the store was evicting a block of the class: its records are counted, and still there.
 * @gap: records of the class that are missing. Return: number of the block's records, or 0.
 */
static uint64_t being_evicted(const struct part *p, const struct chain *c, uint64_t gap, uint64_t evicted)
{
	for (size_t i = 0; amid_steps(p) && i < c->n; i++)
		if (gap + c->b[i].hdr.count == evicted && (!gap || gap_before(c, i) == gap))
			return c->b[i].hdr.count;
	return 0;
}

/* Names the records that are missing before block @i. */
static void report_gap(struct part *p, const struct chain *c, size_t i, uint64_t gap)
{
	const struct part_block *b = &c->b[i];

	if (i == 0)
		part_missing(p, b->off, "class %s: %" PRIu64 " records are missing before record %" PRIu64,
			     c->name, gap, b->hdr.first_seq);
	else
		part_missing(p, b->off,
			     "class %s: %" PRIu64 " records are missing between records %" PRIu64
			     " and %" PRIu64,
			     c->name, gap, c->b[i - 1].hdr.last_seq, b->hdr.first_seq);
}

/* Checks how the blocks of a class follow each other. */
static void check_order(struct part *p, const struct chain *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct part_block *b = &c->b[i];
		const struct part_block *last = i > 0 ? &c->b[i - 1] : NULL;

		if (i > 0 && (b->hdr.index == last->hdr.index || b->hdr.first_seq <= last->hdr.last_seq ||
			      b->hdr.before < last->hdr.before + last->hdr.count))
			part_problem(p, b->off,
				     "class %s: block %" PRIu64 " with records from %" PRIu64
				     " on cannot follow block %" PRIu64 " with records up to %" PRIu64,
				     c->name, b->hdr.index, b->hdr.first_seq, last->hdr.index,
				     last->hdr.last_seq);
		if (i + 1 < c->n && !b->hdr.next)
			part_missing(p, b->off,
				     "class %s: block %" PRIu64 " says that it is the newest, but block "
				     "%" PRIu64 " is newer",
				     c->name, b->hdr.index, b[1].hdr.index);
		if (i + 1 == c->n && b->hdr.next && !amid_steps(p))
			part_missing(p, b->off,
				     "class %s: the records after record %" PRIu64
				     " are missing: a block followed block %" PRIu64,
				     c->name, b->hdr.last_seq, b->hdr.index);
	}
}

/* Compares the gaps of a class with the header. Return: records counted as evicted that are there. */
static uint64_t check_gaps(struct part *p, const struct chain *c)
{
	uint64_t evicted = p->hdr.evicted[c->class], total = 0, stale = 0;
	size_t gaps = 0, at = 0;
	bool found = false;

	for (size_t i = 0; i < c->n; i++) {
		if (!gap_before(c, i))
			continue;
		total += gap_before(c, i);
		at = i;
		gaps++;
	}
	if (gaps <= 1 && total != evicted)
		stale = being_evicted(p, c, total, evicted);
	if (gaps <= 1 && total + stale != evicted)
		part_missing(p, c->b[at].off,
			     "class %s: %" PRIu64 " records are missing before record %" PRIu64
			     ", but the header counts %" PRIu64 " as evicted",
			     c->name, total, c->b[at].hdr.first_seq, evicted);
	for (size_t i = 0; gaps > 1 && i < c->n; i++) {
		uint64_t gap = gap_before(c, i);

		if (gap && gap == evicted && !found)
			found = true;
		else if (gap)
			report_gap(p, c, i, gap);
	}
	return stale;
}

/* Checks each class. Return: records counted as evicted that are there. */
static uint64_t check_classes(struct part *p)
{
	uint64_t stale = 0;

	for (size_t i = 0, n; i < p->nblock; i += n) {
		struct chain c = { .b = &p->block[i], .class = p->block[i].hdr.class };
		char name[NAME_LEN];

		for (n = 1; i + n < p->nblock && p->block[i + n].hdr.class == c.class;)
			n++;
		c.n = n;
		snprintf(c.name, sizeof(c.name), "%s", name_of_class(c.class, name));
		check_order(p, &c);
		if (p->have_hdr)
			stale += check_gaps(p, &c);
	}
	return stale;
}

/* Checks that no number occurs twice. Return: how many records have a number below @end. */
static uint64_t check_twice(struct part *p, uint64_t end)
{
	uint64_t below = 0, last = 0;

	p->unique = true;
	for (size_t i = 0; i < p->nrec; i++) {
		uint64_t seq = p->rec[i].seq;

		if (i && seq == last) {
			part_problem(p, part_off(p, p->rec[i].p), "record %" PRIu64 " is there twice", seq);
			p->unique = false;
		} else {
			below += seq < end;
		}
		last = seq;
	}
	return below;
}

/* Checks the numbers of all records against the header. */
static void check_numbers(struct part *p, uint64_t stale)
{
	const struct rw_store_hdr *h = &p->hdr;
	uint64_t below = check_twice(p, p->have_hdr ? h->next_seq : 0);
	uint64_t last = p->nrec ? p->rec[p->nrec - 1].seq : 0;
	uint64_t off = p->nrec ? part_off(p, p->rec[p->nrec - 1].p) : 0;
	bool running = !p->is_dump && h->end_reason == RW_END_RUNNING;

	if (!p->have_hdr || h->next_seq == 0)
		return;
	if (last + 1 < h->next_seq || (last >= h->next_seq && !running))
		part_missing(p, off,
			     "the log goes up to record %" PRIu64
			     ", but the header says up to record %" PRIu64,
			     last, h->next_seq - 1);
	else if (last >= h->next_seq && p->nrec - below != last + 1 - h->next_seq)
		part_missing(p, off,
			     "of the records %" PRIu64 " to %" PRIu64 " of an unfinished batch only %" PRIu64
			     " are there",
			     h->next_seq, last, p->nrec - below);
	if (p->nrec && !stale && p->rec[0].seq != h->first_seq)
		part_missing(p, part_off(p, p->rec[0].p),
			     "the first record is %" PRIu64 ", but the header says %" PRIu64, p->rec[0].seq,
			     h->first_seq);
	if (below + store_evicted(h) - stale != h->next_seq - 1)
		part_missing(p, 0,
			     "%" PRIu64 " records are there and %" PRIu64
			     " were evicted, but there were %" PRIu64,
			     below, store_evicted(h) - stale, h->next_seq - 1);
}

void account_check(struct part *p)
{
	uint64_t stale;

	p->rec = (struct rec_ref *)(void *)spool_bytes(&p->recs);
	if (p->nblock)
		qsort(p->block, p->nblock, sizeof(*p->block), by_class);
	if ((p->bad || !merge_classes(p)) && !is_sorted(p))
		qsort(p->rec, p->nrec, sizeof(*p->rec), rec_by_seq_and_place);
	stale = check_classes(p);
	check_numbers(p, stale);
}

struct account account_class(const struct part *p, uint32_t class)
{
	struct account a = { .evicted = p->have_hdr ? p->hdr.evicted[class] : 0 };

	for (size_t i = 0; i < p->nblock; i++) {
		if (p->block[i].hdr.class != class)
			continue;
		a.blocks++;
		a.records += p->block[i].count;
		a.bytes += p->block[i].len - sizeof(struct rw_block_hdr);
	}
	return a;
}

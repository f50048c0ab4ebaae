/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A part of a log: the blocks and records of one store image, or of one dump in a serial capture. */
#include "part.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "names.h"
#include "progress.h"
#include "resident.h"
#include "util.h"

/* The last segment that begins at or before byte @off of the dump, or NULL. */
static const struct part_seg *seg_of(const struct part *p, uint64_t off)
{
	size_t lo = 0, hi = p->nseg;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->seg[mid].off <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &p->seg[lo - 1] : NULL;
}

/* Line of the capture with byte @off of the dump, or the dump's first line. */
static uint64_t line_of(const struct part *p, uint64_t off)
{
	const struct part_seg *s = seg_of(p, off);

	if (!s)
		return p->line;
	uint64_t in = off - s->off < s->len ? off - s->off : s->len - 1;

	return s->line + (s->frame ? in / s->frame : 0);
}

static uint64_t frame_of(const struct part_seg *s, uint64_t off)
{
	return s->at + (off - s->off) / s->frame * s->step;
}

bool part_place(const struct part *p, uint64_t off, uint64_t size, uint64_t reach, struct part_place *place)
{
	const struct part_seg *s = seg_of(p, off);
	uint64_t last, end = off + size;

	place->at = last = frame_of(s, off);
	place->in = (uint32_t)((off - s->off) % s->frame);
	for (; end > s->off + s->len; s++) {
		if (s[1].at <= frame_of(s, s->off + s->len - 1))
			return false;
	}
	last = frame_of(s, end - 1);
	return last - place->at <= reach;
}

static void add(struct part *p, enum problem_kind kind, uint64_t off, const char *fmt, va_list ap)
{
	char text[400];

	vsnprintf(text, sizeof(text), fmt, ap);
	p->bad++;
	p->bad_of[kind]++;
	if (p->is_dump)
		problem_add(p->problems, kind, p,
			    "line %" PRIu64 ", dump %" PRIu32 ", offset 0x%" PRIx64 ": %s", line_of(p, off),
			    p->dump, off, text);
	else
		problem_add(p->problems, kind, p, "offset 0x%" PRIx64 ": %s", p->base + off, text);
}

void part_problem(struct part *p, uint64_t off, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(p, PROBLEM_ALTERED, off, fmt, ap);
	va_end(ap);
}

void part_cut(struct part *p, uint64_t off, const char *fmt, ...)
{
	va_list ap;

	p->cut = true;
	va_start(ap, fmt);
	add(p, PROBLEM_CUT, off, fmt, ap);
	va_end(ap);
}

void part_missing(struct part *p, uint64_t off, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(p, p->cut ? PROBLEM_CUT : PROBLEM_ALTERED, off, fmt, ap);
	va_end(ap);
}

/* The header by which blocks are judged, or NULL. */
static const struct rw_store_hdr *own_hdr(const struct part *p)
{
	return p->have_hdr ? &p->hdr : NULL;
}

void part_set_hdr(struct part *p, const struct rw_store_hdr *h)
{
	p->hdr = *h;
	p->have_hdr = true;
	p->boot = store_boot(h);
	if (h->first_seq == 0 || h->next_seq < h->first_seq)
		part_problem(p, 0, "header: first record %" PRIu64 ", next record %" PRIu64, h->first_seq,
			     h->next_seq);
	else if (store_evicted(h) >= h->next_seq || store_evicted(h) < h->first_seq - 1)
		part_problem(p, 0,
			     "header: first record %" PRIu64 ", next record %" PRIu64 ", but %" PRIu64
			     " were evicted",
			     h->first_seq, h->next_seq, store_evicted(h));
	if (h->end_reason >= RW_END_COUNT)
		part_problem(p, 0, "header: unknown end reason %" PRIu32 "", h->end_reason);
	if (h->reserved)
		part_problem(p, offsetof(struct rw_store_hdr, reserved),
			     "header: its reserved bytes are not 0");
	if (h->backend > 1)
		part_problem(p, 0, "header: unknown backend %" PRIu32 "", h->backend);
}

/* The records of a block, while they are read. */
struct run {
	const struct rw_block_hdr *b;
	uint64_t count, last;
	uint64_t from_ns, to_ns;
	bool cut; /* the end of the block is missing */
};

static struct run run_begin(const struct rw_block_hdr *b)
{
	return (struct run){ .b = b, .last = b->first_seq - 1, .from_ns = UINT64_MAX };
}

/* Checks a record's place in its block, and counts it. */
static void run_add(struct part *p, struct run *run, const struct rec *r, uint64_t off)
{
	const struct event_desc *event = event_desc(r->hdr.type);
	char own[NAME_LEN], other[NAME_LEN];

	if (run->count == 0 && r->hdr.seq != run->b->first_seq)
		part_problem(p, off,
			     "block %" PRIu64 " begins with record %" PRIu64 ", not with record %" PRIu64,
			     run->b->index, r->hdr.seq, run->b->first_seq);
	else if (r->hdr.seq <= run->last)
		part_problem(p, off, "record %" PRIu64 " stands after record %" PRIu64, r->hdr.seq,
			     run->last);
	if (event && event->class != run->b->class)
		part_problem(p, off, "record %" PRIu64 " of class %s stands in a block of class %s",
			     r->hdr.seq, name_of_class(event->class, own),
			     name_of_class(run->b->class, other));
	run->count++;
	run->last = r->hdr.seq;
	if (r->hdr.time_ns < run->from_ns)
		run->from_ns = r->hdr.time_ns;
	if (r->hdr.time_ns > run->to_ns)
		run->to_ns = r->hdr.time_ns;
}

/* Keeps a record that passed rec_check(). @run: the block's, or NULL if that is not known. */
static void add_rec(struct part *p, const uint8_t *data, uint64_t off, struct run *run)
{
	struct rec r = { .p = data };
	struct rec_ref ref;

	memcpy(&r.hdr, data, sizeof(r.hdr));
	ref = (struct rec_ref){ resident_home(data), r.hdr.seq };
	memcpy(spool_add(&p->recs, sizeof(ref)), &ref, sizeof(ref));
	p->nrec++;
	if (run)
		run_add(p, run, &r, off);
}

/* The first position from @from on where a good record begins; @to: none, or the search gave up. */
static size_t next_rec(struct part *p, const uint8_t *data, size_t from, size_t to)
{
	while (from < to && !rec_check(data + from, to - from, NULL, 0)) {
		struct rw_rec_hdr h;

		if (to - from < sizeof(h))
			return to;
		memcpy(&h, data + from, sizeof(h));
		if (h.magic == RW_REC_MAGIC)
			p->wasted += h.size;
		if (p->wasted > PART_WASTE_MAX)
			return to;
		from += RW_REC_ALIGN;
	}
	return from;
}

/* Whether the @n bytes at @p are the begin of a record that is longer. */
static bool record_begins(const uint8_t *p, size_t n)
{
	struct rw_rec_hdr h;

	if (n < sizeof(h))
		return true;
	memcpy(&h, p, sizeof(h));
	return h.magic == RW_REC_MAGIC && h.size > n && h.size <= RW_REC_MAX && h.size % RW_REC_ALIGN == 0;
}

/* Records between @from and @to of @data, which lies at @off of the part; skips bad ones. */
static void walk_records(struct part *p, const uint8_t *data, size_t from, size_t to, uint64_t off,
			 struct run *run)
{
	char why[128];

	while (from < to) {
		size_t n = rec_check(data + from, to - from, why, sizeof(why));

		if (n) {
			add_rec(p, data + from, off + from, run);
			from += n;
			continue;
		}
		if (run && run->cut && record_begins(data + from, to - from))
			return;
		if (run && run->count == 0)
			part_problem(p, off + from, "bad record in the place of record %" PRIu64 ": %s",
				     run->b->first_seq, why);
		else if (run)
			part_problem(p, off + from, "bad record after record %" PRIu64 ": %s", run->last,
				     why);
		else
			part_problem(p, off + from, "bad record: %s", why);
		from = next_rec(p, data, from + RW_REC_ALIGN < to ? from + RW_REC_ALIGN : to, to);
	}
}

/* Compares the records of a block, all of which were readable, with its header. */
static void check_block(struct part *p, const struct run *run, uint64_t off)
{
	const struct rw_block_hdr *b = run->b;

	if (run->count != b->count)
		part_problem(p, off, "block %" PRIu64 " has %" PRIu64 " records, its header says %" PRIu32,
			     b->index, run->count, b->count);
	else if (run->last != b->last_seq)
		part_problem(p, off,
			     "block %" PRIu64 " ends with record %" PRIu64 ", its header says with %" PRIu64,
			     b->index, run->last, b->last_seq);
	else if (run->from_ns != b->from_ns || run->to_ns != b->to_ns)
		part_problem(p, off,
			     "block %" PRIu64 " has times from %" PRIu64 " to %" PRIu64
			     " ns, its header says from %" PRIu64 " to %" PRIu64,
			     b->index, run->from_ns, run->to_ns, b->from_ns, b->to_ns);
}

/* The records of a block with a valid header; @len bytes of it exist, perhaps fewer than used. */
static void walk_block(struct part *p, const struct rw_block_hdr *b, const uint8_t *data, size_t len,
		       uint64_t off)
{
	size_t end = b->used < len ? b->used : len, first = p->nrec;
	struct run run = run_begin(b);
	uint64_t bad = p->bad;

	if (b->reserved)
		part_problem(p, off + offsetof(struct rw_block_hdr, reserved),
			     "block %" PRIu64 ": its header's reserved bytes are not 0", b->index);
	run.cut = end < b->used;
	walk_records(p, data, sizeof(*b), end, off, &run);
	if (end < b->used)
		part_cut(p, off + end, "block %" PRIu64 " is cut: %zu of %" PRIu32 " bytes are there",
			 b->index, end, b->used);
	else if (p->bad == bad)
		check_block(p, &run, off);
	p->block = grow(p->block, p->nblock, &p->block_cap, sizeof(*p->block));
	p->block[p->nblock++] = (struct part_block){ *b,    resident_home(data), end,     off,
						     first, run.count,           run.last };
}

/* Checks what the headers say about the whole log. */
static void check_end(struct part *p)
{
	if (p->wasted > PART_WASTE_MAX)
		part_problem(p, 0, "too much in it looks like records and is none: not all was read");
	account_check(p);
}

struct slot {
	struct rw_block_hdr hdr;
	size_t pos;
};

/*
 * Checks one place for a block, with @len bytes at @block. Return: whether it is valid; else reports it, and
 * saves readable records.
 */
static bool take_slot(struct part *p, const uint8_t *block, uint64_t number, struct slot *s, size_t len)
{
	const char *why;

	memcpy(&s->hdr, block, sizeof(s->hdr));
	if (block_hdr_valid(own_hdr(p), &s->hdr, &why)) {
		if (!p->have_hdr || s->hdr.place == number)
			return true;
		part_problem(p, s->pos, "block %" PRIu64 " does not belong here", s->hdr.index);
	} else {
		part_problem(p, s->pos, "%s", why);
	}
	size_t from = next_rec(p, block, 0, len);

	if (from < len)
		walk_records(p, block, from, len, s->pos, NULL);
	return false;
}

/*
 * Adds the records of an unfinished batch: in the newest block of a class, after those that its header
 * counts, whole and with higher numbers, which no header counts yet.
 */
static void walk_uncounted(struct part *p, const uint8_t *block, size_t there, uint64_t off)
{
	struct part_block *b = &p->block[p->nblock - 1];
	struct run run = { .b = &b->hdr, .count = b->count, .last = b->last };
	size_t n, before = p->nrec;

	while ((n = rec_check(block + b->len, there - b->len, NULL, 0))) {
		struct rw_rec_hdr h;

		memcpy(&h, block + b->len, sizeof(h));
		if (h.seq <= run.last || h.seq < p->hdr.next_seq)
			break;
		add_rec(p, block + b->len, off + b->len, &run);
		b->len += n;
	}
	b->count = run.count;
	b->last = run.last;
	if (p->nrec > before && p->notes)
		problem_note(p->notes, p,
			     "offset 0x%" PRIx64
			     ": %zu records that no header counts yet: the machine was running",
			     p->base + off + b->hdr.used, p->nrec - before);
}

/* A block of an image, with @there bytes in the file; @newest: its class has none that is newer. */
static void walk_slot(struct part *p, const uint8_t *data, const struct slot *s, size_t there, bool newest)
{
	const struct rw_block_hdr *b = &s->hdr;
	const uint8_t *block = resident_view(data + s->pos, there);
	uint64_t bad = p->bad;
	size_t end;

	walk_block(p, b, block, there, s->pos);
	if (b->used >= there)
		return;
	if (newest && p->bad == bad && p->hdr.end_reason == RW_END_RUNNING)
		walk_uncounted(p, block, there, s->pos);
	end = p->block[p->nblock - 1].len;
	if (!all_zero(block + end, there - end))
		part_problem(p, s->pos + end, "block %" PRIu64 ": data after its last record", b->index);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Whether a running machine was about to clear a block: it began with the header. Its records are counted as
 * evicted; a header that was cleared by someone else leaves records that nothing accounts for.
 */
static bool being_cleared(const struct part *p, const uint8_t *block)
{
	return p->have_hdr && p->hdr.end_reason == RW_END_RUNNING &&
	       all_zero(block, sizeof(struct rw_block_hdr));
}

/* The blocks of an image, by place. */
static struct slot *find_slots(struct part *p, const uint8_t *data, size_t len, size_t size, size_t *n)
{
	uint64_t count = p->have_hdr ? p->hdr.block_count : UINT64_MAX;
	size_t cap = 0, pos = RW_STORE_HDR_SIZE;
	struct slot *slot = NULL;

	*n = 0;
	for (uint64_t i = 0; i < count && pos < len; i++, pos += size) {
		size_t there = least(len - pos, size);
		const uint8_t *block = resident_view(data + pos, there);

		progress("looking for blocks", pos, len);

		if (there < size)
			part_cut(p, len, "the file ends inside a block");
		if (there < sizeof(struct rw_block_hdr) || all_zero(block, there) || being_cleared(p, block))
			continue;
		slot = grow(slot, *n, &cap, sizeof(*slot));
		slot[*n].pos = pos;
		if (take_slot(p, block, i, &slot[*n], there))
			(*n)++;
	}
	return slot;
}

/* The size of blocks: from the header, or, if that is damaged, from the position and the place of a block. */
static size_t block_size(const struct part *p, const uint8_t *data, size_t len)
{
	struct rw_block_hdr b;
	const char *why;

	if (p->have_hdr)
		return p->hdr.block_size;
	for (size_t pos = STORE_BLOCK_MIN; pos < len && len - pos > RW_STORE_HDR_SIZE + sizeof(b);
	     pos += STORE_BLOCK_MIN) {
		memcpy(&b, data + RW_STORE_HDR_SIZE + pos, sizeof(b));
		if (block_hdr_valid(own_hdr(p), &b, &why) && b.place && pos % b.place == 0 &&
		    pos / b.place >= STORE_BLOCK_MIN && pos / b.place <= STORE_BLOCK_MAX)
			return pos / b.place;
	}
	return RW_BLOCK_SIZE;
}

/* The position of the first byte from @from on that is not 0; @to: there is none. */
static size_t first_set(const uint8_t *data, size_t from, size_t to)
{
	if (all_zero(data + from, to - from))
		return to;
	while (!data[from])
		from++;
	return from;
}

/* The header does not fill its page, and nothing else belongs there. */
static void check_hdr_page(struct part *p, const uint8_t *data, size_t len)
{
	size_t end = least(len, RW_STORE_HDR_SIZE);
	size_t at = end > sizeof(p->hdr) ? first_set(data, sizeof(p->hdr), end) : end;

	if (at < end)
		part_problem(p, at, "the header's page has data after the header");
}

/*
 * An image is a file of its own: nothing follows the store. Memory, which a store lies in, continues, and
 * never has a store at its first byte: the firmware keeps that page.
 */
static void check_after(struct part *p, const uint8_t *data, size_t len, size_t size)
{
	uint64_t end = RW_STORE_HDR_SIZE + (uint64_t)size * p->hdr.block_count;

	if (p->base == 0 && p->have_hdr && end < len && first_set(data, end, len) < len)
		part_problem(p, first_set(data, end, len), "the file has data after the store's last block");
}

void part_walk_image(struct part *p, const uint8_t *data, size_t len)
{
	size_t size = block_size(p, data, len), n;
	uint64_t newest[RW_STORE_CLASSES] = { 0 };
	struct slot *slot;

	p->data = data;
	if (len < RW_STORE_HDR_SIZE)
		part_cut(p, len, "the file ends inside the header's page");
	check_hdr_page(p, data, len);
	if (p->have_hdr && len < RW_STORE_HDR_SIZE + (uint64_t)size * p->hdr.block_count)
		p->cut = true;
	slot = find_slots(p, data, len, size, &n);
	for (size_t i = 0; i < n; i++)
		if (slot[i].hdr.index > newest[slot[i].hdr.class])
			newest[slot[i].hdr.class] = slot[i].hdr.index;
	for (size_t i = 0; i < n; i++) {
		progress("checking records", slot[i].pos, len);
		walk_slot(p, data, &slot[i], least(len - slot[i].pos, size),
			  slot[i].hdr.index == newest[slot[i].hdr.class]);
	}
	free(slot);
	check_after(p, data, len, size);
	check_end(p);
	p->complete = p->have_hdr;
}

/* Adds the record at @pos, if there is one. Return: where to resume. */
static size_t next_piece(struct part *p, const uint8_t *data, size_t pos, size_t len, uint64_t off)
{
	size_t there = least(len - pos, RW_REC_MAX), n;
	const uint8_t *piece = resident_view(data + pos, there);
	uint32_t magic = 0;

	n = p->wasted > PART_WASTE_MAX ? 0 : rec_check(piece, there, NULL, 0);
	if (n) {
		add_rec(p, piece, off + pos, NULL);
		return pos + n;
	}
	if (there >= sizeof(struct rw_rec_hdr))
		memcpy(&magic, piece, sizeof(magic));
	if (magic == RW_REC_MAGIC)
		p->wasted += RW_REC_MAX;
	return pos + RW_REC_ALIGN;
}

/* Data of a dump without gaps: @len bytes at @data, which begin at @off. */
static void walk_run(struct part *p, const uint8_t *data, size_t len, uint64_t off)
{
	size_t pos = off % RW_REC_ALIGN ? RW_REC_ALIGN - off % RW_REC_ALIGN : 0;
	bool lost = off != 0; /* the next block's position is unknown: search for it */

	while (pos < len) {
		struct rw_block_hdr b;
		const char *why = "no block begins here";
		size_t n = len - pos;

		if (n >= sizeof(b)) {
			memcpy(&b, resident_view(data + pos, sizeof(b)), sizeof(b));
			if (block_hdr_valid(own_hdr(p), &b, &why)) {
				progress("checking records", pos, len);
				n = least(n, b.used);
				walk_block(p, &b, resident_view(data + pos, n), n, off + pos);
				pos += n;
				lost = false;
				continue;
			}
		}
		if (!lost)
			part_problem(p, off + pos, "%s", why);
		lost = true;
		pos = next_piece(p, data, pos, len, off);
	}
}

void part_walk_dump(struct part *p)
{
	const uint8_t *data = spool_bytes(&p->buf);

	for (size_t i = 0, j; i < p->nseg; i = j) {
		const struct part_seg *s = &p->seg[i];
		size_t len = s->len;

		for (j = i + 1; j < p->nseg && p->seg[j].off == s->off + len; j++)
			len += p->seg[j].len;
		walk_run(p, data + s->pos, len, s->off);
	}
	check_end(p);
}

struct rec part_rec(const struct part *p, size_t i)
{
	struct rec r = { .p = p->rec[i].p };

	memcpy(&r.hdr, r.p, sizeof(r.hdr));
	resident_touch(r.hdr.size);
	return r;
}

uint64_t part_off(const struct part *p, const uint8_t *rec)
{
	size_t pos, lo = 0, hi = p->nseg;

	if (!p->is_dump)
		return (uint64_t)(rec - p->data);
	pos = (size_t)(rec - p->buf.p);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->seg[mid].pos <= pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? p->seg[lo - 1].off + (pos - p->seg[lo - 1].pos) : 0;
}

void part_free(struct part *p)
{
	spool_free(&p->buf);
	free(p->seg);
	free(p->block);
	spool_free(&p->recs);
}

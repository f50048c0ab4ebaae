/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A part of a log: the blocks and records of one store image, or of one dump in a serial capture. */
#include "part.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Line of the capture with byte @off of the dump, or the dump's first line. */
static uint64_t line_of(const struct part *p, uint64_t off)
{
	size_t lo = 0, hi = p->nseg;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->seg[mid].off <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? p->seg[lo - 1].line : p->line;
}

void part_problem(struct part *p, uint64_t off, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->bad++;
	if (p->is_dump)
		problem_add(p->problems, p, "line %" PRIu64 ", dump %" PRIu32 ", offset 0x%" PRIx64 ": %s",
			    line_of(p, off), p->dump, off, text);
	else
		problem_add(p->problems, p, "offset 0x%" PRIx64 ": %s", p->base + off, text);
}

bool store_hdr_valid(const struct rw_store_hdr *h, char *why, size_t n)
{
	uint64_t bytes = (uint64_t)h->block_size * h->block_count;
	char text[128] = "";

	if (memcmp(h->magic, RW_STORE_MAGIC, sizeof(h->magic)) != 0)
		snprintf(text, sizeof(text), "it is not a store's header");
	else if (crc_without((const uint8_t *)h, sizeof(*h), offsetof(struct rw_store_hdr, crc)) != h->crc)
		snprintf(text, sizeof(text), "its CRC is wrong");
	else if (h->version != RW_STORE_VERSION)
		snprintf(text, sizeof(text), "its magic says version %u, its version %" PRIu32,
			 RW_STORE_VERSION, h->version);
	else if (h->size != sizeof(*h))
		snprintf(text, sizeof(text), "its size is %" PRIu32 ", not %zu", h->size, sizeof(*h));
	else if (h->block_size < STORE_BLOCK_MIN || h->block_size > STORE_BLOCK_MAX ||
		 h->block_size % RW_REC_ALIGN)
		snprintf(text, sizeof(text), "a block size of %" PRIu32 " bytes is not valid", h->block_size);
	else if (h->block_count == 0 || bytes > STORE_BYTES_MAX)
		snprintf(text, sizeof(text), "a count of %" PRIu32 " blocks is not valid", h->block_count);
	if (why)
		snprintf(why, n, "%s", text);
	return text[0] == '\0';
}

uint32_t store_boot(const struct rw_store_hdr *h)
{
	return (uint32_t)h->boot_id[0] << 24 | (uint32_t)h->boot_id[1] << 16 | (uint32_t)h->boot_id[2] << 8 |
	       h->boot_id[3];
}

void part_set_hdr(struct part *p, const struct rw_store_hdr *h)
{
	p->hdr = *h;
	p->have_hdr = true;
	p->expect = h->first_seq;
	if (h->first_seq == 0 || h->next_seq < h->first_seq)
		part_problem(p, 0, "header: first record %" PRIu64 ", next record %" PRIu64, h->first_seq,
			     h->next_seq);
	else if (h->evicted != h->first_seq - 1)
		part_problem(p, 0, "header: first record is %" PRIu64 " but %" PRIu64 " were evicted",
			     h->first_seq, h->evicted);
	if (h->end_reason >= RW_END_COUNT)
		part_problem(p, 0, "header: unknown end reason %" PRIu32 "", h->end_reason);
	if (h->backend > 1)
		part_problem(p, 0, "header: unknown backend %" PRIu32 "", h->backend);
}

/* Keeps a record that passed rec_check(), and checks its place among the others. */
static void add_rec(struct part *p, const uint8_t *data, uint64_t off, bool in_order)
{
	struct rec *r;

	p->rec = grow(p->rec, p->nrec, &p->rec_cap, sizeof(*p->rec));
	r = &p->rec[p->nrec++];
	r->p = data;
	r->off = off;
	memcpy(&r->hdr, data, sizeof(r->hdr));
	if (!in_order)
		return;
	if (p->expect && r->hdr.seq != p->expect)
		part_problem(p, off, "record %" PRIu64 " is in the place of record %" PRIu64, r->hdr.seq,
			     p->expect);
	if (r->hdr.time_ns < p->last_time)
		part_problem(p, off,
			     "record %" PRIu64 ": its time %" PRIu64 " ns is before %" PRIu64
			     " ns of the record before it",
			     r->hdr.seq, r->hdr.time_ns, p->last_time);
	p->expect = r->hdr.seq + 1;
	p->last_time = r->hdr.time_ns;
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

/* Records between @from and @to of @data, which lies at @off of the part; skips bad ones. */
static void walk_records(struct part *p, const uint8_t *data, size_t from, size_t to, uint64_t off,
			 bool in_order)
{
	char why[128];

	while (from < to) {
		size_t n = rec_check(data + from, to - from, why, sizeof(why));

		if (n) {
			add_rec(p, data + from, off + from, in_order);
			from += n;
			continue;
		}
		if (in_order && p->expect)
			part_problem(p, off + from, "bad record in the place of record %" PRIu64 ": %s",
				     p->expect, why);
		else
			part_problem(p, off + from, "bad record: %s", why);
		from = next_rec(p, data, from + RW_REC_ALIGN < to ? from + RW_REC_ALIGN : to, to);
	}
}

static bool block_hdr_valid(const struct part *p, const struct rw_block_hdr *b, const char **why)
{
	uint32_t size = p->have_hdr ? p->hdr.block_size : STORE_BLOCK_MAX;

	*why = "no block begins here";
	if (b->magic != RW_BLOCK_MAGIC)
		return false;
	*why = "the block header's CRC is wrong";
	if (crc_without((const uint8_t *)b, sizeof(*b), offsetof(struct rw_block_hdr, crc)) != b->crc)
		return false;
	*why = "the block's number of used bytes is not valid";
	return b->used >= sizeof(*b) && b->used <= size && b->used % RW_REC_ALIGN == 0;
}

/* The records of a block with a valid header; @len bytes of it exist, perhaps fewer than used. */
static void walk_block(struct part *p, const struct rw_block_hdr *b, const uint8_t *data, size_t len,
		       uint64_t off)
{
	size_t end = b->used < len ? b->used : len, before = p->nrec;
	uint64_t bad = p->bad;

	if (p->nblock && b->index != p->next_block)
		part_problem(p, off, "block %" PRIu64 " is in the place of block %" PRIu64, b->index,
			     p->next_block);
	if (!p->nblock && p->have_hdr && (b->index == 0) != (p->hdr.first_seq == 1))
		part_problem(p, off, "the oldest block is %" PRIu64 " but the oldest record is %" PRIu64,
			     b->index, p->hdr.first_seq);
	if (p->expect && b->first_seq != p->expect)
		part_problem(p, off,
			     "block %" PRIu64 " begins with record %" PRIu64 ", not with record %" PRIu64,
			     b->index, b->first_seq, p->expect);
	p->block = grow(p->block, p->nblock, &p->block_cap, sizeof(*p->block));
	p->block[p->nblock++] = (struct part_block){ *b, data, end, off };
	p->next_block = b->index + 1;
	p->expect = b->first_seq;
	walk_records(p, data, sizeof(*b), end, off, true);
	if (end < b->used)
		part_problem(p, off + end,
			     "block %" PRIu64 " is truncated: %zu of %" PRIu32 " bytes are present", b->index,
			     end, b->used);
	else if (p->bad == bad && p->nrec - before != b->count)
		part_problem(p, off, "block %" PRIu64 " has %zu records, its header says %" PRIu32, b->index,
			     p->nrec - before, b->count);
}

/*
 * Whether the header counts the records that exist. In an image of a running machine it may lag by a batch.
 */
static bool counted(const struct part *p)
{
	if (p->expect == p->hdr.next_seq)
		return true;
	return !p->is_dump && p->hdr.end_reason == RW_END_RUNNING && p->nblock &&
	       p->hdr.next_seq >= p->block[p->nblock - 1].hdr.first_seq && p->hdr.next_seq < p->expect;
}

/* Checks what the header says about the whole log. */
static void check_end(struct part *p)
{
	if (p->wasted > PART_WASTE_MAX)
		part_problem(p, 0, "too much data resembles records but is none: not everything was read");
	if (p->have_hdr && !counted(p))
		part_problem(p, p->nrec ? p->rec[p->nrec - 1].off : 0,
			     "the log goes up to record %" PRIu64
			     ", but the header says up to record %" PRIu64,
			     p->expect - 1, p->hdr.next_seq - 1);
}

struct slot {
	struct rw_block_hdr hdr;
	size_t pos;
};

static int by_index(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->hdr.index != y->hdr.index)
		return x->hdr.index < y->hdr.index ? -1 : 1;
	return x->pos < y->pos ? -1 : x->pos > y->pos;
}

/* Checks one place for a block. Return: whether it is valid; else reports it, saves readable records. */
static bool take_slot(struct part *p, const uint8_t *data, uint64_t number, struct slot *s, size_t len)
{
	const char *why;

	memcpy(&s->hdr, data + s->pos, sizeof(s->hdr));
	if (block_hdr_valid(p, &s->hdr, &why)) {
		if (!p->have_hdr || s->hdr.index % p->hdr.block_count == number)
			return true;
		part_problem(p, s->pos, "block %" PRIu64 " does not belong here", s->hdr.index);
	} else {
		part_problem(p, s->pos, "%s", why);
	}
	size_t from = next_rec(p, data, s->pos, s->pos + len);

	if (from < s->pos + len)
		walk_records(p, data, from, s->pos + len, 0, false);
	return false;
}

/*
 * Adds the records of an unfinished batch: in the newest block, after those that its header counts, whole and
 * with the next numbers.
 */
static void walk_uncounted(struct part *p, const uint8_t *data, size_t there, uint64_t off)
{
	struct part_block *b = &p->block[p->nblock - 1];
	size_t n, before = p->nrec;

	while ((n = rec_check(data + b->len, there - b->len, NULL, 0))) {
		struct rw_rec_hdr h;

		memcpy(&h, data + b->len, sizeof(h));
		if (h.seq != p->expect || h.time_ns < p->last_time)
			break;
		add_rec(p, data + b->len, off + b->len, true);
		b->len += n;
	}
	if (p->nrec > before && p->notes)
		problem_add(p->notes, p,
			    "offset 0x%" PRIx64
			    ": %zu records that no header counts yet: the machine was running",
			    p->base + off + b->hdr.used, p->nrec - before);
}

/* A block of an image, with @there bytes in the file; @newest: none is newer. */
static void walk_slot(struct part *p, const uint8_t *data, const struct slot *s, size_t there, bool newest)
{
	const struct rw_block_hdr *b = &s->hdr;
	uint64_t bad = p->bad;
	size_t end;

	walk_block(p, b, data + s->pos, there, s->pos);
	if (b->used >= there)
		return;
	if (newest && p->bad == bad && p->hdr.end_reason == RW_END_RUNNING)
		walk_uncounted(p, data + s->pos, there, s->pos);
	end = p->block[p->nblock - 1].len;
	if (!all_zero(data + s->pos + end, there - end))
		part_problem(p, s->pos + end, "block %" PRIu64 ": data after its last record", b->index);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
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

		if (there < size)
			part_problem(p, len, "the file ends inside a block");
		if (there < sizeof(struct rw_block_hdr) || all_zero(data + pos, there))
			continue;
		slot = grow(slot, *n, &cap, sizeof(*slot));
		slot[*n].pos = pos;
		if (take_slot(p, data, i, &slot[*n], there))
			(*n)++;
	}
	return slot;
}

void part_walk_image(struct part *p, const uint8_t *data, size_t len)
{
	size_t size = p->have_hdr ? p->hdr.block_size : RW_BLOCK_SIZE, n;
	struct slot *slot;

	if (len < RW_STORE_HDR_SIZE)
		part_problem(p, len, "the file ends inside the header's page");
	slot = find_slots(p, data, len, size, &n);
	if (n)
		qsort(slot, n, sizeof(*slot), by_index);
	for (size_t i = 0; i < n; i++)
		walk_slot(p, data, &slot[i], least(len - slot[i].pos, size), i == n - 1);
	free(slot);
	check_end(p);
	p->complete = p->have_hdr;
}

/* Adds the record at @pos, if there is one. Return: where to resume. */
static size_t next_piece(struct part *p, const uint8_t *data, size_t pos, size_t len, uint64_t off)
{
	size_t n = p->wasted > PART_WASTE_MAX ? 0 : rec_check(data + pos, len - pos, NULL, 0);
	uint32_t magic = 0;

	if (n) {
		add_rec(p, data + pos, off + pos, true);
		return pos + n;
	}
	if (len - pos >= sizeof(struct rw_rec_hdr))
		memcpy(&magic, data + pos, sizeof(magic));
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
			memcpy(&b, data + pos, sizeof(b));
			if (block_hdr_valid(p, &b, &why)) {
				walk_block(p, &b, data + pos, n, off + pos);
				pos += b.used < n ? b.used : n;
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
	for (size_t i = 0, j; i < p->nseg; i = j) {
		const struct part_seg *s = &p->seg[i];
		size_t len = s->len;

		for (j = i + 1; j < p->nseg && p->seg[j].off == s->off + len; j++)
			len += p->seg[j].len;
		walk_run(p, p->buf + s->pos, len, s->off);
	}
	check_end(p);
}

void part_free(struct part *p)
{
	free(p->buf);
	free(p->seg);
	free(p->block);
	free(p->rec);
}

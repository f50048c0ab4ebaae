/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Assembles the dumps of the store, and the sets of counters, from a capture's frames. */
#define _GNU_SOURCE
#include "dumps.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crc32c.h"
#include "resident.h"
#include "util.h"

#define CRC_STEP (256u << 10) /* bytes */

/* Payloads, one after the other as they came. */
struct pieces {
	struct spool buf;
	uint32_t crc; /* of all of them, one after the other */
	struct part_seg *seg;
	size_t nseg, seg_cap;
};

/* The only frame of its type in a dump: BEGIN or END. */
struct once {
	bool there;
	uint32_t offset;
	size_t len;
	uint8_t payload[RW_FRAME_MAX_BYTES];
	uint64_t at;
};

struct gather {
	struct dumps *dumps;
	uint32_t boot, dump;
	uint64_t line; /* of its first frame */
	bool data;     /* there is more than counters */
	struct once begin, end;
	struct pieces store, stats;
};

static int by_dump(const void *a, const void *b)
{
	const struct gather *x = a, *y = b;

	x->dumps->comparisons++;
	if (x->boot != y->boot)
		return x->boot < y->boot ? -1 : 1;
	if (x->dump != y->dump)
		return x->dump < y->dump ? -1 : 1;
	return 0;
}

/* What takes the frames of a boot and dump from now on. */
static struct gather *start(struct dumps *d, uint32_t boot, uint32_t dump, uint64_t line)
{
	struct gather *g = make(sizeof(*g));
	struct gather **node;

	*g = (struct gather){ .dumps = d, .boot = boot, .dump = dump, .line = line };
	d->gather = grow(d->gather, d->ngather, &d->gather_cap, sizeof(struct gather *));
	d->gather[d->ngather++] = g;
	node = tsearch(g, &d->tree, by_dump);
	if (!node) {
		fputs("rwlog: out of memory\n", stderr);
		exit(2);
	}
	*node = g;
	return g;
}

static struct gather *find(struct dumps *d, const struct frame *f, uint64_t line)
{
	const struct gather key = { .dumps = d, .boot = f->boot, .dump = f->dump };
	struct gather **node;

	if (d->last && d->last->boot == f->boot && d->last->dump == f->dump)
		return d->last;
	node = tfind(&key, &d->tree, by_dump);
	return node ? *node : start(d, f->boot, f->dump, line);
}

static bool same(const struct once *o, const struct frame *f)
{
	return o->there && o->offset == f->offset && o->len == f->len &&
	       memcmp(o->payload, f->payload, f->len) == 0;
}

static void set_once(struct once *o, const struct frame *f, struct frame_place place)
{
	o->there = true;
	o->offset = f->offset;
	o->len = f->len;
	o->at = place.at;
	memcpy(o->payload, f->payload, f->len);
}

/*
 * Adds a frame to a segment that it continues: it has the next bytes, stands in the next line, as far from
 * the one before as that from its own, and has no more bytes. Return: whether it does.
 */
static bool continues(struct part_seg *s, const struct frame *f, struct frame_place place)
{
	uint64_t n = s->frame ? s->len / s->frame : 0;

	if (!n || s->len % s->frame || f->offset != s->off + s->len || !f->len || f->len > s->frame ||
	    place.line != s->line + n)
		return false;
	if (n == 1 && place.at - s->at <= UINT32_MAX)
		s->step = (uint32_t)(place.at - s->at);
	if (place.at != s->at + n * s->step)
		return false;
	s->len += f->len;
	return true;
}

static void add_piece(struct pieces *p, const struct frame *f, struct frame_place place)
{
	if (!p->nseg || !continues(&p->seg[p->nseg - 1], f, place)) {
		p->seg = grow(p->seg, p->nseg, &p->seg_cap, sizeof(*p->seg));
		p->seg[p->nseg++] = (struct part_seg){ .off = f->offset,
						       .pos = p->buf.len,
						       .len = f->len,
						       .line = place.line,
						       .at = place.at,
						       .frame = (uint32_t)f->len };
	}
	if (!f->len)
		return;
	memcpy(spool_add(&p->buf, f->len), f->payload, f->len);
	p->crc = crc32c(p->crc, f->payload, f->len);
}

/* Makes a segment of each frame again. */
static void split(struct pieces *p)
{
	struct part_seg *to = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < p->nseg; i++) {
		struct part_seg s = p->seg[i];

		do {
			struct part_seg one = s;

			if (one.frame && one.len > one.frame)
				one.len = one.frame;
			to = grow(to, n, &cap, sizeof(*to));
			to[n++] = one;
			s.off += one.len;
			s.pos += one.len;
			s.len -= one.len;
			s.line++;
			s.at += s.step;
		} while (s.len);
	}
	free(p->seg);
	p->seg = to;
	p->nseg = n;
	p->seg_cap = cap;
}

void dumps_frame(struct dumps *d, const struct frame *f, struct frame_place place)
{
	struct gather *g = find(d, f, place.line);
	struct once *o = f->type == RW_FRAME_BEGIN ? &g->begin : &g->end;

	if (f->type == RW_FRAME_DATA) {
		add_piece(&g->store, f, place);
	} else if (f->type == RW_FRAME_STATS) {
		add_piece(&g->stats, f, place);
	} else if (same(o, f)) {
		d->repeats++;
	} else {
		if (o->there) /* another dump of that number: what follows is its */
			g = start(d, f->boot, f->dump, place.line);
		set_once(f->type == RW_FRAME_BEGIN ? &g->begin : &g->end, f, place);
	}
	g->data |= f->type != RW_FRAME_STATS;
	d->last = g;
}

static int by_offset(const void *a, const void *b, void *count)
{
	const struct part_seg *x = a, *y = b;

	++*(uint64_t *)count;
	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->pos < y->pos ? -1 : x->pos > y->pos;
}

/* Brings pieces into the order of their offsets, each once. Return: how many were repeats. */
static uint64_t arrange(struct pieces *p, uint64_t *comparisons)
{
	bool ascending = true;
	struct spool to = { .p = NULL };
	size_t out = 0, total, last_pos = 0;
	const uint8_t *from;

	for (size_t i = 1; i < p->nseg; i++)
		ascending &= p->seg[i].off >= p->seg[i - 1].off + p->seg[i - 1].len;
	if (ascending)
		return 0;
	split(p);
	from = spool_bytes(&p->buf);
	p->crc = 0;
	total = p->nseg;
	qsort_r(p->seg, p->nseg, sizeof(*p->seg), by_offset, comparisons);
	for (size_t i = 0; i < p->nseg; i++) {
		const struct part_seg *s = &p->seg[i], *last = out ? &p->seg[out - 1] : NULL;

		if (last && last->off == s->off && last->len == s->len &&
		    memcmp(from + last_pos, from + s->pos, s->len) == 0)
			continue;
		last_pos = s->pos;
		p->seg[out] = *s;
		p->seg[out++].pos = to.len;
		if (!s->len)
			continue;
		p->crc = crc32c(p->crc, from + last_pos, s->len);
		memcpy(spool_add(&to, s->len), from + last_pos, s->len);
		resident_touch(s->len);
	}
	spool_free(&p->buf);
	p->buf = to;
	p->nseg = out;
	return total - out;
}

/* The header in BEGIN is the dump's, unless it is damaged or its boot is not the frame's. */
static void take_hdr(struct part *p, const struct once *begin)
{
	struct rw_store_hdr h;
	char why[128];

	if (!begin->there) {
		part_cut(p, 0, "a dump of boot %08" PRIx32 " without its BEGIN", p->boot);
		return;
	}
	if (begin->len != sizeof(h)) {
		part_problem(p, 0, "BEGIN with %zu bytes, not %zu", begin->len, sizeof(h));
		return;
	}
	memcpy(&h, begin->payload, sizeof(h));
	if (!store_hdr_valid(&h, why, sizeof(why)))
		part_problem(p, 0, "the header in BEGIN: %s", why);
	else if (store_boot(&h) != p->boot)
		part_problem(p, 0, "the header in BEGIN is that of boot %08" PRIx32, store_boot(&h));
	else
		part_set_hdr(p, &h);
}

/* Computes the pieces' CRC anew: some were left out. */
static uint32_t crc_of(const struct part *p)
{
	uint32_t crc = 0;

	for (size_t at = 0, n; at < p->buf.len; at += n) {
		n = p->buf.len - at < CRC_STEP ? p->buf.len - at : CRC_STEP;
		crc = crc32c(crc, resident_view(p->buf.p + at, n), n);
	}
	return crc;
}

/*
 * Moves to the part the pieces that belong to its @total bytes, and reports gaps and what contradicts another
 * piece. Return: the end of the last one.
 */
static uint64_t take_data(struct part *p, struct pieces *from, uint64_t total)
{
	uint64_t next = 0;
	size_t n = 0;

	p->buf = from->buf;
	p->seg = from->seg;
	from->buf = (struct spool){ .p = NULL };
	from->seg = NULL;
	for (size_t i = 0; i < from->nseg; i++) {
		struct part_seg s = p->seg[i];

		if (s.len == 0)
			continue;
		if (s.off < next) {
			part_problem(p, s.off, "line %" PRIu64 " has other data for the same place", s.line);
			continue;
		}
		if (s.off + s.len > total) {
			part_problem(p, s.off, "data after the dump's end in line %" PRIu64, s.line);
			continue;
		}
		if (s.off != next)
			part_cut(p, next, "%" PRIu64 " bytes are missing before line %" PRIu64, s.off - next,
				 s.line);
		if (s.pos != n)
			memmove(spool_bytes(&p->buf) + n, spool_bytes(&p->buf) + s.pos, s.len);
		p->seg[p->nseg] = s;
		p->seg[p->nseg++].pos = n;
		n += s.len;
		next = s.off + s.len;
	}
	if (n != p->buf.len) {
		spool_bytes(&p->buf);
		p->buf.len = n;
		from->crc = crc_of(p);
	}
	return next;
}

/* Compares the data, which go up to @got, with END. */
static void check_end(struct part *p, const struct gather *g, uint64_t got)
{
	const struct once *end = &g->end;
	uint64_t total = g->begin.there ? g->begin.offset : end->offset;
	bool gaps = p->cut;
	uint32_t want;

	if (!end->there) {
		part_cut(p, got, "the dump's END is missing");
		return;
	}
	if (end->len != sizeof(want) || end->offset != total) {
		part_problem(p, end->offset,
			     "END says %" PRIu32 " bytes with %zu bytes of CRC, BEGIN says %" PRIu64 " bytes",
			     end->offset, end->len, total);
		return;
	}
	if (got != total) {
		part_cut(p, got, "the dump ends here, %" PRIu64 " bytes early", total - got);
		return;
	}
	if (gaps && g->begin.there)
		return;
	memcpy(&want, end->payload, sizeof(want));
	p->complete = p->have_hdr && g->store.crc == want;
	if (g->store.crc != want)
		part_missing(p, 0, "the dump's CRC is wrong");
}

static void finish_store(struct dumps *d, struct gather *g)
{
	struct part *p = make(sizeof(*p));
	uint64_t total = g->begin.there ? g->begin.offset : g->end.there ? g->end.offset : UINT32_MAX;

	d->part = grow(d->part, d->npart, &d->part_cap, sizeof(struct part *));
	d->part[d->npart++] = p;
	p->problems = d->problems;
	p->is_dump = true;
	p->boot = g->boot;
	p->dump = g->dump;
	p->line = g->line;
	p->base = g->begin.at;
	d->repeats += arrange(&g->store, &d->comparisons);
	take_hdr(p, &g->begin);
	check_end(p, g, take_data(p, &g->store, total));
	part_walk_dump(p);
}

/* Whether a set's pieces have no gaps and form whole structures, numbered from 0. */
static bool set_complete(struct pieces *p)
{
	const uint8_t *bytes = spool_bytes(&p->buf);
	struct rw_cpu_stats cpu;
	uint64_t next = 0;

	for (size_t i = 0; i < p->nseg; i++) {
		if (p->seg[i].off != next || p->seg[i].len == 0)
			return false;
		next += p->seg[i].len;
	}
	for (size_t i = 0; i < p->buf.len / sizeof(cpu); i++) {
		memcpy(&cpu, bytes + i * sizeof(cpu), sizeof(cpu));
		if (cpu.cpu != i)
			return false;
	}
	return p->buf.len % sizeof(cpu) == 0;
}

static void finish_stats(struct dumps *d, struct gather *g)
{
	struct pieces *p = &g->stats;
	const struct part_seg *last;

	if (!p->nseg)
		return;
	d->repeats += arrange(p, &d->comparisons);
	if (!set_complete(p)) {
		problem_add(d->problems, PROBLEM_CUT, NULL,
			    "line %" PRIu64 ", counters of boot %08" PRIx32 ", dump %" PRIu32
			    ": a piece is missing or wrong",
			    p->seg[0].line, g->boot, g->dump);
		return;
	}
	last = &p->seg[p->nseg - 1];
	d->set = grow(d->set, d->nset, &d->set_cap, sizeof(*d->set));
	d->set[d->nset++] = (struct counters){
		p->buf, g->boot, g->dump, last->line + (last->frame ? (last->len - 1) / last->frame : 0)
	};
	p->buf = (struct spool){ .p = NULL };
}

static void no_free(void *node)
{
	(void)node;
}

void dumps_finish(struct dumps *d)
{
	tdestroy(d->tree, no_free);
	d->tree = NULL;
	for (size_t i = 0; i < d->ngather; i++) {
		struct gather *g = d->gather[i];

		if (g->data)
			finish_store(d, g);
		finish_stats(d, g);
		spool_free(&g->store.buf);
		free(g->store.seg);
		spool_free(&g->stats.buf);
		free(g->stats.seg);
		free(g);
	}
	free(d->gather);
	d->gather = NULL;
	d->ngather = 0;
	d->last = NULL;
}

void dumps_free(struct dumps *d)
{
	for (size_t i = 0; i < d->npart; i++) {
		part_free(d->part[i]);
		free(d->part[i]);
	}
	free(d->part);
	for (size_t i = 0; i < d->nset; i++)
		spool_free(&d->set[i].buf);
	free(d->set);
}

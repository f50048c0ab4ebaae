/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A serial capture: its frames, assembled into dumps of the store and sets of counters. */
#define _GNU_SOURCE
#include "capture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "framing.h"
#include "lib/crc32c.h"
#include "util.h"
#include "version.h"

#define MARK_LEN        (sizeof(RW_FRAME_MARK) - 1)
#define FAMILY_MARK_LEN (sizeof(RW_FRAME_FAMILY) - 1)

static void *more_bytes(uint8_t *buf, size_t len, size_t *cap, size_t add)
{
	while (*cap - len < add)
		buf = grow(buf, *cap, cap, 1);
	return buf;
}

static void open_dump(struct capture *c, struct stream *s, uint32_t dump, uint64_t line)
{
	struct part *p = calloc(1, sizeof(*p));

	if (!p) {
		fputs("rwlog: out of memory\n", stderr);
		exit(2);
	}
	p->problems = c->problems;
	p->is_dump = true;
	p->boot = s->boot;
	p->dump = dump;
	p->line = line;
	c->part = grow(c->part, c->npart, &c->part_cap, sizeof(struct part *));
	c->part[c->npart++] = p;
	s->open = p;
	s->next_off = 0;
	s->total = UINT32_MAX;
	s->has_begin = false;
}

/* Parses the open dump; @f is its END frame, or NULL if that did not come. */
static void close_dump(struct stream *s, const struct frame *f)
{
	struct part *p = s->open;
	uint32_t want = 0;

	if (!p)
		return;
	s->open = NULL;
	if (f && !s->has_begin)
		s->total = f->offset;
	if (!f) {
		part_problem(p, s->next_off, "the dump's END is missing");
	} else if (f->len != sizeof(want) || f->offset != s->total) {
		part_problem(p, f->offset,
			     "END says %" PRIu32 " bytes with %zu bytes of CRC, BEGIN says %" PRIu64 " bytes",
			     f->offset, f->len, s->total);
	} else if (s->next_off != s->total) {
		part_problem(p, s->next_off, "the dump ends here, %" PRIu64 " bytes early",
			     s->total - s->next_off);
	} else if (p->buf_len == s->total) {
		memcpy(&want, f->payload, sizeof(want));
		p->complete = p->have_hdr;
		if (crc32c(0, p->buf, p->buf_len) != want) {
			part_problem(p, 0, "the dump's CRC is wrong");
			p->complete = false;
		}
	}
	part_walk_dump(p);
}

/* The header in BEGIN is the dump's, unless it is damaged or its boot is not the frame's. */
static void take_hdr(struct part *p, const struct frame *f)
{
	struct rw_store_hdr h;
	char why[128];

	if (f->len != sizeof(h)) {
		part_problem(p, 0, "BEGIN with %zu bytes, not %zu", f->len, sizeof(h));
		return;
	}
	memcpy(&h, f->payload, sizeof(h));
	if (!store_hdr_valid(&h, why, sizeof(why)))
		part_problem(p, 0, "the header in BEGIN: %s", why);
	else if (store_boot(&h) != f->boot)
		part_problem(p, 0, "the header in BEGIN is that of boot %08" PRIx32, store_boot(&h));
	else
		part_set_hdr(p, &h);
}

static void begin_frame(struct capture *c, struct stream *s, const struct frame *f, uint64_t line)
{
	close_dump(s, NULL);
	open_dump(c, s, f->dump, line);
	s->total = f->offset;
	s->has_begin = true;
	take_hdr(s->open, f);
}

/* A DATA or END frame must belong to the open dump; if not, its BEGIN is missing. */
static void need_dump(struct capture *c, struct stream *s, const struct frame *f, uint64_t line)
{
	if (s->open && s->open->dump == f->dump)
		return;
	close_dump(s, NULL);
	open_dump(c, s, f->dump, line);
	part_problem(s->open, 0, "a dump of boot %08" PRIx32 " without its BEGIN", s->boot);
}

static void data_frame(struct capture *c, struct stream *s, const struct frame *f, uint64_t line)
{
	struct part *p;

	need_dump(c, s, f, line);
	p = s->open;
	if (f->offset < s->next_off) {
		part_problem(p, f->offset, "duplicate data in line %" PRIu64, line);
		return;
	}
	if (f->offset + f->len > s->total) {
		part_problem(p, f->offset, "data after the dump's end in line %" PRIu64, line);
		return;
	}
	if (f->offset != s->next_off)
		part_problem(p, s->next_off, "%" PRIu64 " bytes are missing before line %" PRIu64,
			     f->offset - s->next_off, line);
	if (f->len == 0)
		return;
	p->seg = grow(p->seg, p->nseg, &p->seg_cap, sizeof(*p->seg));
	p->seg[p->nseg++] = (struct part_seg){ f->offset, p->buf_len, f->len, line };
	p->buf = more_bytes(p->buf, p->buf_len, &p->buf_cap, f->len);
	memcpy(p->buf + p->buf_len, f->payload, f->len);
	p->buf_len += f->len;
	s->next_off = f->offset + f->len;
}

static void end_frame(struct capture *c, struct stream *s, const struct frame *f, uint64_t line)
{
	need_dump(c, s, f, line);
	close_dump(s, f);
}

/* Whether a set's pieces form whole structures, numbered from 0. */
static bool set_complete(const struct counters *set)
{
	struct rw_cpu_stats cpu;

	if (set->broken || set->len % sizeof(cpu))
		return false;
	for (size_t i = 0; i < set->len / sizeof(cpu); i++) {
		memcpy(&cpu, set->buf + i * sizeof(cpu), sizeof(cpu));
		if (cpu.cpu != i)
			return false;
	}
	return true;
}

/* Ends the set being gathered: keeps it if it is complete and none began later. */
static void close_set(struct capture *c, struct stream *s)
{
	struct counters *set = &s->set;

	if (!set->len && !set->broken)
		return;
	if (!set_complete(set))
		problem_add(c->problems, NULL,
			    "line %" PRIu64 ", counters of dump %" PRIu32 ": a piece is missing or wrong",
			    set->line, set->dump);
	if (set_complete(set) && set->line >= c->last.line) {
		free(c->last.buf);
		c->last = *set;
	} else {
		free(set->buf);
	}
	memset(set, 0, sizeof(*set));
}

static void stats_frame(struct capture *c, struct stream *s, const struct frame *f, uint64_t line)
{
	struct counters *set = &s->set;

	if (f->offset == 0 || f->dump != set->dump)
		close_set(c, s);
	if (!set->len && !set->broken) {
		set->dump = f->dump;
		set->line = line;
	}
	if (f->offset != set->len || f->len == 0) {
		set->broken = true;
		return;
	}
	set->buf = more_bytes(set->buf, set->len, &set->cap, f->len);
	memcpy(set->buf + set->len, f->payload, f->len);
	set->len += f->len;
}

static void close_stream(struct capture *c, struct stream *s)
{
	close_dump(s, NULL);
	close_set(c, s);
}

/* The stream of a boot. If there are too many, the one silent for longest ends. */
static struct stream *stream_of(struct capture *c, uint32_t boot, uint64_t line)
{
	struct stream *s = NULL, *oldest = &c->stream[0];

	for (size_t i = 0; i < c->nstream; i++) {
		if (c->stream[i].boot == boot)
			s = &c->stream[i];
		if (c->stream[i].used < oldest->used)
			oldest = &c->stream[i];
	}
	if (!s && c->nstream < CAPTURE_STREAMS) {
		s = &c->stream[c->nstream++];
		s->boot = boot;
	} else if (!s) {
		s = oldest;
		close_stream(c, s);
		*s = (struct stream){ .boot = boot };
	}
	s->used = line;
	return s;
}

static void one_frame(struct capture *c, const struct frame *f, uint64_t line)
{
	struct stream *s = stream_of(c, f->boot, line);

	c->frames++;
	switch (f->type) {
	case RW_FRAME_BEGIN:
		begin_frame(c, s, f, line);
		break;
	case RW_FRAME_DATA:
		data_frame(c, s, f, line);
		break;
	case RW_FRAME_END:
		end_frame(c, s, f, line);
		break;
	default:
		stats_frame(c, s, f, line);
	}
}

/* Handles what follows a mark of this version. */
static void at_mark(struct capture *c, const char *s, size_t avail, uint64_t line)
{
	struct frame f;
	const char *why;

	switch (frame_parse(s, avail, &f, &why)) {
	case FRAME_GOOD:
		one_frame(c, &f, line);
		break;
	case FRAME_BAD:
		c->bad_frames++;
		problem_add(c->problems, NULL, "line %" PRIu64 ": %s", line, why);
		break;
	case FRAME_TEXT:
		break;
	}
}

/* A frame that another version wrote? */
static void at_other_mark(struct capture *c, const char *s, size_t avail)
{
	uint32_t version = version_of_frame(s, avail);

	if (!version)
		return;
	c->other_version = version;
	c->other_frames++;
}

static uint64_t count_lines(const char *from, const char *to)
{
	uint64_t n = 0;

	while (from < to && (from = memchr(from, '\n', (size_t)(to - from)))) {
		n++;
		from++;
	}
	return n;
}

void capture_parse(struct capture *c, const char *data, size_t len)
{
	const char *end = data + len, *seen = data, *s = data;
	uint64_t line = 1;

	while (s < end && (s = memmem(s, (size_t)(end - s), RW_FRAME_FAMILY, FAMILY_MARK_LEN))) {
		size_t avail = (size_t)(end - s);

		line += count_lines(seen, s);
		seen = s;
		if (avail >= MARK_LEN && memcmp(s, RW_FRAME_MARK, MARK_LEN) == 0)
			at_mark(c, s, avail, line);
		else
			at_other_mark(c, s, avail);
		s += FAMILY_MARK_LEN;
	}
	for (size_t i = 0; i < c->nstream; i++)
		close_stream(c, &c->stream[i]);
}

void capture_free(struct capture *c)
{
	for (size_t i = 0; i < c->npart; i++) {
		part_free(c->part[i]);
		free(c->part[i]);
	}
	free(c->part);
	free(c->last.buf);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A serial capture: its frames, put together to dumps of the store and to sets of counters. */
#define _GNU_SOURCE
#include "capture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "framing.h"
#include "util.h"

#define MARK_LEN (sizeof(RW_FRAME_MARK) - 1)

static void *more_bytes(uint8_t *buf, size_t len, size_t *cap, size_t add)
{
	while (*cap - len < add)
		buf = grow(buf, *cap, cap, 1);
	return buf;
}

static void open_dump(struct capture *c, uint32_t dump, uint64_t line)
{
	struct part *p = calloc(1, sizeof(*p));

	if (!p) {
		fputs("rwlog: out of memory\n", stderr);
		exit(2);
	}
	p->problems = c->problems;
	p->is_dump = true;
	p->dump = dump;
	p->line = line;
	c->part = grow(c->part, c->npart, &c->part_cap, sizeof(struct part *));
	c->part[c->npart++] = p;
	c->open = p;
	c->next_off = 0;
	c->total = UINT32_MAX;
	c->has_begin = false;
}

/* Walks through the open dump; @f is its END frame, or NULL when that did not come. */
static void close_dump(struct capture *c, const struct frame *f)
{
	struct part *p = c->open;
	uint32_t want = 0;

	if (!p)
		return;
	c->open = NULL;
	if (f && !c->has_begin)
		c->total = f->offset;
	if (!f) {
		part_problem(p, c->next_off, "the dump's END is missing");
	} else if (f->len != sizeof(want) || f->offset != c->total) {
		part_problem(p, f->offset,
			     "END says %" PRIu32 " bytes with %zu bytes of CRC, BEGIN says %" PRIu64 " bytes",
			     f->offset, f->len, c->total);
	} else if (c->next_off != c->total) {
		part_problem(p, c->next_off, "the dump ends here, %" PRIu64 " bytes early",
			     c->total - c->next_off);
	} else if (p->buf_len == c->total) {
		memcpy(&want, f->payload, sizeof(want));
		p->complete = p->have_hdr;
		if (crc32_z(0, p->buf, p->buf_len) != want) {
			part_problem(p, 0, "the dump's CRC is wrong");
			p->complete = false;
		}
	}
	part_walk_dump(p);
}

static void begin_frame(struct capture *c, const struct frame *f, uint64_t line)
{
	struct rw_store_hdr h;
	char why[128];

	close_dump(c, NULL);
	open_dump(c, f->dump, line);
	c->total = f->offset;
	c->has_begin = true;
	if (f->len != sizeof(h)) {
		part_problem(c->open, 0, "BEGIN with %zu bytes, not %zu", f->len, sizeof(h));
		return;
	}
	memcpy(&h, f->payload, sizeof(h));
	if (!store_hdr_valid(&h, why, sizeof(why)))
		part_problem(c->open, 0, "the header in BEGIN: %s", why);
	else
		part_set_hdr(c->open, &h);
}

/* A DATA or END frame must be of the open dump: when it is not, its BEGIN is missing. */
static void need_dump(struct capture *c, const struct frame *f, uint64_t line)
{
	if (c->open && c->open->dump == f->dump)
		return;
	close_dump(c, NULL);
	open_dump(c, f->dump, line);
	part_problem(c->open, 0, "a dump without its BEGIN");
}

static void data_frame(struct capture *c, const struct frame *f, uint64_t line)
{
	struct part *p;

	need_dump(c, f, line);
	p = c->open;
	if (f->offset < c->next_off) {
		part_problem(p, f->offset, "data again that came before, in line %" PRIu64, line);
		return;
	}
	if (f->offset + f->len > c->total) {
		part_problem(p, f->offset, "data behind the dump's end, in line %" PRIu64, line);
		return;
	}
	if (f->offset != c->next_off)
		part_problem(p, c->next_off, "%" PRIu64 " bytes are missing before line %" PRIu64,
			     f->offset - c->next_off, line);
	if (f->len == 0)
		return;
	p->seg = grow(p->seg, p->nseg, &p->seg_cap, sizeof(*p->seg));
	p->seg[p->nseg++] = (struct part_seg){ f->offset, p->buf_len, f->len, line };
	p->buf = more_bytes(p->buf, p->buf_len, &p->buf_cap, f->len);
	memcpy(p->buf + p->buf_len, f->payload, f->len);
	p->buf_len += f->len;
	c->next_off = f->offset + f->len;
}

static void end_frame(struct capture *c, const struct frame *f, uint64_t line)
{
	need_dump(c, f, line);
	close_dump(c, f);
}

/* The set that is being gathered is over: keeps it when it is complete. */
static void close_set(struct capture *c)
{
	struct counters *s = &c->set;
	bool good = !s->broken && s->len % sizeof(struct rw_cpu_stats) == 0;

	if (!s->len && !s->broken)
		return;
	for (size_t i = 0; good && i < s->len / sizeof(struct rw_cpu_stats); i++) {
		struct rw_cpu_stats cpu;

		memcpy(&cpu, s->buf + i * sizeof(cpu), sizeof(cpu));
		good = cpu.cpu == i;
	}
	if (good) {
		free(c->last.buf);
		c->last = *s;
	} else {
		problem_add(c->problems, NULL,
			    "line %" PRIu64 ", counters of dump %" PRIu32 ": a piece is missing or wrong",
			    s->line, s->dump);
		free(s->buf);
	}
	memset(s, 0, sizeof(*s));
}

static void stats_frame(struct capture *c, const struct frame *f, uint64_t line)
{
	struct counters *s = &c->set;

	if (f->offset == 0 || f->dump != s->dump)
		close_set(c);
	if (!s->len && !s->broken) {
		s->dump = f->dump;
		s->line = line;
	}
	if (f->offset != s->len || f->len == 0) {
		s->broken = true;
		return;
	}
	s->buf = more_bytes(s->buf, s->len, &s->cap, f->len);
	memcpy(s->buf + s->len, f->payload, f->len);
	s->len += f->len;
}

static void one_frame(struct capture *c, const struct frame *f, uint64_t line)
{
	c->frames++;
	switch (f->type) {
	case RW_FRAME_BEGIN:
		begin_frame(c, f, line);
		break;
	case RW_FRAME_DATA:
		data_frame(c, f, line);
		break;
	case RW_FRAME_END:
		end_frame(c, f, line);
		break;
	default:
		stats_frame(c, f, line);
	}
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

	while (s < end && (s = memmem(s, (size_t)(end - s), RW_FRAME_MARK, MARK_LEN))) {
		struct frame f;
		const char *why;

		line += count_lines(seen, s);
		seen = s;
		switch (frame_parse(s, (size_t)(end - s), &f, &why)) {
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
		s += MARK_LEN;
	}
	close_dump(c, NULL);
	close_set(c);
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

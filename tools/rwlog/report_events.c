/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A report's time line: counts by class and time, and the events that matter the most. */
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "names.h"
#include "report.h"
#include "report_boot.h"
#include "util.h"

#define BUCKETS 1024u
#define RANKS   4u

struct timeline {
	uint64_t from, to; /* of the boot's records */
	uint64_t width;    /* of a bucket, nanoseconds */
	uint32_t count[RW_CLASS_COUNT + 1][BUCKETS];
};

bool report_is_bad(const struct rec *r)
{
	return r->hdr.type == RW_REC_VIOLATION || r->hdr.type == RW_REC_CRED_CHANGE ||
	       (r->hdr.verdict >= RW_VERDICT_DENY && r->hdr.verdict <= RW_VERDICT_STOP);
}

/* The class of a record; unknown types count as the one after the last. */
static unsigned int class_of(const struct rec *r)
{
	const struct event_desc *event = event_desc(r->hdr.type);

	return event ? event->class : RW_CLASS_COUNT;
}

/* How soon an event gets a place: 0 first. */
static unsigned int rank(const struct rec *r)
{
	if (report_is_bad(r))
		return 0;
	switch (class_of(r)) {
	case RW_CLASS_GUARD:
	case RW_CLASS_CODE:
	case RW_CLASS_ACCESS:
	case RW_CLASS_LOSS:
		return 0;
	case RW_CLASS_EXEC:
	case RW_CLASS_KERNEL:
		return 1;
	case RW_CLASS_NET:
	case RW_CLASS_SYSLOG:
		return 2;
	default:
		return 3;
	}
}

void report_line(struct report_boot *b, const char *name, const struct rec *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	line_show(&(struct line){ f, r, b->epoch, b->symbols, &b->cgroups, false });
	fclose(f);
	report_shown(b->j, name, text, len - (len && text[len - 1] == '\n'));
	free(text);
}

static void count(struct timeline *t, const struct report_boot *b)
{
	struct rec r;

	t->from = UINT64_MAX;
	for (size_t i = 0; i < b->boot->nrec; i++) {
		if (!report_rec(b, i, &r))
			continue;
		t->from = r.hdr.time_ns < t->from ? r.hdr.time_ns : t->from;
		t->to = r.hdr.time_ns > t->to ? r.hdr.time_ns : t->to;
	}
	t->from = b->chosen ? t->from : 0;
	t->width = (t->to - t->from) / BUCKETS + 1;
	for (size_t i = 0; i < b->boot->nrec; i++)
		if (report_rec(b, i, &r))
			t->count[class_of(&r)][(r.hdr.time_ns - t->from) / t->width]++;
}

static void put_counts(struct json *j, const struct timeline *t)
{
	json_u64(j, "from", t->from / 1000);
	json_u64(j, "to", t->to / 1000);
	json_u64(j, "width", t->width);
	json_u64(j, "buckets", BUCKETS);
	json_open(j, "counts", '[');
	for (unsigned int class = 0; class <= RW_CLASS_COUNT; class ++) {
		json_open(j, NULL, '[');
		for (unsigned int i = 0; i < BUCKETS; i++) {
			if (!t->count[class][i])
				continue;
			json_u64(j, NULL, i);
			json_u64(j, NULL, t->count[class][i]);
		}
		json_close(j, ']');
	}
	json_close(j, ']');
}

static void put_event(struct report_boot *b, const struct rec *r)
{
	struct json *j = b->j;
	struct rw_task task;

	json_open(j, NULL, '{');
	json_u64(j, "t", r->hdr.time_ns / 1000);
	json_u64(j, "class", class_of(r));
	if (rec_task(r, &task))
		json_u64(j, "pid", task.tgid);
	if (report_is_bad(r))
		json_bool(j, "bad", true);
	report_line(b, "text", r);
	json_close(j, '}');
}

/* Of each rank, every so many records, so that the room is enough. */
static void strides(const struct report_boot *b, uint64_t stride[RANKS])
{
	uint64_t of[RANKS] = { 0 }, left = b->room.events;

	for (size_t i = 0; i < b->boot->nrec; i++) {
		struct rec r;

		if (report_rec(b, i, &r))
			of[rank(&r)]++;
	}
	for (unsigned int k = 0; k < RANKS; k++) {
		stride[k] = left ? (of[k] + left - 1) / left : UINT64_MAX;
		stride[k] += stride[k] == 0;
		left -= stride[k] == UINT64_MAX ? 0 : (of[k] + stride[k] - 1) / stride[k];
	}
}

void report_events(struct report_boot *b)
{
	struct timeline *t = make(sizeof(*t));
	uint64_t stride[RANKS], seen[RANKS] = { 0 };

	count(t, b);
	put_counts(b->j, t);
	free(t);
	strides(b, stride);
	json_open(b->j, "events", '[');
	for (size_t i = 0; i < b->boot->nrec; i++) {
		unsigned int k;
		struct rec r;

		if (!report_rec(b, i, &r))
			continue;
		k = rank(&r);
		if (stride[k] == UINT64_MAX || seen[k]++ % stride[k])
			continue;
		put_event(b, &r);
		b->used.events++;
	}
	json_close(b->j, ']');
	json_u64(b->j, "events_left_out", b->chosen - b->used.events);
}

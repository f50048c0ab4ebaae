/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* An overview of the boots in a log. */
#include "overview.h"

#include <inttypes.h>

#include "select.h"
#include "text.h"

/* What the filter chooses of a boot. */
struct extent {
	uint64_t records, violations;
	uint64_t from_ns, to_ns;
};

static struct extent measure(const struct boot *b, const struct filter *filter)
{
	struct extent e = { .from_ns = UINT64_MAX };
	struct selection s;
	struct rec r;

	selection_open(&s, b, filter, false);
	while (selection_next(&s, &r)) {
		e.records++;
		e.violations += r.hdr.type == RW_REC_VIOLATION;
		if (r.hdr.time_ns < e.from_ns)
			e.from_ns = r.hdr.time_ns;
		if (r.hdr.time_ns > e.to_ns)
			e.to_ns = r.hdr.time_ns;
	}
	selection_close(&s);
	return e;
}

static void put_end(const struct rw_store_hdr *h, FILE *out)
{
	if (h->end_reason == RW_END_RUNNING)
		fputs(", taken from a running machine", out);
	else if (text_end(h->end_reason))
		fprintf(out, ", ended by %s", text_end(h->end_reason));
}

/* The files that have some of a boot. */
static void put_files(const struct log *log, const struct boot *b, FILE *out)
{
	const char *before = ", in ";

	for (size_t i = 0; i < log->nin; i++) {
		size_t parts = 0;

		for (size_t j = 0; j < b->npart; j++)
			parts += b->part[j]->problems == &log->in[i]->problems;
		if (!parts)
			continue;
		fprintf(out, "%s%s", before, log->in[i]->name);
		if (log->in[i]->is_capture)
			fprintf(out, " (%zu dump%s)", parts, parts > 1 ? "s" : "");
		before = ", ";
	}
}

static void put_boot(const struct log *log, const struct boot *b, const struct filter *filter, FILE *out)
{
	const struct rw_store_hdr *h = &b->newest->hdr;
	struct extent e = measure(b, filter);
	char id[TEXT_BOOT_LEN], when[TEXT_TIME_LEN];

	boot_name(b, id);
	text_time(when, h->boot_epoch, 0);
	fprintf(out, "boot %s", id);
	if (b->newest->have_hdr)
		fprintf(out, ", started %s", when);
	else
		fputs(", its header is lost: no known boot", out);
	fprintf(out, ", %" PRIu64 " of %zu records", e.records, b->nrec);
	if (e.records) {
		text_time(when, h->boot_epoch, e.from_ns);
		fprintf(out, " from %s", when);
		text_time(when, h->boot_epoch, e.to_ns);
		fprintf(out, " to %s", when);
	}
	fprintf(out, ", %" PRIu64 " violations, %" PRIu64 " records evicted", e.violations, store_evicted(h));
	put_end(h, out);
	put_files(log, b, out);
	putc('\n', out);
}

void overview(const struct log *log, const struct filter *filter, FILE *out)
{
	for (size_t i = 0; i < log->nboot; i++)
		put_boot(log, &log->boot[i], filter, out);
}

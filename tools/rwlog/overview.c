/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* An overview of the boots in a log. */
#include "overview.h"

#include <inttypes.h>
#include <string.h>

#include "json.h"
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

/* How many of a boot's parts a file has. */
static size_t parts_in(const struct boot *b, const struct input *in)
{
	size_t n = 0;

	for (size_t i = 0; i < b->npart; i++)
		n += b->part[i]->problems == &in->problems;
	return n;
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
		size_t parts = parts_in(b, log->in[i]);

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

static void json_moment(struct json *j, const char *name, uint64_t epoch, uint64_t time_ns)
{
	if (sink_has_time(epoch, time_ns))
		json_time(j, name, epoch, time_ns);
}

static void json_files(struct json *j, const struct log *log, const struct boot *b)
{
	json_open(j, "files", '[');
	for (size_t i = 0; i < log->nin; i++) {
		const struct input *in = log->in[i];
		size_t parts = parts_in(b, in);

		if (!parts)
			continue;
		json_open(j, NULL, '{');
		json_text(j, "name", (struct text){ (const uint8_t *)in->name, strlen(in->name) });
		if (in->is_capture)
			json_u64(j, "dumps", parts);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void json_boot(struct json *j, const struct log *log, const struct boot *b,
		      const struct filter *filter)
{
	const struct rw_store_hdr *h = &b->newest->hdr;
	struct extent e = measure(b, filter);
	char id[TEXT_BOOT_LEN];

	boot_name(b, id);
	json_open(j, NULL, '{');
	json_str(j, "boot", id);
	json_bool(j, "known", b->newest->have_hdr);
	json_moment(j, "started", h->boot_epoch, 0);
	json_u64(j, "records", b->nrec);
	json_u64(j, "chosen", e.records);
	if (e.records) {
		json_moment(j, "from", h->boot_epoch, e.from_ns);
		json_moment(j, "to", h->boot_epoch, e.to_ns);
	}
	json_u64(j, "violations", e.violations);
	json_u64(j, "evicted", store_evicted(h));
	if (b->newest->have_hdr && text_end(h->end_reason))
		json_str(j, "end", text_end(h->end_reason));
	json_files(j, log, b);
	json_close(j, '}');
	sink_char(j->to, '\n');
}

void overview(const struct log *log, const struct filter *filter, FILE *out)
{
	for (size_t i = 0; i < log->nboot; i++)
		put_boot(log, &log->boot[i], filter, out);
}

void overview_json(const struct log *log, const struct filter *filter, FILE *out)
{
	struct sink to;

	sink_open(&to, out);
	for (size_t i = 0; i < log->nboot; i++)
		json_boot(&(struct json){ .to = &to }, log, &log->boot[i], filter);
	sink_close(&to);
}

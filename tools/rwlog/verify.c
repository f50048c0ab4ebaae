/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Judges a log: is it complete, and as it was written? */
#include "verify.h"

#include <inttypes.h>

#include "names.h"
#include "text.h"

#define PROBLEMS_SHOWN 50u

static const char *const end_texts[] = RW_END_NAMES;

static uint64_t boot_problems(const struct boot *b)
{
	uint64_t n = b->bad;

	for (size_t i = 0; i < b->npart; i++)
		n += b->part[i]->bad;
	return n;
}

/* How many records of which class were evicted. */
static void print_evicted(const struct rw_store_hdr *h, FILE *out)
{
	const char *before = " (";
	char name[NAME_LEN];

	fprintf(out, ", evicted %" PRIu64, store_evicted(h));
	for (unsigned int i = 0; i < RW_STORE_CLASSES; i++) {
		if (!h->evicted[i])
			continue;
		fprintf(out, "%s%s %" PRIu64, before, name_of_class(i, name), h->evicted[i]);
		before = ", ";
	}
	if (store_evicted(h))
		putc(')', out);
}

static void good_boot(const struct input *in, const struct boot *b, const char *prefix, FILE *out)
{
	const struct rw_store_hdr *h = &b->newest->hdr;
	char id[TEXT_BOOT_LEN];

	text_boot(id, h);
	fprintf(out, "%sOK: %zu records", prefix, b->nrec);
	if (b->nrec) {
		uint64_t last = b->rec[b->nrec - 1].hdr.seq;

		fprintf(out, ", seq %" PRIu64 " to %" PRIu64, b->rec[0].hdr.seq, last);
	}
	if (in->is_capture)
		fprintf(out, ", %zu dump%s", b->npart, b->npart > 1 ? "s" : "");
	fprintf(out, ", boot %s", id);
	print_evicted(h, out);
	if (!in->is_capture && in->image->base)
		fprintf(out, ", at offset 0x%" PRIx64, in->image->base);
	if (h->end_reason == RW_END_RUNNING)
		fprintf(out, ", taken from a running machine\n");
	else
		fprintf(out, ", ended by %s\n", end_texts[h->end_reason]);
}

bool verify(const struct input *in, const char *prefix, FILE *out)
{
	uint64_t rest = in->problems.count;

	problems_print(&in->problems, out, prefix, PROBLEMS_SHOWN);
	for (size_t i = 0; i < in->nboot; i++) {
		const struct boot *b = &in->boot[i];
		uint64_t n = boot_problems(b);
		char id[TEXT_BOOT_LEN];

		rest -= n;
		if (n == 0) {
			good_boot(in, b, prefix, out);
			continue;
		}
		boot_name(b, id);
		fprintf(out, "%sBAD: boot %s%s: %" PRIu64 " problem%s, %zu records readable\n", prefix, id,
			b->newest->have_hdr ? "" : " (its header is lost)", n, n > 1 ? "s" : "", b->nrec);
	}
	if (rest)
		fprintf(out, "%sBAD: %" PRIu64 " problem%s of the capture as a whole\n", prefix, rest,
			rest > 1 ? "s" : "");
	if (in->problems.count)
		fprintf(out, "%sBAD: %" PRIu64 " problem%s in all, the first: %s\n", prefix,
			in->problems.count, in->problems.count > 1 ? "s" : "", in->problems.v[0].text);
	else if (!in->nboot && !in->other_version)
		fprintf(out, "%sBAD: no dump of the store in this capture\n", prefix);
	return in->problems.count == 0 && in->nboot != 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Judges a log: is it complete, and as it was written? */
#include "verify.h"

#include <inttypes.h>
#include <string.h>

#include "names.h"
#include "text.h"

/* Counts a boot's problems by kind. Return: all of them. */
static uint64_t boot_problems(const struct boot *b, uint64_t of[PROBLEM_KINDS])
{
	uint64_t n = b->bad;

	for (int kind = 0; kind < PROBLEM_KINDS; kind++)
		of[kind] = kind == PROBLEM_ALTERED ? b->bad : 0;
	for (size_t i = 0; i < b->npart; i++) {
		n += b->part[i]->bad;
		for (int kind = 0; kind < PROBLEM_KINDS; kind++)
			of[kind] += b->part[i]->bad_of[kind];
	}
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
		uint64_t last = boot_rec(b, b->nrec - 1).hdr.seq;

		fprintf(out, ", seq %" PRIu64 " to %" PRIu64, boot_rec(b, 0).hdr.seq, last);
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
		fprintf(out, ", ended by %s\n", text_end(h->end_reason));
}

static void bad_boot(const struct boot *b, const uint64_t of[PROBLEM_KINDS], uint64_t n, const char *prefix,
		     FILE *out)
{
	char id[TEXT_BOOT_LEN];

	boot_name(b, id);
	fprintf(out, "%sBAD: %s: boot %s%s: %" PRIu64 " problem%s, %zu records readable\n", prefix,
		status_word(status_of_problems(of)), id,
		b->newest->have_hdr ? "" : " (its header is lost: no known boot)", n, n > 1 ? "s" : "",
		b->nrec);
}

enum status verify(const struct input *in, const char *prefix, size_t most, FILE *out)
{
	const struct problems *all = &in->problems;
	uint64_t rest[PROBLEM_KINDS], count = all->count;

	memcpy(rest, all->of, sizeof(rest));
	problems_print(all, out, prefix, most);
	for (size_t i = 0; i < in->nboot; i++) {
		const struct boot *b = &in->boot[i];
		uint64_t of[PROBLEM_KINDS], n = boot_problems(b, of);

		count -= n;
		for (int kind = 0; kind < PROBLEM_KINDS; kind++)
			rest[kind] -= of[kind];
		if (n == 0)
			good_boot(in, b, prefix, out);
		else
			bad_boot(b, of, n, prefix, out);
	}
	if (count)
		fprintf(out, "%sBAD: %s: %" PRIu64 " problem%s of the %s as a whole\n", prefix,
			status_word(status_of_problems(rest)), count, count > 1 ? "s" : "",
			in->is_capture ? "capture" : "file");
	if (!in->nboot && !in->other_version)
		fprintf(out, "%sBAD: %s: no dump of the store in this capture\n", prefix,
			status_word(all->count ? status_of_problems(all->of) : STATUS_CUT));
	if (all->count)
		fprintf(out, "%sBAD: %s: %" PRIu64 " problem%s in all, the worst: %s\n", prefix,
			status_word(status_of_problems(all->of)), all->count, all->count > 1 ? "s" : "",
			problems_first(all));
	return input_status(in);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for people: one line per record, and a line of counts. */
#include "show.h"

#include <inttypes.h>

#include "alerts.h"
#include "kaslr.h"
#include "line.h"
#include "select.h"

struct counts {
	uint64_t records, violations, repeats, lost;
};

static void count(const struct rec *r, struct counts *n)
{
	n->records++;
	if (r->hdr.type == RW_REC_VIOLATION) {
		n->violations++;
		n->repeats += rec_number(r, RW_F_REPEAT);
	}
	if (r->hdr.type == RW_REC_DROP && rec_number(r, RW_F_DROP_REASON) != RW_DROP_EVICTED)
		n->lost += rec_number(r, RW_F_COUNT);
}

/* What the line of counts is about. */
static void show_name(const struct log *log, FILE *out)
{
	if (log->nin == 1)
		fputs(log->in[0]->name, out);
	else
		fprintf(out, "%zu files", log->nin);
}

static void show_boot(const struct boot *b, const struct filter *filter, const struct symbols *symbols,
		      bool color, struct counts *n, FILE *out)
{
	struct symbols there;
	struct selection s;
	struct rec r;

	symbols = kaslr_for_boot(symbols, b, &there, stderr);
	selection_open(&s, b, filter, false);
	while (selection_next(&s, &r)) {
		line_show(&(struct line){ out, &r, b->newest->hdr.boot_epoch, symbols, &s.cgroups, color });
		count(&r, n);
	}
	selection_close(&s);
}

void show(const struct log *log, const struct filter *filter, const struct symbols *symbols, bool color,
	  FILE *out)
{
	struct counts n = { 0 };
	uint64_t all = 0, evicted = 0;

	for (size_t i = 0; i < log->nboot; i++) {
		const struct boot *b = &log->boot[i];
		char id[TEXT_BOOT_LEN];

		boot_name(b, id);
		if (log_names_boots(log))
			fprintf(out, "%s-- boot %s%s%s\n", color ? "\033[1m" : "", id,
				b->newest->have_hdr ? "" : ": its header is lost: no known boot",
				color ? "\033[0m" : "");
		show_boot(b, filter, symbols, color, &n, out);
		all += b->total ? b->total : b->nrec;
		evicted += store_evicted(&b->newest->hdr);
	}
	for (size_t i = 0; filter_is_all(filter) && i < log->nin; i++)
		alerts_show(log->in[i], out);
	fputs("-- ", out);
	show_name(log, out);
	fprintf(out, ": %" PRIu64 " of %" PRIu64 " records shown, %" PRIu64 " violations", n.records, all,
		n.violations);
	if (n.repeats)
		fprintf(out, " (and %" PRIu64 " repeats)", n.repeats);
	fprintf(out,
		", %" PRIu64 " records lost before they reached the store, %" PRIu64 " evicted from it\n",
		n.lost, evicted);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for people: one line per record, and a line of counts. */
#include "show.h"

#include <inttypes.h>

#include "alerts.h"
#include "line.h"

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

void show(const struct input *in, const struct filter *filter, const struct symbols *symbols, FILE *out)
{
	struct counts n = { 0 };
	uint64_t all = 0, evicted = 0;

	for (size_t i = 0; i < in->nboot; i++) {
		const struct boot *b = &in->boot[i];
		struct filter own = filter_for_boot(filter, b->newest->hdr.boot_epoch);
		struct cgroups cgroups = cgroups_index(b->rec, b->nrec);
		char id[TEXT_BOOT_LEN];

		boot_name(b, id);
		if (in->nboot > 1 || !b->newest->have_hdr)
			fprintf(out, "-- boot %s%s\n", id,
				b->newest->have_hdr ? "" : ": its header is lost: no known boot");
		for (size_t j = 0; j < b->nrec; j++) {
			if (!filter_match(&own, &b->rec[j]))
				continue;
			line_show(&(struct line){ out, &b->rec[j], b->newest->hdr.boot_epoch, symbols,
						  &cgroups });
			count(&b->rec[j], &n);
		}
		cgroups_free(&cgroups);
		all += b->nrec;
		evicted += store_evicted(&b->newest->hdr);
	}
	if (filter_is_all(filter))
		alerts_show(in, out);
	fprintf(out, "-- %s: %" PRIu64 " of %" PRIu64 " records shown, %" PRIu64 " violations", in->name,
		n.records, all, n.violations);
	if (n.repeats)
		fprintf(out, " (and %" PRIu64 " repeats)", n.repeats);
	fprintf(out,
		", %" PRIu64 " records lost before they reached the store, %" PRIu64 " evicted from it\n",
		n.lost, evicted);
}

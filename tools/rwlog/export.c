/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for programs: JSON Lines, and CSV. */
#include "export.h"

#include "alerts.h"
#include "csv.h"
#include "jsonl.h"
#include "members.h"
#include "text.h"

void export_jsonl(const struct input *in, const struct filter *filter, FILE *out)
{
	for (size_t i = 0; i < in->nboot; i++) {
		const struct boot *b = &in->boot[i];
		struct filter own = filter_for_boot(filter, b->newest->hdr.boot_epoch);
		struct cgroups cgroups = cgroups_index(b->rec, b->nrec);
		char id[TEXT_BOOT_LEN];

		boot_name(b, id);
		for (size_t k = 0; k < b->nrec; k++)
			if (filter_match(&own, &b->rec[k]))
				jsonl_record(&b->rec[k], &cgroups,
					     in->nboot > 1 || !b->newest->have_hdr ? id : NULL, out);
		cgroups_free(&cgroups);
	}
	if (filter_is_all(filter))
		alerts_jsonl(in, out);
}

void export_csv_header(FILE *out)
{
	for (unsigned int i = 0; i < members_columns(); i++)
		fprintf(out, "%s%s", i ? "," : "", members_column(i));
	fputs("\r\n", out);
}

static void csv_member_of(void *ctx, const struct member *m)
{
	csv_member(ctx, m);
}

void export_csv(const struct input *in, const struct filter *filter, FILE *out)
{
	struct csv *row = csv_open(members_columns());

	for (size_t i = 0; i < in->nboot; i++) {
		const struct boot *b = &in->boot[i];
		struct filter own = filter_for_boot(filter, b->newest->hdr.boot_epoch);
		struct cgroups cgroups = cgroups_index(b->rec, b->nrec);
		char id[TEXT_BOOT_LEN];

		boot_name(b, id);
		for (size_t k = 0; k < b->nrec; k++) {
			if (!filter_match(&own, &b->rec[k]))
				continue;
			csv_member(row, &(struct member){
						.column = MEMBERS_BOOT, .form = MEMBER_WORD, .word = id });
			members_of_record(&b->rec[k], &cgroups, csv_member_of, row);
			csv_end_row(row, out);
		}
		cgroups_free(&cgroups);
	}
	if (filter_is_all(filter))
		alerts_csv(in, row, out);
	csv_close(row);
}

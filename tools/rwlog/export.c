/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for programs: JSON Lines, and CSV. */
#include "export.h"

#include "alerts.h"
#include "csv.h"
#include "jsonl.h"
#include "members.h"
#include "text.h"

void export_jsonl(const struct log *log, const struct filter *filter, FILE *out)
{
	for (size_t i = 0; i < log->nboot; i++) {
		const struct boot *b = &log->boot[i];
		struct filter own = filter_for_boot(filter, b->newest->hdr.boot_epoch);
		struct cgroups cgroups = boot_cgroups(b);
		char id[TEXT_BOOT_LEN];

		boot_name(b, id);
		for (size_t k = 0; k < b->nrec; k++) {
			struct rec r = boot_rec(b, k);

			if (filter_match(&own, &r))
				jsonl_record(&r, &cgroups, log_names_boots(log) ? id : NULL, out);
		}
		cgroups_free(&cgroups);
	}
	for (size_t i = 0; filter_is_all(filter) && i < log->nin; i++)
		alerts_jsonl(log->in[i], out);
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

void export_csv(const struct log *log, const struct filter *filter, FILE *out)
{
	struct csv *row = csv_open(members_columns());

	for (size_t i = 0; i < log->nboot; i++) {
		const struct boot *b = &log->boot[i];
		struct filter own = filter_for_boot(filter, b->newest->hdr.boot_epoch);
		struct cgroups cgroups = boot_cgroups(b);
		char id[TEXT_BOOT_LEN];

		boot_name(b, id);
		for (size_t k = 0; k < b->nrec; k++) {
			struct rec r = boot_rec(b, k);

			if (!filter_match(&own, &r))
				continue;
			csv_member(row, &(struct member){
						.column = MEMBERS_BOOT, .form = MEMBER_WORD, .word = id });
			members_of_record(&r, &cgroups, csv_member_of, row);
			csv_end_row(row, out);
		}
		cgroups_free(&cgroups);
	}
	for (size_t i = 0; filter_is_all(filter) && i < log->nin; i++)
		alerts_csv(log->in[i], row, out);
	csv_close(row);
}

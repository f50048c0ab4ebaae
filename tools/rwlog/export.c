/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for programs: JSON Lines, and CSV. */
#include "export.h"

#include "alerts.h"
#include "csv.h"
#include "jsonl.h"
#include "members.h"
#include "select.h"
#include "text.h"

void export_jsonl(const struct log *log, const struct filter *filter, FILE *out)
{
	for (size_t i = 0; i < log->nboot; i++) {
		char id[TEXT_BOOT_LEN];
		struct selection s;
		struct rec r;

		boot_name(&log->boot[i], id);
		selection_open(&s, &log->boot[i], filter);
		while (selection_next(&s, &r))
			jsonl_record(&r, &s.cgroups, log_names_boots(log) ? id : NULL, out);
		selection_close(&s);
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
		char id[TEXT_BOOT_LEN];
		struct selection s;
		struct rec r;

		boot_name(&log->boot[i], id);
		selection_open(&s, &log->boot[i], filter);
		while (selection_next(&s, &r)) {
			csv_member(row, &(struct member){
						.column = MEMBERS_BOOT, .form = MEMBER_WORD, .word = id });
			members_of_record(&r, &s.cgroups, csv_member_of, row);
			csv_end_row(row, out);
		}
		selection_close(&s);
	}
	for (size_t i = 0; filter_is_all(filter) && i < log->nin; i++)
		alerts_csv(log->in[i], row, out);
	csv_close(row);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for programs: JSON Lines, ECS, CSV, lines of auditd. */
#include "export.h"

#include <string.h>

#include "alerts.h"
#include "auditd.h"
#include "csv.h"
#include "ecs.h"
#include "jsonl.h"
#include "select.h"
#include "text.h"

/* What is being exported. */
struct job {
	enum export_format format;
	struct sink to;
	struct csv *row; /* EXPORT_CSV */
	struct members_boot boot;
	struct procs procs; /* EXPORT_ECS and EXPORT_AUDITD */
};

void export_header(enum export_format format, FILE *out)
{
	if (format != EXPORT_CSV)
		return;
	for (unsigned int i = 0; i < members_columns(); i++)
		fprintf(out, "%s%s", i ? "," : "", members_column(i));
	fputs("\r\n", out);
}

static void csv_member_of(void *ctx, const struct member *m)
{
	csv_member(ctx, m);
}

static void write_record(struct job *job, const struct rec *r)
{
	switch (job->format) {
	case EXPORT_ECS:
		ecs_record(r, &job->boot, &job->procs, &job->to);
		break;
	case EXPORT_AUDITD:
		auditd_record(r, &job->boot, &job->procs, &job->to);
		break;
	case EXPORT_CSV:
		members_of_record(r, &job->boot, csv_member_of, job->row);
		csv_end_row(job->row, job->to.out);
		break;
	default:
		jsonl_record(r, &job->boot, &job->to);
	}
	sink_settle(&job->to);
}

static void write_boot(struct job *job, const struct boot *b, const struct filter *filter)
{
	bool with_procs = job->format == EXPORT_ECS || job->format == EXPORT_AUDITD;
	char id[TEXT_BOOT_LEN];
	struct selection s;

	selection_open(&s, b, filter, false);
	boot_name(b, id);
	job->boot = (struct members_boot){ id, b->newest->hdr.boot_epoch, &s.cgroups };
	for (size_t k = 0; k < b->nrec; k++) {
		struct rec r = boot_rec(b, k);

		if (with_procs)
			procs_note(&job->procs, &r);
		if (filter_match(&s.filter, &r))
			write_record(job, &r);
	}
	procs_free(&job->procs);
	selection_close(&s);
}

/* An alert without a record, as a document of its own. */
static void ecs_alerts(struct job *job, const struct input *in)
{
	const struct console *c = &in->capture.console;

	for (size_t i = 0; i < c->nalert; i++) {
		const struct alert *a = &c->alert[i];
		struct json j = { .to = &job->to };

		if (!alerts_missing(a))
			continue;
		ecs_begin(&j, "alert", "intrusion_detection", "console_alert", 0);
		json_str(&j, "message", a->text);
		json_open(&j, "ringward", '{');
		json_u64(&j, "line", a->line);
		json_close(&j, '}');
		json_close(&j, '}');
		sink_char(&job->to, '\n');
	}
}

/* Alerts without records are not filtered: they have no fields to filter by. */
static void write_alerts(struct job *job, const struct input *in)
{
	switch (job->format) {
	case EXPORT_ECS:
		ecs_alerts(job, in);
		break;
	case EXPORT_CSV:
		alerts_csv(in, job->row, job->to.out);
		break;
	case EXPORT_AUDITD: /* they have no time, and auditd has no event without one: main() warns of them */
		break;
	default:
		alerts_jsonl(in, &job->to);
	}
}

/* Says which file the records are from. */
static void write_input(struct job *job, const struct input *in)
{
	struct text name = { (const uint8_t *)in->name, strlen(in->name) };
	struct json j = { .to = &job->to };
	bool ecs = job->format == EXPORT_ECS;

	if (!in->sha256[0] || (!ecs && job->format != EXPORT_JSONL))
		return;
	if (ecs) {
		ecs_begin(&j, "state", "file", "input", (uint64_t)in->st.st_mtime);
		json_open(&j, "file", '{');
		json_text_only(&j, "path", name);
		json_u64(&j, "size", in->size);
		json_open(&j, "hash", '{');
		json_str(&j, "sha256", in->sha256);
		json_close(&j, '}');
		json_close(&j, '}');
		json_open(&j, "ringward", '{');
	} else {
		json_open(&j, NULL, '{');
		json_str(&j, "type", "input");
		json_text(&j, "name", name);
		json_u64(&j, "bytes", in->size);
		json_str(&j, "sha256", in->sha256);
	}
	json_str(&j, "status", in->by_index ? "not checked" : status_word(input_status(in)));
	json_close(&j, '}');
	if (ecs)
		json_close(&j, '}');
	sink_char(&job->to, '\n');
}

void export_records(enum export_format format, const struct log *log, const struct filter *filter, FILE *out)
{
	struct job job = { .format = format };

	sink_open(&job.to, out);
	if (format == EXPORT_CSV)
		job.row = csv_open(members_columns());
	for (size_t i = 0; i < log->nboot; i++)
		write_boot(&job, &log->boot[i], filter);
	for (size_t i = 0; filter_is_all(filter) && i < log->nin; i++)
		write_alerts(&job, log->in[i]);
	for (size_t i = 0; i < log->nin; i++)
		write_input(&job, log->in[i]);
	if (job.row)
		csv_close(job.row);
	sink_close(&job.to);
}

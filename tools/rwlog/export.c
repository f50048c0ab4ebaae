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
#include "text.h"

static const char *const format_names[] = { "jsonl", "ecs", "csv", "auditd" };
_Static_assert(sizeof(format_names) / sizeof(format_names[0]) == EXPORT_FORMATS, "every format has a name");

/* What is being exported. */
struct job {
	enum export_format format;
	const struct input *in;
	struct sink to;
	struct csv *row; /* EXPORT_CSV */
	struct members_boot boot;
	struct procs procs; /* EXPORT_ECS and EXPORT_AUDITD */
	uint64_t records;
};

bool export_format(enum export_format *format, const char *name)
{
	for (unsigned int i = 0; i < EXPORT_FORMATS; i++) {
		if (strcmp(format_names[i], name) == 0) {
			*format = (enum export_format)i;
			return true;
		}
	}
	return false;
}

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
	job->records++;
}

static void write_boot(struct job *job, const struct boot *b, const struct filter *filter)
{
	struct filter own = filter_for_boot(filter, b->newest->hdr.boot_epoch);
	struct cgroups cgroups = cgroups_index(b->rec, b->nrec);
	bool with_procs = job->format == EXPORT_ECS || job->format == EXPORT_AUDITD;
	char id[TEXT_BOOT_LEN];

	boot_name(b, id);
	job->boot = (struct members_boot){ id, b->newest->hdr.boot_epoch, &cgroups };
	for (size_t k = 0; k < b->nrec; k++) {
		if (with_procs)
			procs_note(&job->procs, &b->rec[k]);
		if (filter_match(&own, &b->rec[k]))
			write_record(job, &b->rec[k]);
	}
	procs_free(&job->procs);
	cgroups_free(&cgroups);
}

/* An alert without a record, as a document of its own. */
static void ecs_alerts(struct job *job)
{
	const struct console *c = &job->in->capture.console;

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
static void write_alerts(struct job *job)
{
	switch (job->format) {
	case EXPORT_ECS:
		ecs_alerts(job);
		break;
	case EXPORT_CSV:
		alerts_csv(job->in, job->row, job->to.out);
		break;
	case EXPORT_AUDITD: /* they have no time, and auditd has no event without one: main() warns of them */
		break;
	default:
		alerts_jsonl(job->in, &job->to);
	}
}

/* Says which file the records are from. */
static void write_input(struct job *job)
{
	const struct input *in = job->in;
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
	json_str(&j, "status", status_word(input_status(in)));
	json_u64(&j, "records", job->records);
	json_close(&j, '}');
	if (ecs)
		json_close(&j, '}');
	sink_char(&job->to, '\n');
}

void export_records(enum export_format format, const struct input *in, const struct filter *filter, FILE *out)
{
	struct job job = { .format = format, .in = in };

	sink_open(&job.to, out);
	if (format == EXPORT_CSV)
		job.row = csv_open(members_columns());
	for (size_t i = 0; i < in->nboot; i++)
		write_boot(&job, &in->boot[i], filter);
	if (filter_is_all(filter))
		write_alerts(&job);
	write_input(&job);
	if (job.row)
		csv_close(job.row);
	sink_close(&job.to);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Applies a subcommand to a log: one function for each of options.def. */
#define _GNU_SOURCE
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "export.h"
#include "extract.h"
#include "index.h"
#include "overview.h"
#include "report.h"
#include "score.h"
#include "show.h"
#include "terminal.h"
#include "top.h"
#include "tree.h"
#include "verify.h"

#define PROBLEMS_SHOWN 50u

static enum status run_extract(const struct options *o, struct log *log, const struct symbols *symbols)
{
	const struct input *in = log->in[0];
	const struct part *p = extract_choose(in), *last = in->image;
	char why[256];

	(void)symbols;
	if (!p) {
		fprintf(stderr, "rwlog: %s: no complete dump; nothing was written\n", in->name);
		return STATUS_CUT;
	}
	if (extract_write(p, o->output, &in->st, why, sizeof(why))) {
		fprintf(stderr, "rwlog: %s: %s\n", o->output, why);
		return STATUS_USAGE;
	}
	if (in->nboot > 1)
		fprintf(stderr,
			"rwlog: %s: note: %zu boots; the records are those of the last complete dump\n",
			in->name, in->nboot);
	if (in->capture.dumps.npart)
		last = in->capture.dumps.part[in->capture.dumps.npart - 1];
	if (p != last)
		fprintf(stderr, "rwlog: %s: the last dump is incomplete; dump %u was used\n", in->name,
			p->dump);
	return status_worse(p == last ? STATUS_GOOD : STATUS_CUT, status_of_problems(p->bad_of));
}

/* Says what is missing of a boot. Return: whether something is. */
static bool tell_missing(const struct boot_counters *b)
{
	if (!b->set && b->captured)
		fprintf(stderr, "rwlog: boot %s: no complete set of its counters\n", b->id);
	if (!b->store)
		fprintf(stderr, "rwlog: boot %s: no store %s\n", b->id,
			b->several ? "is known to be that of these counters" : "whose header is known");
	return !b->store || (!b->set && b->captured);
}

static enum status run_stats(const struct options *o, struct log *log, const struct symbols *symbols)
{
	enum status worst = log_status(log);
	struct boot_counters *list;
	size_t n = counters_list(log, &list);

	(void)symbols;
	for (size_t i = 0; i < n; i++) {
		if (o->json)
			counters_json(&list[i], stdout);
		else
			counters_text(&list[i], i > 0, stdout);
		if (tell_missing(&list[i]))
			worst = status_worse(worst, STATUS_CUT);
	}
	free(list);
	return worst;
}

static enum status run_verify(const struct options *o, struct log *log, const struct symbols *symbols)
{
	const struct input *in = log->in[0];
	enum status status;
	char *prefix = NULL;

	(void)symbols;
	if (asprintf(&prefix, "%s%s", o->nfiles > 1 ? in->name : "", o->nfiles > 1 ? ": " : "") < 0)
		exit(STATUS_USAGE);
	status = verify(in, prefix, o->all ? SIZE_MAX : PROBLEMS_SHOWN, stdout);
	free(prefix);
	return status;
}

static enum status run_export(const struct options *o, struct log *log, const struct symbols *symbols)
{
	(void)symbols;
	export_records(o->format, log, &o->filter, stdout);
	return log_status(log);
}

static enum status run_report(const struct options *o, struct log *log, const struct symbols *symbols)
{
	report(log, &o->filter, symbols, stdout);
	return log_status(log);
}

static enum status run_index(const struct options *o, struct log *log, const struct symbols *symbols)
{
	const struct input *in = log->in[0];
	char why[256];

	(void)o;
	(void)symbols;
	if (index_write(in, why, sizeof(why))) {
		fprintf(stderr, "rwlog: %s: %s\n", in->name, why);
		return STATUS_USAGE;
	}
	return log_status(log);
}

static enum status run_show(const struct options *o, struct log *log, const struct symbols *symbols)
{
	bool color = terminal_color(o);

	terminal_pager(o);
	show(log, &o->filter, symbols, color, stdout);
	return log_status(log);
}

static enum status run_boots(const struct options *o, struct log *log, const struct symbols *symbols)
{
	(void)symbols;
	if (o->json)
		overview_json(log, &o->filter, stdout);
	else
		overview(log, &o->filter, stdout);
	return log_status(log);
}

static enum status run_tree(const struct options *o, struct log *log, const struct symbols *symbols)
{
	(void)symbols;
	log_sort_by_time(log);
	terminal_pager(o);
	if (o->json)
		tree_json(log, &o->filter, stdout);
	else
		tree(log, &o->filter, stdout);
	return log_status(log);
}

static enum status run_top(const struct options *o, struct log *log, const struct symbols *symbols)
{
	size_t lines = o->lines ? o->lines : TOP_LINES;

	(void)symbols;
	if (o->json)
		top_json(log, &o->filter, lines, stdout);
	else
		top(log, &o->filter, lines, stdout);
	return log_status(log);
}

static enum status run_learn(const struct options *o, struct log *log, const struct symbols *symbols)
{
	struct model m = { .window = o->window, .alphabet = o->alphabet };

	(void)symbols;
	log_sort_by_time(log);
	learn(&m, log, &o->filter);
	model_write(&m, log, stdout);
	model_free(&m);
	return log_status(log);
}

static enum status run_score(const struct options *o, struct log *log, const struct symbols *symbols)
{
	struct score_options options = o->score;
	struct input file = { .limit = o->limit };
	struct model m = { 0 };
	char why[128];
	int err = input_load(&file, o->model);
	bool good = !err && model_read(&m, (const char *)file.data, file.len, why, sizeof(why));

	(void)symbols;
	options.all = o->all;
	if (good) {
		log_sort_by_time(log);
		score(&m, log, &o->filter, &options, stdout);
	} else {
		fprintf(stderr, "rwlog: %s: %s\n", o->model, err ? strerror(-err) : why);
	}
	model_free(&m);
	input_free(&file);
	return good ? log_status(log) : STATUS_USAGE;
}

/* Says which files have no dump, of those that have something else of Ringward's. */
static void note_no_dump(const struct log *log)
{
	for (size_t i = 0; i < log->nin; i++)
		if (!log->in[i]->nboot)
			fprintf(stderr, "rwlog: %s: no dump of the store in this capture\n",
				log->in[i]->name);
}

enum status run(const struct options *o, struct log *log, const struct symbols *symbols)
{
	static enum status (*const commands[COMMANDS])(const struct options *, struct log *,
						       const struct symbols *) = {
		[COMMAND_SHOW] = run_show,     [COMMAND_VERIFY] = run_verify,   [COMMAND_STATS] = run_stats,
		[COMMAND_EXPORT] = run_export, [COMMAND_EXTRACT] = run_extract, [COMMAND_REPORT] = run_report,
		[COMMAND_BOOTS] = run_boots,   [COMMAND_TREE] = run_tree,       [COMMAND_TOP] = run_top,
		[COMMAND_LEARN] = run_learn,   [COMMAND_INDEX] = run_index,     [COMMAND_SCORE] = run_score,
	};
	enum status status;

	if (o->by_time)
		log_sort_by_time(log);
	status = commands[o->command](o, log, symbols);
	if (command_table[o->command].merged)
		note_no_dump(log);
	return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* rwlog: reads what Ringward recorded, from a serial capture, a store image, a memory dump or an ELF core. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counters.h"
#include "export.h"
#include "extract.h"
#include "input.h"
#include "kind.h"
#include "options.h"
#include "outfile.h"
#include "show.h"
#include "symbols.h"
#include "util.h"
#include "verify.h"
#include "version.h"
#include "lib/crc32c.h"

#define WARNINGS_SHOWN 20u
#define PROBLEMS_SHOWN 50u /* by verify */

/* Another program truncated the mapped file: nothing sensible can follow. */
static void lost_file(int sig)
{
	static const char text[] = "rwlog: the file shrank or became unreadable while in use\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)sig;
	outfile_abandon();
	_exit(n < 0 ? STATUS_USAGE + 1 : STATUS_USAGE);
}

/* Asked to end: remove the temporary file, then end as if there were no handler. */
static void interrupted(int sig)
{
	outfile_abandon();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void set_signals(void)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGPIPE, SIGTERM };
	struct sigaction bus = { .sa_handler = lost_file }, end = { .sa_handler = interrupted }, old;

	sigaction(SIGBUS, &bus, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(ends[i], &end, NULL);
}

static int load_symbols(struct input *file, struct symbols *s, const struct options *o)
{
	char why[128];
	int err = input_load(file, o->symbols);

	if (err) {
		fprintf(stderr, "rwlog: %s: %s\n", o->symbols, strerror(-err));
		return STATUS_USAGE;
	}
	s->kaslr = o->kaslr;
	if (symbols_parse(s, file->data, file->len, why, sizeof(why))) {
		fprintf(stderr, "rwlog: %s: %s\n", o->symbols, why);
		return STATUS_USAGE;
	}
	return STATUS_GOOD;
}

/* Reads the capture that says where the store is. Return: the status. */
static int load_capture(struct input *file, struct options *o)
{
	int err = input_load(file, o->capture);

	if (!err)
		err = input_console(file);
	if (err) {
		fprintf(stderr, "rwlog: %s: %s\n", o->capture, strerror(-err));
		return STATUS_USAGE;
	}
	if (!console_store_at(&file->capture.console, 0)) {
		fprintf(stderr, "rwlog: %s: no line of the loader in it says where the store is\n",
			o->capture);
		return STATUS_USAGE;
	}
	o->choice.console = &file->capture.console;
	return STATUS_GOOD;
}

static void warn(const struct options *o, const struct problems *l, const char *name, const char *kind)
{
	char *prefix = NULL;

	if (asprintf(&prefix, "rwlog: %s: %s: ", name, kind) < 0)
		exit(STATUS_USAGE);
	problems_print(l, stderr, prefix, o->all ? SIZE_MAX : WARNINGS_SHOWN);
	free(prefix);
}

/* Two commands use only one boot: says so if there are others. */
static void note_boots(const struct input *in, const char *what)
{
	if (in->nboot > 1)
		fprintf(stderr, "rwlog: %s: note: %zu boots; the %s those of the last complete dump\n",
			in->name, in->nboot, what);
}

static enum status run_extract(const struct options *o, const struct input *in)
{
	const struct part *p = extract_choose(in), *last = in->image;
	char why[256];

	if (!p) {
		fprintf(stderr, "rwlog: %s: no complete dump; nothing was written\n", in->name);
		return STATUS_CUT;
	}
	if (extract_write(p, o->output, &in->st, why, sizeof(why))) {
		fprintf(stderr, "rwlog: %s: %s\n", o->output, why);
		return STATUS_USAGE;
	}
	note_boots(in, "records are");
	if (in->capture.dumps.npart)
		last = in->capture.dumps.part[in->capture.dumps.npart - 1];
	if (p != last)
		fprintf(stderr, "rwlog: %s: the last dump is incomplete; dump %u was used\n", in->name,
			p->dump);
	return status_worse(p == last ? STATUS_GOOD : STATUS_CUT, status_of_problems(p->bad_of));
}

static enum status run_stats(const struct options *o, const struct input *in)
{
	bool counters = counters_present(in), store = counters_store_present(in);

	if (in->is_capture && !counters)
		fprintf(stderr, "rwlog: %s: no complete set of counters of %s in it\n", in->name,
			store ? "that boot" : "any boot");
	note_boots(in, "counters are");
	if (o->json && (counters || store)) {
		counters_json(in, stdout);
	} else {
		if (counters)
			counters_table(in, stdout);
		if (counters && store)
			putchar('\n');
		if (store)
			counters_store_table(in, stdout);
	}
	return status_worse(input_status(in),
			    (in->is_capture && !counters) || !store ? STATUS_CUT : STATUS_GOOD);
}

/* Applies the command to a parsed file. */
static enum status run(const struct options *o, struct input *in, const struct symbols *symbols)
{
	char *prefix = NULL;
	enum status status;

	if (o->by_time)
		input_sort_by_time(in);
	switch (o->command) {
	case COMMAND_VERIFY:
		if (asprintf(&prefix, "%s%s", o->nfiles > 1 ? in->name : "", o->nfiles > 1 ? ": " : "") < 0)
			exit(STATUS_USAGE);
		status = verify(in, prefix, o->all ? SIZE_MAX : PROBLEMS_SHOWN, stdout);
		free(prefix);
		return status;
	case COMMAND_STATS:
		return run_stats(o, in);
	case COMMAND_EXTRACT:
		return run_extract(o, in);
	case COMMAND_EXPORT:
		if (o->csv)
			export_csv(in, &o->filter, stdout);
		else
			export_jsonl(in, &o->filter, stdout);
		break;
	case COMMAND_SHOW:
		if (o->nfiles > 1)
			printf("-- file %s\n", in->name);
		show(in, &o->filter, symbols, stdout);
	}
	if (!in->nboot)
		fprintf(stderr, "rwlog: %s: no dump of the store in this capture\n", in->name);
	return input_status(in);
}

/* Whether standard output is the file being read, as with the shell's ">>". */
static bool is_standard_output(const struct input *in)
{
	struct stat out;

	return S_ISREG(in->st.st_mode) && fstat(STDOUT_FILENO, &out) == 0 && outfile_same(&in->st, &out);
}

static enum status too_much(const struct input *in)
{
	fprintf(stderr,
		"rwlog: %s: more than %" PRIu64
		" MiB come out of it, as it is a pipe, a device or compressed; --limit MIB allows more\n",
		in->name, (in->limit ? in->limit : INPUT_LIMIT) >> 20);
	return STATUS_USAGE;
}

/* Parses a loaded file and applies the command. */
static enum status read_file(const struct options *o, struct input *in, const struct symbols *symbols)
{
	enum status status = STATUS_VERSION;
	int err = input_parse(in);

	if (err == -EFBIG)
		return too_much(in);
	if (err == -ENOENT) {
		warn(o, &in->notes, in->name, "note");
		fprintf(stderr,
			"rwlog: %s: no Ringward log found: neither frames nor a store: this is %s%s\n",
			in->name, kind_of_file(in->data, in->len),
			in->capture.console.lines ?
				", with lines of Ringward: it ends before the first dump" :
				"");
		return STATUS_USAGE;
	}
	if (err == -ESRCH) {
		fprintf(stderr,
			"rwlog: %s: no such store or boot in it; rwlog --list FILE shows what is there\n",
			in->name);
		return STATUS_NO_MATCH;
	}
	if (!err && o->list) {
		input_list(in, stdout);
		status = STATUS_GOOD;
	} else if (!err) {
		status = run(o, in, symbols);
	}
	fflush(stdout);
	warn(o, &in->notes, in->name, "note");
	if (!err && o->command != COMMAND_VERIFY)
		warn(o, &in->problems, in->name, "warning");
	if (!in->other_version)
		return status;
	version_print(stderr, in->name, in->other_version);
	return status_worse(status, STATUS_VERSION);
}

static enum status one_file(const struct options *o, const char *name, const struct symbols *symbols)
{
	struct input in = { .as = o->as, .choice = o->choice, .limit = o->limit, .problems.all = o->all };
	enum status status = STATUS_USAGE;
	int err = input_load(&in, name);

	if (err == -EFBIG)
		status = too_much(&in);
	else if (err)
		fprintf(stderr, "rwlog: %s: %s%s\n", in.name, strerror(-err),
			err == -ENOENT && name == o->maybe_command ? ", and no subcommand either" : "");
	else if (is_standard_output(&in))
		fprintf(stderr, "rwlog: %s: is also standard output; nothing was read\n", in.name);
	else
		status = read_file(o, &in, symbols);
	input_free(&in);
	return status;
}

/* Return: the most serious of the files' statuses. */
static enum status all_files(const struct options *o, const struct symbols *symbols)
{
	enum status worst = STATUS_GOOD;

	for (int i = 0; i < o->nfiles && !ferror(stdout); i++)
		worst = status_worse(worst, one_file(o, o->files[i], symbols));
	return worst;
}

int main(int argc, char **argv)
{
	struct input symbol_file = { 0 }, capture_file = { .limit = 0 };
	struct symbols symbols = { 0 };
	struct options o;
	int status = options_parse(&o, argc, argv);

	if (status >= 0)
		return status;
	set_signals();
	crc32c_use_insn(__builtin_cpu_supports("sse4.2"));
	if (o.csv)
		export_csv_header(stdout);
	status = o.symbols ? load_symbols(&symbol_file, &symbols, &o) : STATUS_GOOD;
	capture_file.limit = o.limit;
	if (status == STATUS_GOOD && o.capture)
		status = load_capture(&capture_file, &o);
	if (status == STATUS_GOOD)
		status = (int)all_files(&o, o.symbols ? &symbols : NULL);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "rwlog: cannot write the output: %s\n", strerror(errno));
		status = STATUS_USAGE;
	}
	symbols_free(&symbols);
	input_free(&symbol_file);
	input_free(&capture_file);
	return status;
}

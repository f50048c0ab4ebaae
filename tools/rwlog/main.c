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

#include "export.h"
#include "follow.h"
#include "index.h"
#include "input.h"
#include "kind.h"
#include "log.h"
#include "options.h"
#include "outfile.h"
#include "progress.h"
#include "run.h"
#include "symbols.h"
#include "terminal.h"
#include "util.h"
#include "version.h"
#include "vmlinux.h"
#include "lib/crc32c.h"

#define WARNINGS_SHOWN 20u

/* What was read of standard input before it was opened as a file. */
static struct spool read_before;

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
	char why[256];
	int err = input_load(file, o->symbols);

	if (err) {
		fprintf(stderr, "rwlog: %s: %s\n", o->symbols, strerror(-err));
		return STATUS_USAGE;
	}
	s->kaslr = o->kaslr;
	s->kaslr_given = o->kaslr_given;
	if (vmlinux_symbols(s, file->data, file->len, why, sizeof(why))) {
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

/* Says why a file cannot be used. @err: of input_parse(). Return: the status. */
static enum status no_log(const struct options *o, const struct input *in, int err)
{
	if (err == -EFBIG)
		return too_much(in);
	if (err == -ESRCH) {
		fprintf(stderr,
			"rwlog: %s: no such store or boot in it; rwlog --list FILE shows what is there\n",
			in->name);
		return STATUS_NO_MATCH;
	}
	warn(o, &in->notes, in->name, "note");
	if (err == -EPROTONOSUPPORT) {
		warn(o, &in->problems, in->name, "warning");
		version_print(stderr, in->name, in->other_version);
		return STATUS_VERSION;
	}
	fprintf(stderr, "rwlog: %s: no Ringward log found: neither frames nor a store: this is %s%s\n",
		in->name, kind_of_file(in->data, in->len),
		in->capture.console.lines ? ", with lines of Ringward: it ends before the first dump" : "");
	return STATUS_USAGE;
}

/* What is passed on names the file that it comes from, as it is now. */
static void take_hash(const struct options *o, struct input *in)
{
	in->size = in->len;
	if (o->command == COMMAND_EXPORT || o->command == COMMAND_REPORT || o->command == COMMAND_LEARN ||
	    o->command == COMMAND_INDEX)
		hash_text(in->sha256, in->data, in->len);
}

static void note_hash(const struct options *o, const struct input *in)
{
	if (o->command == COMMAND_EXPORT && (o->format == EXPORT_CSV || o->format == EXPORT_AUDITD))
		fprintf(stderr, "rwlog: %s: note: %zu bytes, SHA-256 %s\n", in->name, in->len, in->sha256);
}

/* Return: whether the index was of use; otherwise the reason was printed. */
static bool use_index(const struct options *o, struct input *in)
{
	char why[512];

	if (index_use(in, &o->filter, why, sizeof(why)) == 0)
		return true;
	fprintf(stderr, "rwlog: %s: %s\n", in->name, why);
	return false;
}

/* Loads and parses a file. Return: whether it can be used; otherwise @status says why not. */
static bool open_file(const struct options *o, struct input *in, const char *name, enum status *status)
{
	int err, bad = 0;

	*in = (struct input){ .as = o->as, .choice = o->choice, .limit = o->limit, .problems.all = o->all };
	*status = STATUS_USAGE;
	if (strcmp(name, "-") == 0) {
		in->piped = read_before;
		read_before = (struct spool){ .p = NULL };
	}
	progress_begin(name);
	err = input_load(in, name);
	if (!err)
		take_hash(o, in);
	if (!err && !o->index && !is_standard_output(in))
		bad = input_parse(in);
	progress_end();
	if (!err)
		note_hash(o, in);
	if (err == -EFBIG) {
		*status = too_much(in);
	} else if (err) {
		fprintf(stderr, "rwlog: %s: %s%s\n", in->name, strerror(-err),
			err == -ENOENT && name == o->maybe_command ? ", and no subcommand either" : "");
	} else if (is_standard_output(in)) {
		fprintf(stderr, "rwlog: %s: is also standard output; nothing was read\n", in->name);
	} else if (o->index) {
		if (use_index(o, in))
			return true;
	} else if (bad) {
		*status = no_log(o, in, bad);
	} else {
		return true;
	}
	input_free(in);
	return false;
}

/* After the output: what else there is to say about a file. Return: the status that it deserves. */
static enum status close_file(const struct options *o, struct input *in)
{
	enum status status = STATUS_GOOD;

	warn(o, &in->notes, in->name, "note");
	if (o->command != COMMAND_VERIFY)
		warn(o, &in->problems, in->name, "warning");
	if (in->other_version) {
		version_print(stderr, in->name, in->other_version);
		status = STATUS_VERSION;
	}
	input_free(in);
	return status;
}

/* Each file by itself. Return: the most serious of the statuses. */
static enum status each_file(const struct options *o, const struct symbols *symbols)
{
	enum status worst = STATUS_GOOD;

	for (int i = 0; i < o->nfiles && !ferror(stdout); i++) {
		struct input file, *in = &file;
		enum status status;
		struct log log;

		if (!open_file(o, in, o->files[i], &status)) {
			worst = status_worse(worst, status);
			continue;
		}
		log_open(&log, &in, 1);
		if (o->list)
			input_list(in, stdout);
		else
			worst = status_worse(worst, run(o, &log, symbols));
		fflush(stdout);
		log_free(&log);
		worst = status_worse(worst, close_file(o, in));
	}
	return worst;
}

/* The records of all files, by boot. Return: as each_file(). */
static enum status files_together(const struct options *o, const struct symbols *symbols)
{
	struct input **in = make((size_t)o->nfiles * sizeof(*in));
	enum status worst = STATUS_GOOD;
	struct log log;
	size_t n = 0;

	for (int i = 0; i < o->nfiles; i++) {
		enum status status;

		in[n] = make(sizeof(**in));
		if (open_file(o, in[n], o->files[i], &status)) {
			n++;
			continue;
		}
		free(in[n]);
		worst = status_worse(worst, status);
	}
	log_open(&log, in, n);
	if (n)
		worst = status_worse(worst, run(o, &log, symbols));
	fflush(stdout);
	terminal_end();
	warn(o, &log.problems, "the files together", "warning");
	log_free(&log);
	for (size_t i = 0; i < n; i++) {
		worst = status_worse(worst, close_file(o, in[i]));
		free(in[i]);
	}
	free(in);
	return worst;
}

static enum status all_files(const struct options *o, const struct symbols *symbols)
{
	enum status status;

	if (o->follow)
		return follow(o, symbols);
	if (follow_slow_input(o, symbols, &read_before, &status))
		return status;
	if (command_table[o->command].merged && !o->list)
		return files_together(o, symbols);
	return each_file(o, symbols);
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
	if (o.command == COMMAND_EXPORT)
		export_header(o.format, stdout);
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
	vmlinux_close(symbols.vmlinux);
	symbols_free(&symbols);
	filter_free(&o.filter);
	input_free(&symbol_file);
	input_free(&capture_file);
	return status;
}

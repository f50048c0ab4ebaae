/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog's command line. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

#define ARGS_MAX 16

/* options_parse() on words separated by blanks. */
static int parse(struct options *o, const char *line)
{
	static char words[256];
	static char *argv[ARGS_MAX];
	char *save = NULL;
	int argc = 0;

	snprintf(words, sizeof(words), "rwlog %s", line);
	for (char *w = strtok_r(words, " ", &save); w && argc < ARGS_MAX - 1; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	return options_parse(o, argc, argv);
}

static void good(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, "file"), -1);
	assert_int_equal(o.command, COMMAND_SHOW);
	assert_int_equal(o.nfiles, 1);
	assert_string_equal(o.files[0], "file");
	assert_int_equal(parse(&o, "verify a b -"), -1);
	assert_int_equal(o.command, COMMAND_VERIFY);
	assert_int_equal(o.nfiles, 3);
	assert_int_equal(parse(&o, "show a --type exec,fork --pid 3 --seq 1-9 --symbols map --kaslr 0x1000"),
			 -1);
	assert_true(o.filter.types.any_wanted);
	for (unsigned int i = 0; i < RW_TYPES; i++)
		assert_int_equal(o.filter.types.wanted[i], i == RW_REC_EXEC || i == RW_REC_FORK);
	assert_int_equal(o.filter.list[FILTER_PID].wanted[0].number, 3);
	filter_free(&o.filter);
	assert_int_equal(o.kaslr, 0x1000);
	assert_string_equal(o.symbols, "map");
	assert_int_equal(parse(&o, "stats --format json cap"), -1);
	assert_true(o.json);
	assert_int_equal(parse(&o, "export --format=jsonl --comm ls --path /etc --since 1.5 --until 2 f"),
			 -1);
	assert_int_equal(o.command, COMMAND_EXPORT);
	assert_string_equal(o.filter.list[FILTER_COMM].wanted[0].text, "ls");
	filter_free(&o.filter);
	assert_int_equal(o.filter.since.ns, 1500000000);
	assert_int_equal(o.format, EXPORT_JSONL);
	assert_int_equal(parse(&o, "export --format csv --type violation,type_77 f"), -1);
	assert_int_equal(o.format, EXPORT_CSV);
	assert_true(o.filter.types.wanted[RW_REC_VIOLATION] && o.filter.types.wanted[77]);
	assert_false(o.by_time);
	assert_int_equal(parse(&o, "export --sort time f"), -1);
	assert_true(o.by_time);
	assert_int_equal(parse(&o, "show --sort seq f"), -1);
	assert_false(o.by_time);
	assert_int_equal(parse(&o, "extract --output out cap"), -1);
	assert_string_equal(o.output, "out");
	assert_int_equal(parse(&o, "show -- --help"), -1);
	assert_string_equal(o.files[0], "--help");
}

#define HELP  "; see rwlog --help\n"
#define TYPES " exec fork exit file_open ..."

static const struct {
	const char *line, *message;
} mistakes[] = {
	{ "", "no FILE" },
	{ "show", "no FILE" },
	{ "--nothing f", "unknown option --nothing" },
	{ "-x f", "unknown option -x" },
	{ "--seq=1-2 -xy f", "unknown option -x" },
	{ "--pid", "option --pid needs a value" },
	{ "--help=me f", "option --help takes no value" },
	{ "show --pid x f",
	  "--pid: wrong value \"x\": it takes numbers of threads or processes, separated by commas" },
	{ "--loginuid root f",
	  "--loginuid: wrong value \"root\": it takes numbers of users, separated by commas" },
	{ "--uid 1, f", "--uid: wrong value \"1,\": it takes numbers of users, separated by commas" },
	{ "--container xyz f",
	  "--container: wrong value \"xyz\": it takes a container's id, or the first of its "
	  "digits: 0-9 and a-f" },
	{ "--address 10.0.0.0/33 f",
	  "--address: wrong value \"10.0.0.0/33\": it takes an address, a network such "
	  "as 10.0.0.0/8 or fe80::/10, or a pattern of a socket's path" },
	{ "--class exec,flie f",
	  "--class: unknown value \"flie\", the nearest is file; known are: guard patch "
	  "exec task file net syslog kernel loss code access" },
	{ "--since -1 f", "--since: wrong value \"-1\": it takes seconds since the hypervisor's start, a "
			  "date as show prints it, today, yesterday, or -1h" },
	{ "--seq 9-1 f", "--seq: wrong value \"9-1\": it takes A-B, A, A- or -B, with A not above B" },
	{ "--type nothing f", "--type: unknown value \"nothing\"; known are:" TYPES },
	{ "--type exec,frok,exit f",
	  "--type: unknown value \"frok\", the nearest is fork; known are:" TYPES },
	{ "--type exec, f", "--type: unknown value \"\"; known are:" TYPES },
	{ "--verdict x f", "--verdict: unknown value \"x\"; known are: allow deny skip fault stop none" },
	{ "--verdict slip f", "--verdict: unknown value \"slip\", the nearest is skip; known are: allow deny "
			      "skip fault stop none" },
	{ "verify --pid 1 f", "verify has no option --pid" },
	{ "export --symbols m a", "export has no option --symbols" },
	{ "export --symbols=m a", "export has no option --symbols" },
	{ "show --output o a", "show has no option --output" },
	{ "--sort cpu f", "--sort: wrong value \"cpu\": it takes seq or time" },
	{ "verify --sort time f", "verify has no option --sort" },
	{ "index a b", "index takes one FILE" },
	{ "stats --format csv a", "--format: wrong value \"csv\": it takes text or json" },
	{ "export --format json a",
	  "--format: wrong value \"json\", the nearest is jsonl: it takes jsonl, ecs, csv or auditd" },
	{ "extract a", "extract needs --output" },
	{ "extract --output= a", "--output: needs the name of a file" },
	{ "extract --output o a b", "extract takes one FILE" },
	{ "show --kaslr 5 f", "--kaslr needs --symbols" },
	{ "show --symbols m --kaslr -5 f",
	  "--kaslr: wrong value \"-5\": it takes an offset, such as 0x1e000000" },
	{ "show --symbols m --kaslr 5x f",
	  "--kaslr: wrong value \"5x\": it takes an offset, such as 0x1e000000" },
	/* Abbreviations of the subcommand's own options. */
	{ "--s 1 f", "ambiguous: --s could be --seq, --since, --sort or --symbols" },
	{ "export --s 1 f", "ambiguous: --s could be --seq, --since or --sort" },
	{ "--p=1 f", "ambiguous: --p could be --pid, --ppid, --path or --port" },
	{ "--snice 1 f", "unknown option --snice; the nearest is --since" },
	{ "extract --outptu o f", "unknown option --outptu; the nearest is --output" },
	/* Misspelt subcommands. */
	{ "shwo f", "unknown subcommand \"shwo\", and no file has that name; the nearest is show" },
	{ "verfiy --pid 3 f",
	  "unknown subcommand \"verfiy\", and no file has that name; the nearest is verify" },
	{ "stat", "unknown subcommand \"stat\", and no file has that name; the nearest is stats" },
};

/* The message of options_parse() on standard error for a line that it must refuse. */
static char *refusal(const char *line)
{
	FILE *terminal = stderr;
	struct options o;
	char *text;
	size_t len;
	int status;

	stderr = open_memstream(&text, &len);
	assert_non_null(stderr);
	status = parse(&o, line);
	fclose(stderr);
	stderr = terminal;
	if (status != 2)
		fail_msg("\"%s\" was not refused", line);
	return text;
}

static void wrong(void **state)
{
	char expected[512], *text, *list;

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		text = refusal(mistakes[i].line);
		snprintf(expected, sizeof(expected), "rwlog: %s" HELP, mistakes[i].message);
		/* The start of a list that grows with the record types. */
		list = strstr(expected, "..." HELP);
		if (list && strlen(text) > (size_t)(list - expected))
			text[list - expected] = *list = '\0';
		assert_string_equal(text, expected);
		free(text);
	}
}

/* Files whose names are close to a subcommand's, and words close to none. */
static void files_or_subcommands(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, "capture other"), -1);
	assert_string_equal(o.maybe_command, "capture");
	assert_int_equal(o.nfiles, 2);
	assert_ptr_equal(o.files[0], o.maybe_command);
	assert_int_equal(parse(&o, "./shwo"), -1);
	assert_null(o.maybe_command);
	assert_int_equal(parse(&o, "show shwo"), -1);
	assert_null(o.maybe_command);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(parse(&o, "tmp"), -1); /* exists */
	assert_null(o.maybe_command);
}

/* Each word of the table's lists of subcommands is one, and each option says what it takes. */
static void the_table_is_sound(void **state)
{
	(void)state;
	for (const struct option_desc *d = option_table; d->doc; d++) {
		char words[256];
		char *save = NULL;

		if (!d->name)
			continue;
		assert_non_null(d->set);
		snprintf(words, sizeof(words), "%s", d->commands);
		for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
			bool known = strcmp(w, "records") == 0;

			for (size_t i = 0; i < COMMANDS; i++)
				known |= strcmp(w, command_table[i].name) == 0;
			if (!known)
				fail_msg("--%s: %s is no subcommand", d->name, w);
		}
		for (enum command c = 0; c < COMMANDS; c++)
			for (const struct option_desc *e = d + 1; e->doc; e++)
				if (e->name && strcmp(e->name, d->name) == 0 && option_of(d, c) &&
				    option_of(e, c))
					fail_msg("%s has --%s twice", command_table[c].name, d->name);
	}
}

static void information(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, "--help"), 0);
	assert_int_equal(parse(&o, "-h"), 0);
	assert_int_equal(parse(&o, "extract -h"), 0);
	assert_int_equal(parse(&o, "verify -h f"), 0);
	assert_int_equal(parse(&o, "stats --help"), 0);
	assert_int_equal(parse(&o, "export --version"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(wrong),
		cmocka_unit_test(files_or_subcommands),
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(information),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

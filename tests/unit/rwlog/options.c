/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog's command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

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
	assert_true(o.filter.has_types);
	for (unsigned int i = 0; i < RW_TYPES; i++)
		assert_int_equal(o.filter.types[i], i == RW_REC_EXEC || i == RW_REC_FORK);
	assert_int_equal(o.filter.pid, 3);
	assert_int_equal(o.kaslr, 0x1000);
	assert_string_equal(o.symbols, "map");
	assert_int_equal(parse(&o, "stats --format json cap"), -1);
	assert_true(o.json);
	assert_int_equal(parse(&o, "export --format=jsonl --comm ls --path /etc --since 1.5 --until 2 f"),
			 -1);
	assert_int_equal(o.command, COMMAND_EXPORT);
	assert_string_equal(o.filter.comm, "ls");
	assert_int_equal(o.filter.since, 1500000000);
	assert_false(o.csv);
	assert_int_equal(parse(&o, "export --format csv --type violation,type_77 f"), -1);
	assert_true(o.csv);
	assert_true(o.filter.types[RW_REC_VIOLATION] && o.filter.types[77]);
	assert_int_equal(parse(&o, "extract --output out cap"), -1);
	assert_string_equal(o.output, "out");
	assert_int_equal(parse(&o, "show -- --help"), -1);
	assert_string_equal(o.files[0], "--help");
}

static void wrong(void **state)
{
	static const char *const lines[] = {
		"",
		"show",
		"--nothing f",
		"-x f",
		"--pid",
		"show --pid x f",
		"--type nothing f",
		"--verdict x f",
		"--since -1 f",
		"verify --pid 1 f",
		"stats a b",
		"stats --format csv a",
		"export --format json a",
		"export --symbols m a",
		"extract a",
		"extract --output o a b",
		"show --output o a",
		"show --kaslr 5 f",
		"show --symbols m --kaslr -5 f",
		"show --symbols m --kaslr 5x f",
	};
	struct options o;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (parse(&o, lines[i]) != 2)
			fail_msg("\"%s\" was not refused", lines[i]);
}

static void information(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, "--help"), 0);
	assert_int_equal(parse(&o, "export --version"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(wrong),
		cmocka_unit_test(information),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the messages about unknown words on a command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/cmdline.h"

static void distance(void **state)
{
	static const struct {
		const char *a, *b;
		size_t edits;
	} cases[] = {
		{ "", "", 0 },         { "show", "show", 0 },      { "", "abc", 3 },
		{ "shwo", "show", 1 }, { "verfy", "verify", 1 },   { "shoow", "show", 1 },
		{ "shew", "show", 1 }, { "kitten", "sitting", 3 }, { "ab", "ba", 1 },
		{ "abcd", "badc", 2 },
	};
	char longest[CMDLINE_WORD_MAX + 1], longer[CMDLINE_WORD_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(cmdline_distance(cases[i].a, cases[i].b), cases[i].edits);
		assert_int_equal(cmdline_distance(cases[i].b, cases[i].a), cases[i].edits);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(cmdline_distance(longest, longest), 0);
	assert_int_equal(cmdline_distance(longest, ""), CMDLINE_WORD_MAX);
	assert_true(cmdline_distance(longer, "a") == SIZE_MAX);
	assert_true(cmdline_distance("a", longer) == SIZE_MAX);
}

static void nearest(void **state)
{
	static const char *const names[] = { "show", "verify", "stats", "export", "extract" };

	(void)state;
	assert_string_equal(cmdline_nearest("shwo", names, 5), "show");
	assert_string_equal(cmdline_nearest("stat", names, 5), "stats");
	assert_string_equal(cmdline_nearest("exprot", names, 5), "export");
	assert_null(cmdline_nearest("capture", names, 5));
	assert_null(cmdline_nearest("", names, 5));
	/* As many edits as characters: nothing of the word is left. */
	assert_null(cmdline_nearest("xy", (const char *const[]){ "ab" }, 1));
}

static void command(void **state)
{
	static const char *const names[] = { "show", "verify" };
	char text[80] = "";

	(void)state;
	assert_int_equal(cmdline_command("show", names, 2, text, sizeof(text)), 0);
	assert_int_equal(cmdline_command("verify", names, 2, text, sizeof(text)), 1);
	assert_string_equal(text, "");
	assert_int_equal(cmdline_command("shwo", names, 2, text, sizeof(text)), 2);
	assert_string_equal(text, "unknown command \"shwo\", the nearest is show");
	assert_int_equal(cmdline_command("sho", names, 2, text, sizeof(text)), 2);
	assert_int_equal(cmdline_command("", names, 2, text, sizeof(text)), 2);
	assert_string_equal(text, "unknown command \"\"");
}

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },          { "seq", required_argument, NULL, 'q' },
	{ "serial", required_argument, NULL, 's' },  { "since", required_argument, NULL, 'i' },
	{ "symbols", required_argument, NULL, 'y' }, { NULL, 0, NULL, 0 },
};

static const char *explain(const char *word, int letter, int missing)
{
	static char text[200];

	optopt = letter;
	cmdline_bad_option(text, sizeof(text), options, word, missing);
	return text;
}

static void bad_option(void **state)
{
	char small[12];

	(void)state;
	assert_string_equal(explain("--se", 0, 0), "ambiguous: --se could be --seq or --serial");
	assert_string_equal(explain("--se=5", 0, 0), "ambiguous: --se could be --seq or --serial");
	assert_string_equal(explain("--s", 0, 0),
			    "ambiguous: --s could be --seq, --serial, --since or --symbols");
	assert_string_equal(explain("--seral=x", 0, 0), "unknown option --seral; the nearest is --serial");
	assert_string_equal(explain("--color", 0, 0), "unknown option --color");
	assert_string_equal(explain("--seq", 'q', 1), "option --seq needs a value");
	assert_string_equal(explain("--sym", 'y', 1), "option --sym needs a value");
	assert_string_equal(explain("--help=now", 'h', 0), "option --help takes no value");
	assert_string_equal(explain("-xh", 'x', 0), "unknown option -x");
	/* Of several letters in one word: getopt_long() has not moved past it, @word is the one before. */
	assert_string_equal(explain("--seq=1", 'x', 0), "unknown option -x");
	assert_string_equal(explain("-o", 'o', 1), "option -o needs a value");
	optopt = 0;
	cmdline_bad_option(small, sizeof(small), options, "--se", 0);
	assert_string_equal(small, "ambiguous: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance),
		cmocka_unit_test(nearest),
		cmocka_unit_test(command),
		cmocka_unit_test(bad_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the parser of policy.conf: good files, warnings, limits. access_wrong.c has the wrong files. */
#include "tests/unit/lib/conf.h"

#include "lib/access_conf.h"

static struct access_conf conf;
static uint64_t image[ACCESS_IMAGE_MAX / 8 + 1];
static int parse(const char *text, size_t size, struct conf_file *file)
{
	int ret = access_parse(&conf, text, size, file, RW_ACCESS_EVERYTHING);

	if (!ret)
		assert_in_range(access_build(&conf, image), sizeof(struct rw_access_hdr), ACCESS_IMAGE_MAX);
	return ret;
}

static int parse_bytes(const char *text, size_t size)
{
	return parse_block(parse, text, size);
}

#define HASH "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void expect_all(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect_row(parse, &rows[i]);
}

static void test_good(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "\n\r\n \t# comment\n#", "" },
		{ "-r /tmp/log 1000\n-r /tmp/log 0\n+w /tmp/log 0", "" },
		{ "\xef\xbb\xbf+rwax \"/a b/\" * # comment\r\n", "" },
		{ "-x\t/\t*\taudit\nmode audit", "" },
		{ "-r / 0\n-r // 1\n-r /a//b 0\n-r /a/b/ 0", "" },
		{ "-r /a 4294967294", "" },
		{ "mode enforce", "" },
		{ "+a /log *\n-w /log *", "" },
	};

	(void)state;
	expect_all(rows, COUNT(rows));
}

static void test_warnings(void **state)
{
	static const struct row rows[] = {
		{ "-r /a 0\n+r /a 0", "2:1: warning: this rule never decides: line 1 decides first" },
		{ "-r /a *\n +r /a 0", "2:2: warning: this rule never decides: line 1 decides first" },
		{ "-r /a 0\n+r /a *", "" },
		{ "-r /a 0\n-w /a *\n+rw /a 0",
		  "3:1: warning: this rule never decides: earlier lines decide all of its accesses" },
		{ "-w /a 0\n+a /a 0", "2:1: warning: this rule never decides: line 1 decides first" },
		{ "-r /a/ 0\n+r /a 0\n+r /a/b 0", "" },
		{ "-r /a//b 0\n+r \"/a/b\" 0",
		  "2:1: warning: this rule never decides: line 1 decides first" },
		{ "-r /a 0\n-rx /a 0", "" },
		{ "trust exe /a " HASH "\ntrust lib /a " HASH "\ntrust exe /a " HASH,
		  "3:1: warning: this line never decides: line 1 decides first" },
		{ "isolate exe /a audit\n isolate exe /a",
		  "2:2: warning: this line never decides: line 1 decides first" },
		{ "level l 1\nsubject uid 2 level l\nsubject uid 1 level l\nsubject uid 2 level l",
		  "4:1: warning: this line never decides: line 2 decides first" },
		{ "level l 1\nsubject exe /a level l\nobject /a level l\nobject /a/ level l\n"
		  "subject exe /a level l\nobject /a/ level l",
		  "5:1: warning: this line never decides: line 2 decides first\n"
		  "6:1: warning: this line never decides: line 4 decides first" },
		{ "+r /b 0\ntrust exe /a " HASH "\nallow trusted a r /b\nallow trusted a r /b\n-rw /b 0",
		  "4:1: warning: this rule never decides: line 3 decides first\n"
		  "1:1: warning: this rule never decides: line 3 decides first" },
	};

	(void)state;
	expect_all(rows, COUNT(rows));
}

/* Writes @count lines of @format, which takes a number; returns a heap block. */
static char *many(const char *format, unsigned int count)
{
	char *text = malloc((size_t)count * 64 + 1), *at = text;

	assert_non_null(text);
	for (unsigned int i = 0; i < count; i++) {
		int len = snprintf(at, 64, format, i); /* NOLINT */

		assert_in_range(len, 1, 63);
		at += len;
	}
	return text;
}

static void test_limits(void **state)
{
	static char line[ACCESS_FILE_MAX + 2], expected[256];
	char *text;

	(void)state;
	memset(line, ' ', sizeof(line));
	parse_bytes(line, ACCESS_LINE_MAX);
	assert_string_equal(said, "");
	parse_bytes(line, ACCESS_LINE_MAX + 1);
	assert_string_equal(said, "1:1: the line has 8193 bytes; the limit is 8192");
	parse_bytes(line, ACCESS_FILE_MAX + 1);
	assert_string_equal(said, "0:0: the file has 1048577 bytes; the limit is 1048576");

	snprintf(line, sizeof(line), "-r /%0255d 0", 0);
	parse_bytes(line, strlen(line));
	assert_string_equal(said, "");
	snprintf(line, sizeof(line), "-r /%0256d 0", 0);
	parse_bytes(line, strlen(line));
	assert_string_equal(said, "1:5: a name of the path has 256 bytes; the limit is 255");
	strcpy(line, "-r ");
	for (unsigned int i = 0; i < 2048; i++)
		strcat(line, "/a");
	strcat(line, " 0");
	parse_bytes(line, strlen(line));
	assert_string_equal(said, "1:4: the path has 4096 bytes; the limit is 4095");

	text = many("-r /%u 0\n", ACCESS_RULES_MAX);
	parse_bytes(text, strlen(text));
	assert_string_equal(said, "");
	free(text);
	text = many("-r /a %u\n", ACCESS_RULES_MAX + 1);
	parse_bytes(text, strlen(text));
	snprintf(expected, sizeof(expected), "%u:1: more than %u rules", ACCESS_RULES_MAX + 1,
		 ACCESS_RULES_MAX);
	assert_string_equal(said, expected);
	free(text);
	text = many("-r /%1$u/%1$u/%1$u 0\n", ACCESS_NODES_MAX / 3 + 1);
	parse_bytes(text, strlen(text));
	assert_non_null(strstr(said, ": the paths have more than 32768 different names"));
	free(text);
}

/* Lines that the agent cannot enforce are errors; what is wrong with them otherwise is, too. */
static void test_unsupported(void **state)
{
	static const char text[] =
		"isolate exe /a\ndoor kexec open\nmode audit\nlevel x\n-r /a 0\ndoor bpf shut\n";
	struct conf_file file = { .report = say };

	(void)state;
	said[0] = '\0';
	access_parse(&conf, text, sizeof(text) - 1, &file, RW_ACCESS_RULES | RW_ACCESS_DOOR(RW_DOOR_BPF));
	assert_string_equal(said, "1:1: isolate is not supported by this version\n"
				  "2:6: door kexec is not supported by this version\n"
				  "4:1: level is not supported by this version\n"
				  "4:8: no number: level NAME N");
	assert_int_equal(file.errors, 4);
}

static void test_nul_byte(void **state)
{
	(void)state;
	parse_bytes("-r /a\0b 0", 9);
	assert_string_equal(said, "1:6: a path cannot have a NUL byte here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),        cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_limits),      cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_unsupported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

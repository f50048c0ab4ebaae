/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the parser of monitor.conf: every error and warning with its place. */
#include "tests/unit/lib/conf.h"

#include "lib/monitor_conf.h"

static struct monitor_conf conf;
static uint64_t image[MONITOR_IMAGE_MAX / 8];
static int parse(const char *text, size_t size, struct conf_file *file)
{
	int ret = monitor_parse(&conf, text, size, file);

	if (!ret)
		monitor_build(&conf, image);
	return ret;
}

static int parse_bytes(const char *text, size_t size)
{
	return parse_block(parse, text, size);
}

static void expect(const char *text, const char *reports)
{
	expect_row(parse, &(struct row){ text, reports });
}

static void expect_all(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect_row(parse, &rows[i]);
}

static void test_good(void **state)
{
	static const char *const good[] = {
		"",
		"\n\r\n",
		"# comment",
		"  \t# comment",
		"exclude * # comment",
		"\xef\xbb\xbf"
		"exclude *\r\n",
		"exclude file_open path=\"/a b\",/c device=0:*,8:1 uid=0,5-7,9-",
		"exclude\tfile_open\tlogin_uid!=unset",
		"fold * within=1ms\nlimit exec rate=1000000\nsync class:exec\nbatch class:task",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		expect(good[i], "");
}

static void test_bad_events(void **state)
{
	static const struct row rows[] = {
		{ "record *", "1:1: record is not include, exclude, sync, batch, fold or limit" },
		{ "exclude", "1:8: exclude: no events: *, class:CLASS or names with commas between" },
		{ "exclude # x", "1:9: exclude: no events: *, class:CLASS or names with commas between" },
		{ "exclude file_opn", "1:9: file_opn is not an event" },
		{ "exclude exec,file_opn", "1:14: file_opn is not an event" },
		{ "exclude exec,,fork", "1:14:  is not an event" },
		{ "exclude class:fil", "1:15: fil is not a class of events" },
		{ "exclude violation", "1:9: violation comes from the hypervisor, which records it always" },
		{ "exclude limited", "1:9: limited is recorded always" },
		{ "exclude cred_change", "1:9: cred_change is recorded always" },
		{ "\n  exclude foo\nexclude bar\n", "2:11: foo is not an event\n3:9: bar is not an event" },
	};

	(void)state;
	expect_all(rows, COUNT(rows));
}

static void test_bad_conditions(void **state)
{
#define NO_RANGE " is not a number or a range: N, N-M or N-"
#define EXCLUDE  "exclude file_open "
#define NO_KEY   " is not uid, login_uid, access, port, device, fs, path, exe or cgroup"
	static const struct row rows[] = {
		{ EXCLUDE "root", "1:19: root: = is missing; a condition is KEY=VALUE or KEY!=VALUE" },
		{ EXCLUDE "user=0", "1:19: user" NO_KEY },
		{ EXCLUDE "!=0", "1:19: " NO_KEY },
		{ EXCLUDE "uid=", "1:23: uid: " NO_RANGE },
		{ EXCLUDE "uid=root", "1:23: uid: root" NO_RANGE },
		{ EXCLUDE "uid=0,-5", "1:25: uid: -5" NO_RANGE },
		{ EXCLUDE "uid=5-4", "1:23: uid: 5-4" NO_RANGE },
		{ EXCLUDE "uid=4294967296", "1:23: uid: 4294967296" NO_RANGE },
		{ EXCLUDE "uid=1 uid=2",
		  "1:25: uid occurs a second time; several values have commas between" },
		{ EXCLUDE "login_uid=none",
		  "1:29: login_uid: none is not a number, a range (N, N-M or N-) or unset" },
		{ EXCLUDE "access=exec", "1:26: access: exec is not read or write" },
		{ EXCLUDE "device=8", "1:26: device: 8 is not MAJOR:MINOR or MAJOR:*" },
		{ EXCLUDE "device=4096:0", "1:26: device: 4096:0 is not MAJOR:MINOR or MAJOR:*" },
		{ EXCLUDE "device=8:1048576", "1:26: device: 8:1048576 is not MAJOR:MINOR or MAJOR:*" },
		{ EXCLUDE "port=65536", "1:24: port: 65536 is not a port, or a range of ports" },
		{ EXCLUDE "path=proc", "1:24: path: proc is not an absolute path: it does not begin with /" },
		{ EXCLUDE "path=", "1:24: path:  is not an absolute path: it does not begin with /" },
		{ EXCLUDE "path=\"/a", "1:24: a double quote is not closed at the value's end" },
		{ EXCLUDE "path=\"/a\"b", "1:24: a double quote is not closed at the value's end" },
		{ EXCLUDE "path=/a\"b\"", "1:26: a double quote inside a value" },
		{ EXCLUDE "fs=", "1:22: fs:  is not a file system type" },
		{ EXCLUDE "path=/a\x01", "1:26: byte 0x01 is a control character" },
	};

	(void)state;
	expect_all(rows, COUNT(rows));
}

static void test_bad_settings(void **state)
{
#define NO_TIME " is not within=TIME, 1ms to 60s, or within=off"
#define NO_RATE " is not rate=N, 1 to 1000000 records a second, or rate=off"
	static const struct row rows[] = {
		{ "sync", "1:5: sync: no events: *, class:CLASS or names with commas between" },
		{ "sync exec uid=0", "1:11: sync: uid=0 is one word too many" },
		{ "fold exec", "1:10: fold: " NO_TIME },
		{ "fold exec 1s", "1:11: fold: 1s" NO_TIME },
		{ "fold exec within=1", "1:11: fold: within=1" NO_TIME },
		{ "fold exec within=0s", "1:11: fold: within=0s" NO_TIME },
		{ "fold exec within=61s", "1:11: fold: within=61s" NO_TIME },
		{ "fold exec within=60001ms", "1:11: fold: within=60001ms" NO_TIME },
		{ "fold exec within=1s x", "1:21: fold: x is one word too many" },
		{ "limit exec", "1:11: limit: " NO_RATE },
		{ "limit exec rate=0", "1:12: limit: rate=0" NO_RATE },
		{ "limit exec rate=1000001", "1:12: limit: rate=1000001" NO_RATE },
	};

	(void)state;
	expect_all(rows, COUNT(rows));
}

/* Rules that can never match, and lines that never count. */
static void test_warnings(void **state)
{
#define NEVER   "warning: this rule can never match: "
#define DECIDED NEVER "line 1 already decides each of its events"
	static const struct row rows[] = {
		{ "exclude fork path=/tmp", "1:1: " NEVER "none of its events has path" },
		{ "exclude exit exe=/bin", "1:1: " NEVER "none of its events has exe" },
		{ "exclude *\ninclude exec", "2:1: " DECIDED },
		{ "exclude exec\n include exec uid=0", "2:2: " DECIDED },
		{ "exclude exec uid=0-9\ninclude exec uid=3-4,7", "2:1: " DECIDED },
		{ "exclude exec uid=0-9\ninclude exec uid=3-10", "" },
		{ "exclude exec uid!=5\ninclude exec uid=3", "2:1: " DECIDED },
		{ "exclude exec uid!=5\ninclude exec uid=5", "" },
		{ "exclude exec uid!=5\ninclude exec uid!=5,6", "2:1: " DECIDED },
		{ "exclude exec uid!=5,6\ninclude exec uid!=5", "" },
		{ "include file_open path=/a\nexclude file_open path=/a/b", "2:1: " DECIDED },
		{ "include file_open path=/a/b\nexclude file_open path=/a", "" },
		{ "include file_open path=/a\nexclude file_open path=/ab", "" },
		/* What excludes needs more of a name: foreign ones come through to the second line. */
		{ "exclude file_open path=/a\ninclude file_open path=/a/b\nexclude file_open", "" },
		{ "exclude exec uid=0\nexclude fork uid=0\ninclude exec,fork uid=0",
		  "3:1: " NEVER "earlier lines already decide each of its events" },
		{ "sync exec\nbatch exec",
		  "2:1: warning: this line never counts: earlier lines say it for each of its events, or none can "
		  "have it" },
		{ "batch kmsg",
		  "1:1: warning: this line never counts: earlier lines say it for each of its events, or "
		  "none can have it" },
		{ "sync kmsg\nbatch *\nfold * within=1s", "" },
		{ "exclude mkdir,connect path=/a port=1",
		  "1:1: " NEVER "none of its events has all that its conditions name" },
		{ "sync exec\nbatch *", "" },
	};

	(void)state;
	expect_all(rows, COUNT(rows));
}

static void test_limits(void **state)
{
	static char text[MONITOR_FILE_MAX + 2];
	size_t i, n = 0;

	(void)state;
	memset(text, '\n', sizeof(text));
	parse_bytes(text, MONITOR_FILE_MAX);
	assert_string_equal(said, "");
	parse_bytes(text, MONITOR_FILE_MAX + 1);
	assert_string_equal(said, "0:0: the file has 65537 bytes; the limit is 65536");
	memset(text, '#', MONITOR_LINE_MAX + 1);
	parse_bytes(text, MONITOR_LINE_MAX);
	assert_string_equal(said, "");
	parse_bytes(text, MONITOR_LINE_MAX + 1);
	assert_string_equal(said, "1:4097: the line is longer than 4096 bytes");
	for (i = 0; i <= MONITOR_RULES_MAX; i++)
		n += (size_t)sprintf(text + n, "exclude * uid=%zu\n", i);
	parse_bytes(text, n);
	assert_string_equal(said, "257:1: more than 256 rules, or 1024 conditions");
	n = (size_t)sprintf(text, "exclude * uid=0");
	for (i = 1; i < 1000; i++)
		n += (size_t)sprintf(text + n, ",%zu", i);
	for (i = 0; i < 4; i++) {
		memcpy(text + (i + 1) * (n + 1), text, n);
		text[(i + 1) * (n + 1) - 1] = '\n';
	}
	parse_bytes(text, 5 * (n + 1) - 1);
	assert_non_null(strstr(said, ": more than 4096 values"));
}

/* Truncated and bit-flipped versions of a good file: no crash. */
static void test_mutations(void **state)
{
	static const char good[] = "exclude file_open,class:task path=\"/a b\",/c uid=0,5-7 # \xc3\xa4\n"
				   "include * login_uid!=unset device=8:* exe=/x fs=proc access=read\n"
				   "sync exec\nfold * within=10ms\r\nlimit fork rate=10\n";
	char text[sizeof(good)];

	(void)state;
	for (size_t i = 0; i < sizeof(good); i++)
		parse_bytes(good, i);
	for (size_t i = 0; i < sizeof(good) - 1; i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(text, good, sizeof(good));
			text[i] = (char)(text[i] ^ 1 << bit);
			parse_bytes(text, sizeof(good) - 1);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),           cmocka_unit_test(test_bad_events),
		cmocka_unit_test(test_bad_conditions), cmocka_unit_test(test_bad_settings),
		cmocka_unit_test(test_warnings),       cmocka_unit_test(test_limits),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

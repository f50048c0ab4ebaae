/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog's output: JSON, lines for people, filters, names, counters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "disasm.h"
#include "tests/unit/rwlog/out.h"
#include "text.h"
#include "verify.h"

static const struct filter all = FILTER_ALL;

/* The object in line @number, counted from 1; each line must be JSON. */
static json_t *line(const char *jsonl, unsigned int number)
{
	json_t *found = NULL;

	for (unsigned int i = 1; *jsonl; i++) {
		const char *end = strchr(jsonl, '\n');
		json_error_t error;
		json_t *j = json_loadb(jsonl, (size_t)(end - jsonl), JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL,
				       &error);

		if (!j)
			fail_msg("line %u: %s", i, error.text);
		if (i == number)
			found = j;
		else
			json_decref(j);
		jsonl = end + 1;
	}
	assert_non_null(found);
	return found;
}

static void has(const json_t *j, const char *name, const char *value)
{
	const json_t *m = json_object_get(j, name);

	if (!m || !json_is_string(m))
		fail_msg("no string %s", name);
	assert_string_equal(json_string_value(m), value);
}

static void has_number(const json_t *j, const char *name, double value)
{
	const json_t *m = json_object_get(j, name);

	if (!m || !json_is_number(m))
		fail_msg("no number %s", name);
	assert_true(json_number_value(m) == value);
}

static void members(const json_t *j, const char *list)
{
	char got[512] = "";
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)j, key, v)
	{
		(void)v;
		strcat(strcat(got, got[0] ? " " : ""), key);
	}
	assert_string_equal(got, list);
}

/* What most tests look at: the samples, and their JSON Lines. */
static struct build samples;
static char *jsonl;

static int make_samples(void **state)
{
	(void)state;
	build_start(&samples, BUILD_FEW, 1);
	build_samples(&samples);
	jsonl = out_jsonl(&samples, &all);
	return 0;
}

static int free_samples(void **state)
{
	(void)state;
	free(jsonl);
	build_free(&samples);
	return 0;
}

#define MEMBERS_TASK \
	"boot seq time time_ns cpu type pid tgid ppid uid euid gid comm fsuid loginuid session cgroup pid_ns mnt_ns verdict"

static void json_of_tasks(void **state)
{
	json_t *j;

	(void)state;
	j = line(jsonl, 3);
	members(j, MEMBERS_TASK
		" path interpreter dev dev_major dev_minor ino generation flags flags_names result errno sync");
	has(j, "type", "exec");
	has(j, "comm", "sixteen-letters!");
	has(j, "path", "/bin/ls");
	has(j, "interpreter", "/lib64/ld.so");
	has_number(j, "pid", 101);
	has_number(j, "flags", 0x241);
	has_number(j, "result", -13);
	assert_true(json_is_true(json_object_get(j, "sync")));
	json_decref(j);
	assert_non_null(strstr(jsonl, "\"ino\":18446744073709551614,"));
	j = line(jsonl, 4);
	members(j, MEMBERS_TASK
		" path dev dev_major dev_minor ino generation flags flags_names result errno sync");
	json_decref(j);
	j = line(jsonl, 5);
	members(j, MEMBERS_TASK " child_pid child_tgid thread sync");
	has_number(j, "child_pid", 555);
	has_number(j, "child_tgid", 444);
	assert_true(json_is_false(json_object_get(j, "thread")));
	json_decref(j);
	j = line(jsonl, 15);
	members(j, MEMBERS_TASK " exit_code exit_status core_dumped last_thread sync");
	has_number(j, "exit_code", 0x300);
	assert_true(json_is_true(json_object_get(j, "last_thread")));
	json_decref(j);
}

static void json_of_files(void **state)
{
	json_t *j;

	(void)state;
	j = line(jsonl, 8);
	has(j, "type", "file_rename");
	has(j, "path", "/tmp/a");
	has(j, "new_path", "/tmp/b");
	has_number(j, "flags", 1);
	json_decref(j);
	j = line(jsonl, 9);
	members(j, MEMBERS_TASK " dev dev_major dev_minor ino generation sha256 size sync");
	json_decref(j);
	j = line(jsonl, 16);
	members(j, MEMBERS_TASK " event path dev dev_major dev_minor ino generation result errno sync");
	has(j, "type", "kexec");
	has(j, "event", "load");
	has(j, "path", "/boot/vmlinuz");
	has_number(j, "result", -13);
	json_decref(j);
	j = line(jsonl, 18);
	members(j, MEMBERS_TASK " path mode mode_octal result errno sync");
	has(j, "type", "mkdir");
	has_number(j, "mode", 01755);
	json_decref(j);
	j = line(jsonl, 20);
	members(j, MEMBERS_TASK " path new_path dev dev_major dev_minor ino generation result errno sync");
	has(j, "type", "link");
	json_decref(j);
	j = line(jsonl, 21);
	members(j, MEMBERS_TASK
		" path dev dev_major dev_minor ino generation mode mode_octal result errno sync");
	has(j, "type", "chmod");
	json_decref(j);
}

static void json_of_the_hypervisor(void **state)
{
	json_t *j;

	(void)state;
	j = line(jsonl, 1);
	members(j, "boot seq time time_ns cpu type verdict abi_version release");
	has(j, "release", "6.1.0-56-cloud-amd64");
	json_decref(j);
	j = line(jsonl, 2);
	members(j, "boot seq time time_ns cpu type verdict ranges pages text");
	has_number(j, "pages", 4321);
	json_decref(j);
	j = line(jsonl, 10);
	members(j,
		"boot seq time time_ns cpu type pid tgid comm verdict access target symbol symbol_offset gpa gva cpl rip "
		"cr3 bytes insn old_value new_value repeat");
	has(j, "target", "lsm_hooks");
	has(j, "access", "write");
	has(j, "verdict", "skip");
	has(j, "gva", "0xffffffff82001000");
	has(j, "gpa", "0x0000000001234000");
	has(j, "bytes", "4889039090");
	has(j, "insn", "mov qword ptr [rbx], rax");
	has(j, "symbol", "security_hook_heads");
	has(j, "old_value", "0102030405060708");
	has(j, "new_value", "ffee000000000000");
	has_number(j, "symbol_offset", 0x38);
	has_number(j, "repeat", 2);
	json_decref(j);
	j = line(jsonl, 11);
	has(j, "target", "hypervisor");
	has(j, "access", "hypercall");
	has_number(j, "hypercall", 6);
	json_decref(j);
	j = line(jsonl, 14);
	members(j, "boot seq time time_ns cpu type verdict reason count total first ring_cpu from_ns to_ns");
	has(j, "reason", "malformed");
	has(j, "first", "size");
	has_number(j, "ring_cpu", 1);
	json_decref(j);
	j = line(jsonl, 17);
	members(j, "boot seq time time_ns cpu type verdict ranges pages text");
	has(j, "type", "unlock");
	has(j, "text", "kexec");
	has_number(j, "ranges", 12);
	json_decref(j);
}

static void hostile_strings(void **state)
{
	static const char path[] =
		"/a\n\"\\\x1b[2J\xc3\xa9\xff\xc0\x80\xe2\x80\xae\xed\xa0\x80 \xf4\x90\x80\x80";
	struct build b;
	char *s;
	json_t *j;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_agent(&b, RW_REC_FILE_UNLINK, path, sizeof(path), ""); /* including its NUL */
	s = out_jsonl(&b, &all);
	j = line(s, 1);
	has(j, "path_hex", "2f610a225c1b5b324ac3a9ffc080e280aeeda08020f490808000");
	assert_int_equal(json_string_length(json_object_get(j, "path")), 9 + 2 + 9 + 3 + 9 + 1 + 12 + 1);
	json_decref(j);
	assert_null(strchr(s, '\x1b'));
	free(s);
	s = out_show(&b, &all, NULL);
	assert_non_null(strstr(s,
			       " \"/a\\u{a}\\\"\\\\\\u{1b}[2J\xc3\xa9\\xff\\xc0\\x80\\u{202e}\\xed\\xa0\\x80 "
			       "\\xf4\\x90\\x80\\x80\\u{0}\" "));
	free(s);
	build_free(&b);
}

static void lines_for_people(void **state)
{
	static const char map[] =
		"0000000000000000 A fixed_percpu_data\nffffffff81000000 T _text\n"
		"ffffffff81001000 t evil\nffffffff81001000 t alias\nffffffff81002000 D data\n"
		"ffffffff81003000 T last\t[mod]\n";
	struct symbols symbols = { .kaslr = 0x3f000000 };
	unsigned int lines = 0;
	char *s, why[128];

	(void)state;
	assert_int_equal(symbols_parse(&symbols, (const uint8_t *)map, sizeof(map) - 1, why, sizeof(why)), 0);
	s = out_show(&samples, &all, &symbols);
	for (const char *p = s; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, BUILD_SAMPLES + 1); /* one a record, one with counts */
	assert_non_null(strstr(
		s,
		"2023-11-14T22:13:20.003703Z #3 cpu0 exec        \"sixteen-letters!\"[101] uid 1000 euid 0 "
		"\"/bin/ls\" by \"/lib64/ld.so\" dev 8:1 ino 18446744073709551614 write,create,truncate "
		"result -13 (EACCES): allow\n"));
	assert_non_null(strstr(s, "euid 0 child 555 of process 444: allow\n"));
	assert_non_null(
		strstr(s, "\"/tmp/a\" to \"/tmp/b\" dev 8:1 ino 18446744073709551614 noreplace result"));
	assert_non_null(strstr(s, "euid 0 load \"/boot/vmlinuz\" dev 8:1 ino"));
	assert_non_null(strstr(s, "\"/srv/new\" mode 01755 result -13 (EACCES): allow\n"));
	assert_non_null(strstr(s, " unlock      - ranges 12 pages 4321 \"kexec\": none\n"));
	assert_non_null(
		strstr(s, "- ring_full count 3 in all 5 ring of cpu 1 from 2023-11-14T22:13:20.000001Z to "
			  "2023-11-14T22:13:20.002000Z: none\n"));
	assert_non_null(strstr(s, "- malformed count 2 in all 2 first size ring of cpu 1 from 2023-"));
	assert_non_null(strstr(s, " euid 0 code 3 last thread: allow\n"));
	assert_non_null(strstr(
		s,
		"violation   \"insmod\"[77] write lsm_hooks \"security_hook_heads\"+0x38 gpa 0x1234000 gva "
		"0xffffffff82001000 cpl 0 rip 0xffffffffc0001010 (evil+0x10) cr3 0x5000 code 4889039090 "
		"<mov qword ptr [rbx], rax> old 0102030405060708 new ffee000000000000 repeat 2: skip\n"));
	assert_non_null(
		strstr(s, "-- test: 21 of 21 records shown, 2 violations (and 4 repeats), 5 records lost"));
	free(s);
	samples.hdr.boot_epoch = 0;
	build_seal_hdr(&samples);
	s = out_show(&samples, &all, NULL);
	assert_memory_equal(s, "+0.001234s #1 cpu0 agent ", 24);
	free(s);
	symbols_free(&symbols);
}

static void names_of_code(void **state)
{
	static const char *const bad[] = { "",
					   "x",
					   "ffffffff81000000",
					   "ffffffff81000000 T",
					   "ffffffff81000000 T \n",
					   "0000000000000000 T _text\n",
					   "ffffffff81000000 T a\n\n",
					   "ffffffff810000000 T a\n" };
	static const char map[] = "ffffffff81001000 T b\nffffffff81000000 T a\r\n";
	struct symbols s = { 0 };
	char why[128];
	uint64_t off;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_not_equal(
			symbols_parse(&s, (const uint8_t *)bad[i], strlen(bad[i]), why, sizeof(why)), 0);
		symbols_free(&s);
	}
	assert_int_equal(symbols_parse(&s, (const uint8_t *)map, sizeof(map) - 1, why, sizeof(why)), 0);
	assert_null(symbols_find(&s, 0xffffffff80ffffff, &off));
	assert_int_equal(symbols_find(&s, 0xffffffff81000fff, &off)->name.p[0], 'a');
	assert_int_equal(symbols_find(&s, 0xffffffff81000fff, &off)->name.len, 1);
	assert_int_equal(off, 0xfff);
	assert_non_null(symbols_find(&s, 0xffffffff81001000, &off));
	assert_null(symbols_find(&s, 0xffffffff81001001, &off));
	symbols_free(&s);
}

static size_t count(const struct filter *f)
{
	char *s = out_jsonl(&samples, f);
	size_t n = 0;

	for (const char *p = s; (p = strchr(p, '\n')); p++)
		n++;
	free(s);
	return n;
}

static void filters(void **state)
{
	struct filter f = FILTER_ALL;

	(void)state;
	assert_true(filter_types(&f, "exec,violation"));
	assert_int_equal(count(&f), 4);
	f = (struct filter)FILTER_ALL;
	assert_true(filter_types(&f, "type_77"));
	assert_int_equal(count(&f), 0);
	f = (struct filter)FILTER_ALL;
	assert_true(filter_numbers(&f, FILTER_PID, "100")); /* the process of thread 101 */
	assert_int_equal(count(&f), 13);
	assert_true(filter_text(&f, FILTER_COMM, "insmod"));
	assert_int_equal(count(&f), 0);
	filter_free(&f);
	assert_true(filter_text(&f, FILTER_COMM, "insmod"));
	assert_int_equal(count(&f), 3);
	filter_free(&f);
	f = (struct filter)FILTER_ALL;
	assert_true(when_parse(&f.since, "0.002469134", 0));
	assert_true(when_parse(&f.until, "0.004", 0));
	assert_int_equal(count(&f), 2);
	f = (struct filter)FILTER_ALL;
	assert_true(filter_seq(&f, "14-"));
	assert_int_equal(count(&f), BUILD_SAMPLES - 13);
	assert_true(filter_seq(&f, "-14"));
	assert_int_equal(count(&f), 14);
	assert_true(filter_seq(&f, "3"));
	assert_int_equal(count(&f), 1);
	f = (struct filter)FILTER_ALL;
	assert_true(filter_verdicts(&f, "skip"));
	assert_int_equal(count(&f), 3);
}

static void filter_values(void **state)
{
	struct filter f = FILTER_ALL;
	uint64_t ns;

	(void)state;
	assert_false(filter_numbers(&f, FILTER_LOGINUID, "root"));
	assert_false(filter_text(&f, FILTER_CGROUP, ""));
	assert_false(filter_text(&f, FILTER_PATH, "!"));
	assert_false(filter_classes(&f, "exe"));
	assert_false(filter_address(&f, "10.0.0"));
	assert_false(filter_address(&f, "::1/129"));
	assert_false(filter_address(&f, ""));
	assert_false(filter_types(&f, ""));
	assert_false(filter_types(&f, "exec,"));
	assert_false(filter_types(&f, "execx"));
	assert_false(filter_types(&f, "type_"));
	assert_false(filter_types(&f, "type_0"));
	assert_false(filter_types(&f, "type_256"));
	assert_false(filter_types(&f, "type_99999999999"));
	assert_false(filter_numbers(&f, FILTER_PID, ""));
	assert_false(filter_numbers(&f, FILTER_PID, "-1"));
	assert_false(filter_numbers(&f, FILTER_PID, "4294967296"));
	assert_true(filter_numbers(&f, FILTER_PID, "4294967295"));
	filter_free(&f);
	assert_false(filter_seq(&f, "-"));
	assert_false(filter_seq(&f, "3-2"));
	assert_false(filter_seq(&f, "1-2-3"));
	assert_false(filter_seq(&f, "18446744073709551616"));
	assert_true(filter_seq(&f, "18446744073709551615"));
	assert_false(filter_verdicts(&f, "maybe"));
	assert_false(filter_seconds(&ns, "."));
	assert_false(filter_seconds(&ns, "1."));
	assert_false(filter_seconds(&ns, "1.0000000001"));
	assert_false(filter_seconds(&ns, "1e3"));
	assert_false(filter_seconds(&ns, "99999999999999999999"));
	assert_true(filter_seconds(&ns, "18446744072.999999999"));
	assert_true(ns == 18446744072999999999u);
}

static void code(void **state)
{
	char text[DISASM_LEN];

	(void)state;
	assert_int_equal(disasm((const uint8_t *)"\xe8\x00\x01\x00\x00", 5, 0xffffffff81000000, text),
			 DISASM_GOOD);
	assert_string_equal(text, "call 0xffffffff81000105");
	assert_int_equal(disasm((const uint8_t *)"\xe8\x00", 2, 0, text), DISASM_BAD);
	assert_int_equal(disasm((const uint8_t *)"", 0, 0, text), DISASM_BAD);
	assert_string_equal(text, "");
}

static void judgement(void **state)
{
	struct input in;
	struct build b;
	size_t len;
	char *s;
	FILE *out = open_memstream(&s, &len);

	(void)state;
	build_start(&b, BUILD_FEW, 0xa5);
	build_samples(&b);
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_int_equal(verify(&in, "f: ", 50, out), STATUS_GOOD);
	fflush(out);
	assert_string_equal(
		s, "f: OK: 21 records, seq 1 to 21, boot a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5, evicted 0, "
		   "ended by poweroff\n");
	/* In a memory dump, where: the loader has printed the store's address. */
	in.image->base = 0x7e000000;
	rewind(out);
	assert_int_equal(verify(&in, "", 50, out), STATUS_GOOD);
	fflush(out);
	assert_non_null(strstr(s, ", evicted 0, at offset 0x7e000000, ended by poweroff\n"));
	input_free(&in);
	b.p[RW_STORE_HDR_SIZE + sizeof(struct rw_block_hdr) + 40] ^= 1;
	rewind(out);
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_int_not_equal(verify(&in, "", 50, out), STATUS_GOOD);
	fclose(out);
	assert_memory_equal(s, "offset 0x1050: bad record in the place of record 1: its CRC is wrong\n", 69);
	input_free(&in);
	free(s);
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(json_of_tasks, make_samples, free_samples),
		cmocka_unit_test_setup_teardown(json_of_files, make_samples, free_samples),
		cmocka_unit_test_setup_teardown(json_of_the_hypervisor, make_samples, free_samples),
		cmocka_unit_test(hostile_strings),
		cmocka_unit_test_setup_teardown(lines_for_people, make_samples, free_samples),
		cmocka_unit_test(names_of_code),
		cmocka_unit_test_setup_teardown(filters, make_samples, free_samples),
		cmocka_unit_test(filter_values),
		cmocka_unit_test(code),
		cmocka_unit_test(judgement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

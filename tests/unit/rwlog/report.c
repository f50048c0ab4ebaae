/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of the page that rwlog report writes. With the arguments FILE and NUMBER, the program writes the log
 * of these tests to that file instead, as one of that boot: tests/e2e/test_report.py looks at its page in a
 * browser, tests/e2e/test_fleet.py loads it into a database.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "tests/unit/rwlog/sample.h"
#include "text.h"

static const struct filter all = FILTER_ALL;

static char *page_of(const struct build *b, size_t *len)
{
	struct input file, *in = &file;
	struct log log;
	char *page;
	FILE *f;

	assert_int_equal(build_parse(in, b->p, b->len), 0);
	in->name = "</script><script>alert(1)</script>";
	in->size = b->len;
	hash_text(in->sha256, b->p, b->len);
	log_open(&log, &in, 1);
	f = open_memstream(&page, len);
	report(&log, &all, NULL, f);
	fclose(f);
	log_free(&log);
	input_free(in);
	return page;
}

static unsigned int occurrences(const char *s, const char *what)
{
	unsigned int n = 0;

	for (; (s = strstr(s, what)); s += strlen(what))
		n++;
	return n;
}

/* The object in the page's data element. */
static json_t *data_of(const char *page)
{
	static const char mark[] = "<script type=\"application/json\" id=\"data\">";
	const char *from = strstr(page, mark), *to;
	json_error_t error;
	json_t *data;

	assert_non_null(from);
	from += sizeof(mark) - 1;
	to = strstr(from, "</script>");
	assert_non_null(to);
	data = json_loadb(from, (size_t)(to - from), JSON_REJECT_DUPLICATES, &error);
	if (!data)
		fail_msg("%s at %d", error.text, error.position);
	return data;
}

static void sample_log(struct build *b)
{
	build_start(b, 3 * BUILD_FEW, 1);
	build_samples(b);
	sample_story(b);
}

static void hostile_text_is_only_data(void **state)
{
	struct build b;
	size_t len;
	char *page;

	(void)state;
	sample_log(&b);
	page = page_of(&b, &len);
	assert_int_equal(len, strlen(page));
	assert_int_equal(occurrences(page, "<script"), 2);
	assert_int_equal(occurrences(page, "</script>"), 2);
	assert_null(strstr(page, "<b>"));
	assert_non_null(strstr(page, "\\u003cb>"));
	for (size_t i = 0; i < len;) {
		uint32_t code = 0;
		size_t n = text_utf8((const uint8_t *)page + i, len - i, &code);

		assert_true(n > 0);
		assert_true(!text_unsafe(code) || code == '\n' || code == '\t');
		i += n;
	}
	free(page);
	build_free(&b);
}

static double number(const json_t *j, const char *name)
{
	return json_number_value(json_object_get(j, name));
}

static void what_the_page_holds(void **state)
{
	json_t *data, *boot, *input;
	struct build b;
	char want[HASH_TEXT], *page;
	size_t len;

	(void)state;
	sample_log(&b);
	page = page_of(&b, &len);
	data = data_of(page);
	boot = json_array_get(json_object_get(data, "boots"), 0);
	input = json_array_get(json_object_get(data, "inputs"), 0);
	hash_text(want, b.p, b.len);
	assert_string_equal(json_string_value(json_object_get(input, "sha256")), want);
	assert_string_equal(json_string_value(json_object_get(input, "status")), "success");
	assert_true(number(boot, "records") == 33);
	assert_int_equal(json_array_size(json_object_get(boot, "events")), 33);
	assert_true(number(boot, "events_left_out") == 0);
	assert_int_equal(json_array_size(json_object_get(boot, "violations")), 2);
	assert_int_equal(json_array_size(json_object_get(boot, "peers")), 2);
	assert_int_equal(json_array_size(json_object_get(boot, "processes")), 5);
	json_decref(data);
	free(page);
	build_free(&b);
}

/* Each of many processes with a long name of a file. */
static void build_many(struct build *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct rec_writer *w = build_record(b, RW_REC_FILE_UNLINK, RW_VERDICT_ALLOW);
		struct rw_task task = { .pid = i + 10, .tgid = i + 10, .ppid = i + 9 };
		char path[200];

		memset(path, '<', sizeof(path));
		snprintf(path, sizeof(path), "/%u", i);
		path[strlen(path)] = '/';
		rec_bytes(w, RW_F_TASK, &task, RW_TASK_MIN);
		rec_bytes(w, RW_F_PATH, path, sizeof(path));
		build_end(b);
	}
}

static void a_big_log_has_a_small_page(void **state)
{
	enum {
		MANY = 20000
	};
	struct build b;
	json_t *data, *boot;
	size_t len;
	char *page;

	(void)state;
	build_start(&b, MANY / 10, 1);
	build_many(&b, MANY);
	build_violation(&b, RW_REC_VIOLATION, RW_TARGET_LSM_HOOKS, RW_ACCESS_WRITE);
	page = page_of(&b, &len);
	data = data_of(page);
	boot = json_array_get(json_object_get(data, "boots"), 0);
	assert_true(json_array_size(json_object_get(boot, "events")) <= REPORT_EVENTS);
	assert_true(json_array_size(json_object_get(boot, "events")) + number(boot, "events_left_out") ==
		    MANY + 1);
	assert_int_equal(json_array_size(json_object_get(boot, "processes")), REPORT_PROCESSES);
	assert_true(number(boot, "processes_left_out") == MANY - REPORT_PROCESSES);
	assert_true(number(boot, "files_left_out") == MANY - REPORT_TOP);
	assert_int_equal(json_array_size(json_object_get(boot, "violations")), 1);
	assert_true(len < 12u << 20);
	json_decref(data);
	free(page);
	build_free(&b);
}

static void without_a_boot(void **state)
{
	size_t len;
	char *page;
	FILE *f = open_memstream(&page, &len);
	struct log log;
	json_t *data;

	(void)state;
	log_open(&log, NULL, 0);
	report(&log, &all, NULL, f);
	fclose(f);
	log_free(&log);
	data = data_of(page);
	assert_int_equal(json_array_size(json_object_get(data, "boots")), 0);
	json_decref(data);
	free(page);
}

/* A header may give any number for how the boot ended. */
static void an_unknown_end(void **state)
{
	static const struct {
		uint32_t reason;
		const char *name;
	} ends[] = { { RW_END_RUNNING, "running" }, { RW_END_COUNT, "unknown" }, { UINT32_MAX, "unknown" } };

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct build b;
		json_t *data;
		char *page;
		size_t len;

		sample_log(&b);
		b.hdr.end_reason = ends[i].reason;
		build_seal_hdr(&b);
		page = page_of(&b, &len);
		data = data_of(page);
		assert_string_equal(json_string_value(json_object_get(
					    json_array_get(json_object_get(data, "boots"), 0), "end")),
				    ends[i].name);
		json_decref(data);
		free(page);
		build_free(&b);
	}
}

/* @boot: as in build_start() */
static int write_log(const char *name, uint8_t boot)
{
	FILE *f = fopen(name, "w");
	struct build b;

	if (!f)
		return 1;
	sample_log(&b);
	memset(b.hdr.boot_id, boot, sizeof(b.hdr.boot_id));
	build_seal_hdr(&b);
	fwrite(b.p, 1, b.len, f);
	build_free(&b);
	return fclose(f) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_text_is_only_data),
		cmocka_unit_test(what_the_page_holds),
		cmocka_unit_test(a_big_log_has_a_small_page),
		cmocka_unit_test(without_a_boot),
		cmocka_unit_test(an_unknown_end),
	};

	return argc > 1 ? write_log(argv[1], argc > 2 ? (uint8_t)atoi(argv[2]) : 1) :
			  cmocka_run_group_tests(tests, NULL, NULL);
}

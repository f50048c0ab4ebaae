/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Golden tests of what sums up a log: boots, tree, top. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "overview.h"
#include "tests/unit/rwlog/tasks.h"
#include "top.h"
#include "tree.h"

#define BOOT "01010101010101010101010101010101"

enum view {
	BOOTS,
	TREE,
	TOP,
	BOOTS_JSON,
	TREE_JSON,
	TOP_JSON
};

/* The view of the log of tasks.h, of the records with @comm if that is not NULL. */
static char *view(enum view which, const char *comm)
{
	struct filter filter = FILTER_ALL;
	struct input file, *in = &file;
	struct build_text t;
	struct build b;
	struct log log;

	assert_true(!comm || filter_text(&filter, FILTER_COMM, comm));
	tasks_fill(&b);
	assert_int_equal(build_parse(in, b.p, b.len), 0);
	in->name = "image";
	log_open(&log, &in, 1);
	build_text_start(&t);
	if (which == BOOTS)
		overview(&log, &filter, t.f);
	else if (which == TREE)
		tree(&log, &filter, t.f);
	else if (which == BOOTS_JSON)
		overview_json(&log, &filter, t.f);
	else if (which == TREE_JSON)
		tree_json(&log, &filter, t.f);
	else if (which == TOP_JSON)
		top_json(&log, &filter, 2, t.f);
	else
		top(&log, &filter, 2, t.f);
	build_text_stop(&t);
	log_free(&log);
	input_free(in);
	filter_free(&filter);
	build_free(&b);
	return t.p;
}

static void expect(enum view which, const char *comm, const char *text)
{
	char *got = view(which, comm);

	assert_string_equal(got, text);
	free(got);
}

static void boots(void **state)
{
	(void)state;
	expect(BOOTS, NULL,
	       "boot " BOOT ", started 2023-11-14T22:13:20.000000Z, 12 of 12 records from "
	       "2023-11-14T22:13:20.001234Z to 2023-11-14T22:13:20.014814Z, 1 violations, 0 records evicted, "
	       "ended by poweroff, in image\n");
	expect(BOOTS, "nobody",
	       "boot " BOOT ", started 2023-11-14T22:13:20.000000Z, 0 of 12 records, 0 violations, 0 records "
	       "evicted, ended by poweroff, in image\n");
}

/* Also processes whose begin the log does not have, with the parent that their records name. */
static void processes(void **state)
{
	(void)state;
	expect(TREE, NULL,
	       "-- boot " BOOT "\n"
	       "-[10] uid 0 before 2023-11-14T22:13:20.001234Z: 0 records\n"
	       "  \"/usr/bin/bash\"[11] uid 1000 before 2023-11-14T22:13:20.001234Z: 6 records\n"
	       "    \"/usr/bin/sudo\"[12] uid 1000 from 2023-11-14T22:13:20.011111Z: 2 records\n"
	       "-[1] uid 0 before 2023-11-14T22:13:20.007407Z: 0 records\n"
	       "  \"nginx\"[20] uid 0 before 2023-11-14T22:13:20.007407Z: 3 records\n"
	       "\"insmod\"[77] uid 0 before 2023-11-14T22:13:20.014814Z: 1 records\n");
	expect(TREE, "sudo",
	       "-- boot " BOOT "\n"
	       "-[10] uid 0 before 2023-11-14T22:13:20.001234Z: 0 records\n"
	       "  \"/usr/bin/bash\"[11] uid 1000 before 2023-11-14T22:13:20.001234Z: 0 records\n"
	       "    \"/usr/bin/sudo\"[12] uid 1000 from 2023-11-14T22:13:20.011111Z: 2 records\n");
	expect(TREE, "nobody", "-- boot " BOOT "\n");
}

static void counts(void **state)
{
	(void)state;
	expect(TOP, NULL,
	       "-- boot " BOOT "\n"
	       "programs: 5\n"
	       "         5  \"/usr/bin/bash\"\n"
	       "         3  \"nginx\"\n"
	       "            and 3 more\n"
	       "files: 3\n"
	       "         1  \"/etc/passwd\"\n"
	       "         1  \"/etc/shadow\"\n"
	       "            and 1 more\n"
	       "peers: 3\n"
	       "         1  unix path \"/run/docker.sock\"\n"
	       "         1  inet host 10.1.2.3 port 443\n"
	       "            and 1 more\n");
	expect(TOP, "sudo",
	       "-- boot " BOOT "\n"
	       "programs: 2\n"
	       "         1  \"/usr/bin/bash\"\n"
	       "         1  \"/usr/bin/sudo\"\n"
	       "files: 1\n"
	       "         1  \"/tmp/x*y\"\n"
	       "peers: 0\n");
}

/* The lines of a view as JSON. */
static json_t *lines_of(enum view which)
{
	char *text = view(which, NULL);
	json_t *list = json_array();

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		json_t *one = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		if (!one)
			fail_msg("no JSON: %s", line);
		json_array_append_new(list, one);
	}
	free(text);
	return list;
}

static json_int_t number(const json_t *list, size_t i, const char *name)
{
	return json_integer_value(json_object_get(json_array_get(list, i), name));
}

static const char *string(const json_t *list, size_t i, const char *name)
{
	return json_string_value(json_object_get(json_array_get(list, i), name));
}

static void as_json(void **state)
{
	json_t *list = lines_of(BOOTS_JSON), *most;

	(void)state;
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(string(list, 0, "boot"), BOOT);
	assert_string_equal(string(list, 0, "started"), "2023-11-14T22:13:20.000000000Z");
	assert_string_equal(string(list, 0, "end"), "poweroff");
	assert_int_equal(number(list, 0, "records"), 12);
	assert_int_equal(number(list, 0, "violations"), 1);
	json_decref(list);
	list = lines_of(TREE_JSON);
	assert_int_equal(json_array_size(list), 6);
	assert_string_equal(string(list, 4, "exe"), "/usr/bin/sudo");
	assert_int_equal(number(list, 4, "pid"), 12);
	assert_int_equal(number(list, 4, "parent"), number(list, 1, "process"));
	assert_int_equal(number(list, 4, "records"), 2);
	json_decref(list);
	list = lines_of(TOP_JSON);
	assert_int_equal(json_array_size(list), 1);
	most = json_object_get(json_object_get(json_array_get(list, 0), "programs"), "most");
	assert_int_equal(json_array_size(most), 2);
	assert_string_equal(string(most, 0, "name"), "/usr/bin/bash");
	assert_int_equal(number(most, 0, "records"), 5);
	most = json_object_get(json_object_get(json_array_get(list, 0), "peers"), "most");
	assert_string_equal(string(most, 1, "name"), "inet host 10.1.2.3 port 443");
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boots),
		cmocka_unit_test(processes),
		cmocka_unit_test(counts),
		cmocka_unit_test(as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Golden tests of what sums up a log: boots, tree, top. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
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
	TOP
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boots),
		cmocka_unit_test(processes),
		cmocka_unit_test(counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the options that choose records: each with a small log of known tasks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "options.h"
#include "select.h"
#include "tests/unit/rwlog/tasks.h"

/* Options, and the numbers of the records that they choose. */
static const struct {
	const char *options, *seqs;
} cases[] = {
	{ "", " 1 2 3 4 5 6 7 8 9 10 11 12" },
	{ "--uid 0", " 6 7 8" },
	{ "--uid !0", " 1 2 3 4 5 9 10 11 12" },
	{ "--uid 0,1000", " 1 2 3 4 5 6 7 8 9 10 11" },
	{ "--euid 33", " 6 7 8" },
	{ "--euid 33 --euid 0", " 6 7 8 10 11" },
	{ "--loginuid 1000 --type exec", " 3 11" },
	{ "--loginuid 4294967295", " 6 7 8" },
	{ "--pid 20", " 6 7 8" },
	{ "--pid 21", " 6 7 8" },
	{ "--pid 77", " 12" },
	{ "--pid !11,77", " 6 7 8 10 11" },
	{ "--ppid 11", " 10 11" },
	{ "--comm ngin?", " 6 7 8" },
	{ "--comm bash --comm sudo --type !cgroup", " 3 4 5 9 10 11" },
	{ "--comm !*s*", " 6 7 8" },
	{ "--exe bash", " 3 4 5 9 10" },
	{ "--exe */sudo", " 11" },
	{ "--exe !bash --uid 1000", " 1 2 11" },
	{ "--cgroup 8", " 6 7 8" },
	{ "--cgroup docker", " 6 7 8" },
	{ "--unit ssh.service --class net", " 5" },
	{ "--unit docker*", " 6 7 8" },
	{ "--unit ssh", "" },
	{ "--container 0123456789ab", " 6 7 8" },
	{ "--container 0123456789ac", "" },
	{ "--path /etc/*", " 4 8" },
	{ "--path /etc/", " 4 8" },
	{ "--path passwd --path shadow", " 4 8" },
	{ "--path /et?", "" },
	{ "--path !/etc/* --class file", " 10" },
	{ "--path /tmp/x[*]y", " 10" },
	{ "--port 443", " 5" },
	{ "--port 443,80", " 5 6" },
	{ "--address 10.0.0.0/8", " 5" },
	{ "--address 10.1.2.2/31", " 5" },
	{ "--address 10.1.2.4/31", "" },
	{ "--address 10.1.2.3", " 5" },
	{ "--address fe80::/10", " 6" },
	{ "--address /run/*", " 7" },
	{ "--address !10.1.2.3 --class net", " 6 7" },
	{ "--class net,guard", " 5 6 7 12" },
	{ "--class !net,task,kernel", " 3 4 8 10 11 12" },
	{ "--type !exec,cgroup --class exec,kernel", "" },
	{ "--verdict deny,skip", " 8 12" },
	{ "--verdict !allow", " 8 12" },
	{ "--seq 3-5", " 3 4 5" },
};

static void chosen(const struct build *b, const char *line, char *seqs, size_t size)
{
	char words[256], *argv[16] = { "rwlog", "show", "file" }, *save = NULL;
	struct selection s;
	struct options o;
	struct input in;
	struct rec r;
	int argc = 3;

	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	assert_int_equal(options_parse(&o, argc, argv), -1);
	assert_int_equal(build_parse(&in, b->p, b->len), 0);
	assert_int_equal(in.problems.count, 0);
	assert_int_equal(filter_is_all(&o.filter), !*line);
	selection_open(&s, &in.boot[0], &o.filter, false);
	*seqs = '\0';
	while (selection_next(&s, &r)) {
		size_t used = strlen(seqs);

		snprintf(seqs + used, size - used, " %u", (unsigned int)r.hdr.seq);
	}
	selection_close(&s);
	filter_free(&o.filter);
	input_free(&in);
}

static void choices(void **state)
{
	char seqs[256];
	struct build b;

	(void)state;
	tasks_fill(&b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		chosen(&b, cases[i].options, seqs, sizeof(seqs));
		if (strcmp(seqs, cases[i].seqs) != 0)
			fail_msg("%s: records%s, not%s", cases[i].options, seqs, cases[i].seqs);
	}
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

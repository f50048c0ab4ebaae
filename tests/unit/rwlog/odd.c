/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog learn and rwlog score: sequences, the model's file, what is odd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "score.h"
#include "tests/unit/rwlog/tasks.h"

static const struct filter all = FILTER_ALL;

static void act(struct build *b, uint32_t pid, uint8_t type, const char *path, uint32_t flags)
{
	struct rec_writer *w = build_record(b, type, RW_VERDICT_ALLOW);
	struct rw_task task = { .pid = pid, .tgid = pid, .ppid = 1, .comm = "service" };

	rec_bytes(w, RW_F_TASK, &task, RW_TASK_MIN);
	if (path)
		rec_bytes(w, RW_F_PATH, path, (uint16_t)strlen(path));
	if (type == RW_REC_EXIT) {
		rec_u32(w, RW_F_EXIT_STATUS, 0);
		rec_u32(w, RW_F_LAST_THREAD, 1);
	} else {
		rec_bytes(w, RW_F_FILE, &(struct rw_file){ 1, 2, 3 }, sizeof(struct rw_file));
		rec_u32(w, RW_F_OPEN_FLAGS, flags);
	}
	build_end(b);
}

/* A run of a service: it reads its settings, serves some requests, and is exploited after them, or not. */
static void service(struct build *b, uint32_t pid, const char *program, unsigned int requests, bool exploited)
{
	act(b, pid, RW_REC_EXEC, program, 0);
	act(b, pid, RW_REC_FILE_OPEN, "/etc/service.conf", 0);
	for (unsigned int i = 0; i < requests; i++) {
		act(b, pid, RW_REC_FILE_OPEN, "/srv/page", 0);
		act(b, pid, RW_REC_FILE_OPEN, "/var/log/service", 1);
	}
	if (exploited)
		act(b, pid, RW_REC_FILE_OPEN, "/root/secret", 0);
	act(b, pid, RW_REC_EXIT, NULL, 0);
}

static void learn_what(struct model *m, struct build *b, const struct filter *filter)
{
	struct input file, *in = &file;
	struct log log;

	assert_int_equal(build_parse(in, b->p, b->len), 0);
	log_open(&log, &in, 1);
	log_sort_by_time(&log);
	learn(m, &log, filter);
	log_free(&log);
	input_free(in);
	build_free(b);
}

static void learn_from(struct model *m, struct build *b)
{
	learn_what(m, b, &all);
}

/* The objects that score prints about all sequences, as an array. */
static json_t *scored(struct model *m, struct build *b, uint64_t rare)
{
	const struct score_options o = { .threshold = 1, .rare = rare, .all = true, .json = true };
	struct input file, *in = &file;
	json_t *list = json_array();
	struct log log;
	char *text;
	size_t len;
	FILE *f;

	assert_int_equal(build_parse(in, b->p, b->len), 0);
	log_open(&log, &in, 1);
	log_sort_by_time(&log);
	f = open_memstream(&text, &len);
	score(m, &log, &all, &o, f);
	fclose(f);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		json_t *one = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(one);
		json_array_append_new(list, one);
	}
	free(text);
	log_free(&log);
	input_free(in);
	build_free(b);
	return list;
}

static void is(const json_t *list, size_t i, const char *verdict, int misses, int distance)
{
	const json_t *one = json_array_get(list, i);

	assert_non_null(one);
	assert_string_equal(json_string_value(json_object_get(one, "verdict")), verdict);
	assert_int_equal(json_integer_value(json_object_get(one, "new")), misses);
	assert_int_equal(json_integer_value(json_object_get(one, "distance")), distance);
}

/* A model of ten runs of one service. */
static void usual(struct model *m, enum alphabet alphabet)
{
	struct build b;

	*m = (struct model){ .window = 6, .alphabet = alphabet };
	build_start(&b, 10 * BUILD_FEW, 1);
	for (uint32_t i = 0; i < 10; i++)
		service(&b, 100 + i, "/usr/sbin/service", 1 + i % 4, false);
	learn_from(m, &b);
}

static void what_is_odd(void **state)
{
	struct model m;
	struct build b;
	json_t *list;

	(void)state;
	usual(&m, ALPHABET_OBJECTS);
	build_start(&b, 10 * BUILD_FEW, 2);
	service(&b, 10, "/usr/sbin/service", 3, false);
	service(&b, 11, "/usr/sbin/service", 3, true);
	service(&b, 12, "/usr/sbin/other", 3, false);
	service(&b, 13, "/usr/sbin/service", 0, false); /* no run so far served no request */
	list = scored(&m, &b, 0);
	assert_int_equal(json_array_size(list), 4);
	is(list, 0, "usual", 0, 0);
	/* Two windows: that which ends with the new word, and that with the exit after it. */
	is(list, 1, "odd", 2, 2);
	is(list, 2, "unknown", 0, 0);
	is(list, 3, "odd", 1, 1);
	json_decref(list);
	model_free(&m);
}

/* A model of events alone does not see which file is opened. */
static void the_alphabet_matters(void **state)
{
	struct model m;
	struct build b;
	json_t *list;

	(void)state;
	usual(&m, ALPHABET_EVENTS);
	build_start(&b, 10 * BUILD_FEW, 2);
	service(&b, 11, "/usr/sbin/service", 3, true);
	list = scored(&m, &b, 0);
	is(list, 0, "usual", 0, 0);
	json_decref(list);
	model_free(&m);
}

/* What was seen twice or less is new if --rare says so. */
static void what_is_rare(void **state)
{
	struct model m;
	struct build b;
	json_t *list;

	(void)state;
	usual(&m, ALPHABET_OBJECTS);
	for (uint64_t rare = 0; rare < 3; rare++) {
		build_start(&b, 10 * BUILD_FEW, 2);
		service(&b, 10, "/usr/sbin/service", 4, false); /* as 2 of the 10 */
		list = scored(&m, &b, rare);
		assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "verdict")),
				    rare < 2 ? "usual" : "odd");
		json_decref(list);
	}
	model_free(&m);
}

/* A number of a process that is used again begins a new sequence. */
static void a_number_twice(void **state)
{
	struct model m;
	struct build b;
	json_t *list;

	(void)state;
	usual(&m, ALPHABET_OBJECTS);
	build_start(&b, 10 * BUILD_FEW, 2);
	service(&b, 10, "/usr/sbin/service", 1, false);
	service(&b, 10, "/usr/sbin/service", 2, false);
	list = scored(&m, &b, 0);
	assert_int_equal(json_array_size(list), 2);
	is(list, 0, "usual", 0, 0);
	is(list, 1, "usual", 0, 0);
	json_decref(list);
	model_free(&m);
}

/* How many windows are learnt of the records that an option chooses. */
static uint64_t learnt(enum filter_what what, const char *value)
{
	struct model m = { .window = 6 };
	struct filter filter = FILTER_ALL;
	struct build b;
	uint64_t n = 0;

	tasks_fill(&b);
	assert_true(filter_text(&filter, what, value));
	learn_what(&m, &b, &filter);
	for (size_t i = 0; i < m.windows.n; i++)
		n += m.count[i];
	filter_free(&filter);
	model_free(&m);
	return n;
}

/* Filters that need an index of the boot choose the same records as for the other subcommands. */
static void what_is_learnt(void **state)
{
	(void)state;
	assert_int_equal(learnt(FILTER_EXE, "/usr/bin/sudo"), 1);
	assert_int_equal(learnt(FILTER_UNIT, "ssh.service"), 8);
	assert_int_equal(learnt(FILTER_CGROUP, "/system.slice/ssh.service"), 8);
	assert_int_equal(learnt(FILTER_CONTAINER, TASKS_CONTAINER), 3);
}

static char *text_of(const struct model *m, size_t *len)
{
	const struct log none = { .nin = 0 };
	char *text;
	FILE *f = open_memstream(&text, len);

	model_write(m, &none, f);
	fclose(f);
	return text;
}

static void the_file(void **state)
{
	struct model m, again = { 0 };
	char *text, *second, why[128];
	size_t len, second_len;

	(void)state;
	usual(&m, ALPHABET_OBJECTS);
	intern_add(&m.programs, "/bin/a b\n%\xff", 11);
	text = text_of(&m, &len);
	assert_non_null(strstr(text, "program /bin/a%20b%0a%25%ff\n"));
	assert_true(model_read(&again, text, len, why, sizeof(why)));
	second = text_of(&again, &second_len);
	assert_string_equal(text, second);
	free(text);
	free(second);
	model_free(&m);
	model_free(&again);
}

static void what_is_no_model(void **state)
{
	static const char *const bad[] = {
		"",
		"rwlog-model 2\n",
		"rwlog-model 1\n",
		"rwlog-model 1\nwindow 1\n",
		"rwlog-model 1\nwindow 17\n",
		"rwlog-model 1\nwindow 6\nwindow 6\n",
		"rwlog-model 1\nseen 1 0 - - - - - 0\n",
		"rwlog-model 1\nwindow 2\nword a\nprogram p\nseen 1 0 0 1\n",
		"rwlog-model 1\nwindow 2\nword a\nprogram p\nseen 1 1 0 0\n",
		"rwlog-model 1\nwindow 2\nword a\nprogram p\nseen 1 0 0\n",
		"rwlog-model 1\nwindow 2\nword a\nprogram p\nseen 1 0 0 0 0\n",
		"rwlog-model 1\nwindow 2\nnothing\n",
		"rwlog-model 1\nwindow 2\nalphabet letters\n",
		"rwlog-model 1\nwindow 2\nword a\nword a\n",
		"rwlog-model 1\nwindow 2\nprogram p\nprogram %70\n",
		"rwlog-model 1\nwindow 2\nword a\nprogram p\nseen 1 0 0 0\nseen 2 0 0 0\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *copy = malloc(strlen(bad[i]) + 1), why[128] = "";
		struct model m = { 0 };

		memcpy(copy, bad[i], strlen(bad[i]));
		if (model_read(&m, copy, strlen(bad[i]), why, sizeof(why)))
			fail_msg("accepted: %s", bad[i]);
		assert_true(strlen(why) > 0);
		model_free(&m);
		free(copy);
	}
}

/* A line that ends for one reader and goes on for another. */
static void no_text(void **state)
{
	static const char bad[] = "rwlog-model 1\nwindow 2\nword a\0b\n";
	struct model m = { 0 };
	char why[128];

	(void)state;
	assert_false(model_read(&m, bad, sizeof(bad) - 1, why, sizeof(why)));
	assert_non_null(strstr(why, "not text"));
	model_free(&m);
}

/* A name of no bytes is a name, also if it is the first one. */
static void the_empty_name(void **state)
{
	static const char text[] = "rwlog-model 1\nwindow 2\nword \nprogram \nseen 3 0 - 0\n";
	const uint32_t window[] = { WORD_BEFORE, 0 };
	struct model m = { 0 };
	char why[128];
	size_t len;

	(void)state;
	assert_true(model_read(&m, text, sizeof(text) - 1, why, sizeof(why)));
	assert_int_equal(intern_find(&m.words, "", 0), 0);
	assert_non_null(intern_get(&m.words, 0, &len));
	assert_int_equal(len, 0);
	assert_int_equal(intern_add(&m.words, "", 0), 0);
	assert_int_equal(model_count(&m, 0, window), 3);
	model_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_odd),      cmocka_unit_test(the_alphabet_matters),
		cmocka_unit_test(what_is_rare),     cmocka_unit_test(a_number_twice),
		cmocka_unit_test(what_is_learnt),   cmocka_unit_test(the_file),
		cmocka_unit_test(what_is_no_model), cmocka_unit_test(no_text),
		cmocka_unit_test(the_empty_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

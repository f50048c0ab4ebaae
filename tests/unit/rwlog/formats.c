/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of the formats of rwlog export against golden files, the schema of ECS, and ausearch(8).
 * RWLOG_GOLDEN=write in the environment writes the golden files anew: look at the difference before a commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "export.h"
#include "sink.h"
#include "tests/unit/rwlog/sample.h"
#include "util.h"

#define GOLDEN "tests/unit/rwlog/golden/"

static const struct filter all = FILTER_ALL;

static char *exported(enum export_format format, size_t *len, bool with_hash)
{
	struct input parsed, *in = &parsed;
	struct build b;
	struct log log;
	char *out;
	FILE *f;

	build_start(&b, 2 * BUILD_FEW, 1);
	build_samples(&b);
	sample_story(&b);
	assert_true(build_verify(b.p, b.len));
	assert_int_equal(build_parse(in, b.p, b.len), 0);
	if (with_hash) {
		in->size = b.len;
		in->st.st_mtime = BUILD_EPOCH;
		/* Not that of the image, so that a further field does not change this line. */
		hash_text(in->sha256, "abc", 3);
	}
	f = open_memstream(&out, len);
	export_header(format, f);
	log_open(&log, &in, 1);
	export_records(format, &log, &all, f);
	fclose(f);
	log_free(&log);
	input_free(in);
	build_free(&b);
	return out;
}

static void compare(const char *name, const char *got, size_t len)
{
	const char *mode = getenv("RWLOG_GOLDEN");
	FILE *f = fopen(name, mode && strcmp(mode, "write") == 0 ? "w" : "r");
	char *want = malloc(len + 1);
	size_t n;

	if (!f)
		fail_msg("%s: cannot be opened", name);
	if (mode && strcmp(mode, "write") == 0) {
		assert_int_equal(fwrite(got, 1, len, f), len);
		assert_int_equal(fclose(f), 0);
		free(want);
		return;
	}
	n = fread(want, 1, len + 1, f);
	fclose(f);
	for (size_t i = 0, line = 1; i < len && i < n; line += got[i++] == '\n')
		if (want[i] != got[i])
			fail_msg("%s: line %zu differs: %.200s", name, line, got + i);
	assert_int_equal(n, len);
	free(want);
}

static void golden(enum export_format format, const char *name)
{
	size_t len;
	char *got = exported(format, &len, true);

	compare(name, got, len);
	free(got);
}

static void golden_files(void **state)
{
	(void)state;
	golden(EXPORT_JSONL, GOLDEN "log.jsonl");
	golden(EXPORT_ECS, GOLDEN "log.ecs.jsonl");
	golden(EXPORT_AUDITD, GOLDEN "log.audit");
}

enum ecs_type {
	KEYWORD,
	TEXT,
	LONG,
	DATE,
	IP
};

static const struct {
	const char *name;
	enum ecs_type type;
	bool array;
} fields[] = {
#define ECS(name, type, array) { name, type, array },
#include "tests/unit/rwlog/ecs_fields.def"
};

static bool used[ARRAY_SIZE(fields)];

static void check_date(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddddddddZ";

	assert_int_equal(strlen(s), sizeof(form) - 1);
	for (size_t i = 0; form[i]; i++)
		assert_true(form[i] == 'd' ? s[i] >= '0' && s[i] <= '9' : s[i] == form[i]);
}

static void check_value(const json_t *v, enum ecs_type type, const char *name)
{
	unsigned char addr[16];

	if (type == LONG) {
		if (!json_is_integer(v))
			fail_msg("%s is no integer", name);
		return;
	}
	if (!json_is_string(v))
		fail_msg("%s is no string", name);
	if (type == DATE)
		check_date(json_string_value(v));
	if (type == IP)
		assert_true(inet_pton(AF_INET, json_string_value(v), addr) == 1 ||
			    inet_pton(AF_INET6, json_string_value(v), addr) == 1);
}

static void check_leaf(const json_t *v, const char *name)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(fields) && strcmp(fields[i].name, name) != 0)
		i++;
	if (i == ARRAY_SIZE(fields))
		fail_msg("%s is no field of ECS", name);
	used[i] = true;
	if (fields[i].array != (bool)json_is_array(v))
		fail_msg("%s: an array, or not", name);
	if (!json_is_array(v))
		check_value(v, fields[i].type, name);
	for (size_t k = 0; k < json_array_size(v); k++)
		check_value(json_array_get(v, k), fields[i].type, name);
}

static void check_object(json_t *object, const char *prefix)
{
	const char *key;
	json_t *v;

	json_object_foreach(object, key, v)
	{
		char name[128];

		snprintf(name, sizeof(name), "%s%s%s", prefix, prefix[0] ? "." : "", key);
		if (strcmp(name, "ringward") == 0)
			continue;
		if (json_is_object(v))
			check_object(v, name);
		else
			check_leaf(v, name);
	}
}

static const char *word(const json_t *doc, const char *name)
{
	return json_string_value(json_array_get(json_object_get(json_object_get(doc, "event"), name), 0));
}

/* The values of event.type that the schema expects for a category, of those that rwlog writes. */
static void check_pair(const json_t *doc)
{
	static const struct {
		const char *category, *types;
	} allowed[] = {
		{ "configuration", "access change creation deletion info" },
		{ "driver", "change end info start" },
		{ "file", "access change creation deletion info" },
		{ "host", "access change end info start" },
		{ "intrusion_detection", "allowed denied info" },
		{ "library", "start" },
		{ "network", "access allowed connection denied end info protocol start" },
		{ "process", "access change end info start" },
	};
	const char *category = word(doc, "category"), *type = word(doc, "type");

	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
		if (strcmp(allowed[i].category, category) == 0 && strstr(allowed[i].types, type))
			return;
	fail_msg("event.category %s with event.type %s", category, type);
}

static void ecs_is_valid(void **state)
{
	size_t len;
	char *got = exported(EXPORT_ECS, &len, true), *line = strtok(got, "\n");

	(void)state;
	for (; line; line = strtok(NULL, "\n")) {
		json_t *doc = json_loads(line, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

		/* Jansson has no unsigned integers: such an inode's number stands under "ringward". */
		if (!doc && strstr(line, "\"ino\":18446744073709551614"))
			continue;
		assert_non_null(doc);
		check_object(doc, "");
		check_pair(doc);
		json_decref(doc);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!used[i] && strcmp(fields[i].name, "tags") != 0)
			fail_msg("no test writes %s", fields[i].name);
	free(got);
}

/* Asks ausearch about the exported lines. Return: the number of lines with @want in its answer. */
static unsigned int ausearch(const char *arguments, const char *want)
{
	char line[4096];
	unsigned int n = 0;
	FILE *f;

	snprintf(line, sizeof(line), "ausearch -if %slog.audit %s 2>/dev/null </dev/null", GOLDEN, arguments);
	f = popen(line, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		n += strstr(line, want) != NULL;
	pclose(f);
	return n;
}

static void ausearch_finds(void **state)
{
	(void)state;
	if (system("command -v ausearch >/dev/null") != 0)
		skip();
	assert_int_equal(ausearch("--raw -p 201", "type=SYSCALL"), 1);
	assert_int_equal(ausearch("--raw -p 201", "op=syslog"), 1);
	assert_true(ausearch("--raw -ui 1000", "type=SYSCALL") >= 9);
	assert_int_equal(ausearch("--raw -ui 4242", "type="), 0);
	assert_int_equal(ausearch("--raw -f /etc/passwd", "type=PATH"), 1);
	assert_int_equal(ausearch("--raw -f /bin/sh", "type=EXECVE"), 1);
	assert_int_equal(ausearch("--raw -k chmod", "type=SYSCALL"), 1);
	assert_int_equal(ausearch("-i -p 200 -sc execve", "a2=echo \"a b\""), 1);
	assert_int_equal(ausearch("--raw -m USER", "op=violation"), 2);
	/* The hostile name ends neither a quote nor a line: its event is one, with that name. */
	assert_int_equal(ausearch("--raw -sv no -p 200 -sc openat", "type=PATH"), 1);
	assert_int_equal(ausearch("--raw -p 200", "script"), 1); /* the task's name, in quotes */
}

/* Numbers of every length are right. */
static void numbers(void **state)
{
	char want[48];
	struct sink s;

	(void)state;
	for (uint64_t v = 1, step = 0; step < 64; step++, v = v << 1 | (step % 3 == 0)) {
		sink_open(&s, NULL);
		sink_u64(&s, v);
		snprintf(want, sizeof(want), "%llu", (unsigned long long)v);
		assert_int_equal(s.n, strlen(want));
		assert_memory_equal(s.p, want, s.n);
		sink_close(&s);
	}
	for (uint64_t v = 1; v; v = v > UINT64_MAX / 10 ? 0 : v * 10) {
		sink_open(&s, NULL);
		sink_u64(&s, v - 1);
		sink_u64(&s, v);
		snprintf(want, sizeof(want), "%llu%llu", (unsigned long long)v - 1, (unsigned long long)v);
		assert_int_equal(s.n, strlen(want));
		assert_memory_equal(s.p, want, s.n);
		sink_close(&s);
	}
}

static void one_time(uint64_t epoch, uint64_t ns, const char *want)
{
	struct sink s;

	sink_open(&s, NULL);
	sink_time(&s, epoch, ns);
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
	sink_close(&s);
}

static void times(void **state)
{
	(void)state;
	one_time(0, 0, "1970-01-01T00:00:00.000000000Z");
	one_time(951782399, 1999999999, "2000-02-29T00:00:00.999999999Z");
	one_time(4107542399, 0, "2100-02-28T23:59:59.000000000Z");
	one_time(4107542400, 1, "2100-03-01T00:00:00.000000001Z");
	one_time(1735689599, 0, "2024-12-31T23:59:59.000000000Z");
	one_time(253402300799, 0, "9999-12-31T23:59:59.000000000Z");
	assert_true(sink_has_time(253402300798, 1000000000));
	assert_false(sink_has_time(253402300799, 1000000000));
	assert_false(sink_has_time(0, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_files),   cmocka_unit_test(ecs_is_valid),
		cmocka_unit_test(ausearch_finds), cmocka_unit_test(numbers),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of what a policy.conf decides, from its text to the answer: against a table, against a second
 * evaluator that knows only the rules as text, and of images that are no images.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/access.h"
#include "lib/access_conf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct access_conf conf;
static uint64_t image[ACCESS_IMAGE_MAX / 8 + 1];
static uint32_t image_size;
static struct access a;

static void report(void *context, const struct conf_report *r)
{
	(void)context;
	if (!r->warning)
		fail_msg("%u:%u: %s", r->line, r->column, r->text);
}

static void compile(const char *text)
{
	struct conf_file file = { .report = report };

	assert_int_equal(access_parse(&conf, text, strlen(text), &file), 0);
	image_size = access_build(&conf, image);
	assert_in_range(image_size, sizeof(struct rw_access_hdr), ACCESS_IMAGE_MAX);
	assert_int_equal(access_open(&a, image, image_size), 0);
}

/* The scope of a path, as the agent finds it: from node to node, then what holds below the last one. */
static uint32_t scope_of(const char *path)
{
	struct span rest = { path, strlen(path) }, name;
	uint32_t node = 0, child;

	while (access_next_part(&rest, &name)) {
		child = access_child(&a, node, name.at, (uint32_t)name.size);
		if (child == RW_ACCESS_NONE)
			return a.node[node].below;
		node = child;
	}
	return a.node[node].self;
}

/* The line that decides one kind of access, with its sign; 0 if none does. */
static int line_for(const char *path, uint32_t uid, unsigned int kind)
{
	struct access_answer answer = access_decide(&a, scope_of(path), uid, 1u << kind);

	if (!(answer.decided >> kind & 1))
		return 0;
	return (answer.denied | answer.audited) >> kind & 1 ? -(int)a.rule[answer.rule[kind]].line :
							      (int)a.rule[answer.rule[kind]].line;
}

static void test_decisions(void **state)
{
	static const struct {
		const char *path;
		uint32_t uid;
		enum rw_right kind;
		int line;
	} rows[] = {
		{ "/tmp/log", 1000, RW_RIGHT_READ, -1 },
		{ "/tmp/log", 1001, RW_RIGHT_READ, 0 },
		{ "/tmp/log", 0, RW_RIGHT_READ, -2 },
		{ "/tmp/log", 0, RW_RIGHT_WRITE, 3 },
		{ "/tmp/log", 0, RW_RIGHT_APPEND, 3 },
		{ "/tmp/log/x", 0, RW_RIGHT_READ, 0 },
		{ "/tmp", 0, RW_RIGHT_READ, 0 },
		{ "/etc", 0, RW_RIGHT_WRITE, -4 },
		{ "/etc/x/y", 7, RW_RIGHT_WRITE, -4 },
		{ "/etc/x/y", 7, RW_RIGHT_READ, 0 },
		{ "/etc/own/", 5, RW_RIGHT_WRITE, 5 },
		{ "/etc/own/a/b", 5, RW_RIGHT_APPEND, 5 },
		{ "/etc/own/a/b", 6, RW_RIGHT_APPEND, -4 },
		{ "/etcetera", 6, RW_RIGHT_APPEND, 0 },
		{ "/etc/own/a", 5, RW_RIGHT_WRITE, -6 },
		{ "/etc/own/a/b", 5, RW_RIGHT_WRITE, 5 },
		{ "/log", 3, RW_RIGHT_APPEND, 7 },
		{ "/log", 3, RW_RIGHT_WRITE, -8 },
		{ "/bin/a b", 0, RW_RIGHT_EXECUTE, -9 },
		{ "/bin/a", 0, RW_RIGHT_EXECUTE, 0 },
	};

	(void)state;
	compile("-r /tmp/log 1000\n-r /tmp/log 0\n+w /tmp/log 0\n"
		"-w /etc/ *\n+w /etc/own/ 5\n-w /etc/own/a *\n"
		"+a /log *\n-w /log *\n-x \"/bin/a b\" *\n");
	for (size_t i = 0; i < COUNT(rows); i++)
		if (line_for(rows[i].path, rows[i].uid, rows[i].kind) != rows[i].line)
			fail_msg("%s %u %u: line %d instead of %d", rows[i].path, rows[i].uid, rows[i].kind,
				 line_for(rows[i].path, rows[i].uid, rows[i].kind), rows[i].line);
}

static void test_modes(void **state)
{
	struct access_answer answer;

	(void)state;
	compile("-r /a 0 audit\n-w /a *\n");
	answer = access_decide(&a, scope_of("/a"), 0, RW_RIGHT_ALL);
	assert_int_equal(answer.denied, 1u << RW_RIGHT_WRITE | 1u << RW_RIGHT_APPEND);
	assert_int_equal(answer.audited, 1u << RW_RIGHT_READ);
	assert_int_equal(answer.decided, RW_RIGHT_ALL & ~(1u << RW_RIGHT_EXECUTE));
	compile("mode audit\n-r /a 0 audit\n-w /a *\n");
	answer = access_decide(&a, scope_of("/a"), 0, RW_RIGHT_ALL);
	assert_int_equal(answer.denied, 0);
	assert_int_equal(answer.audited, RW_RIGHT_ALL & ~(1u << RW_RIGHT_EXECUTE));
	assert_memory_equal(a.text + a.rule[1].text, "-w /a *", a.rule[1].len);
}

/* A small random generator with a fixed start: a failure repeats. */
static uint64_t seed;

static uint32_t any(uint32_t limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % limit;
}

/* The second evaluator: it knows the rules as they were written, and the sentence in the documentation. */
struct oracle_rule {
	char path[64]; /* with its trailing slash, if it has one */
	char sign;
	uint32_t uid, kinds;
};

static bool oracle_covers(const struct oracle_rule *rule, const char *path)
{
	size_t len = strlen(rule->path);

	if (rule->path[len - 1] != '/')
		return strcmp(path, rule->path) == 0;
	return strncmp(path, rule->path, len) == 0 ||
	       (strncmp(path, rule->path, len - 1) == 0 && path[len - 1] == '\0');
}

/* A path without a slash at its end is more specific than the same one with it. */
static size_t oracle_rank(const struct oracle_rule *rule)
{
	size_t len = strlen(rule->path);

	return rule->path[len - 1] == '/' ? 2 * (len - 1) : 2 * len + 1;
}

static int oracle(const struct oracle_rule *rules, uint32_t count, const char *path, uint32_t uid,
		  uint32_t kind)
{
	int best = -1;

	for (uint32_t i = 0; i < count; i++) {
		const struct oracle_rule *r = &rules[i];

		if (!(r->kinds >> kind & 1) || (r->uid != uid && r->uid != ACCESS_UID_ANY) ||
		    !oracle_covers(r, path))
			continue;
		if (best < 0 || oracle_rank(r) > oracle_rank(&rules[best]))
			best = (int)i;
	}
	if (best < 0)
		return 0;
	return rules[best].sign == '-' ? -(best + 1) : best + 1;
}

static void make_path(char path[64], bool slash)
{
	static const char *const names[] = { "a", "b", "ab", "log", "x y" };
	uint32_t parts = any(5);
	size_t len = 0;

	path[0] = '\0';
	for (uint32_t i = 0; i < parts; i++)
		len += (size_t)sprintf(path + len, "/%s", names[any(COUNT(names))]);
	if (slash || !len)
		strcat(path, "/");
}

/* Writes a random policy: its text to @text, its rules to @rules. Return: how many. */
static uint32_t make_policy(char *text, struct oracle_rule rules[24])
{
	uint32_t count = any(24) + 1;

	for (uint32_t i = 0; i < count; i++) {
		struct oracle_rule *r = &rules[i];
		char letters[5];
		size_t n = 0;

		r->kinds = any(RW_RIGHT_ALL) + 1;
		r->sign = "+-"[any(2)];
		r->uid = any(4) ? any(4) : ACCESS_UID_ANY;
		make_path(r->path, any(2));
		for (unsigned int kind = 0; kind < RW_RIGHTS; kind++)
			if (r->kinds >> kind & 1)
				letters[n++] = "rwax"[kind];
		letters[n] = '\0';
		if (r->kinds >> RW_RIGHT_WRITE & 1)
			r->kinds |= 1u << RW_RIGHT_APPEND;
		text += sprintf(text, "%c%s \"%s\" ", r->sign, letters, r->path);
		text += r->uid == ACCESS_UID_ANY ? sprintf(text, "*\n") : sprintf(text, "%u\n", r->uid);
	}
	return count;
}

#define POLICIES 1000000u

/* ACCESS_POLICIES gives another number of policies: each one is asked twice. */
static void test_against_the_oracle(void **state)
{
	const char *given = getenv("ACCESS_POLICIES");
	unsigned long policies = given ? strtoul(given, NULL, 10) : POLICIES / 50;
	static struct oracle_rule rules[24];
	char text[4096], path[64];

	(void)state;
	seed = 7;
	for (unsigned long i = 0; i < policies; i++) {
		uint32_t count = make_policy(text, rules);

		compile(text);
		for (unsigned int j = 0; j < 2; j++) {
			uint32_t uid = any(5), kind = any(RW_RIGHTS);

			make_path(path, false);
			if (line_for(path, uid, kind) != oracle(rules, count, path, uid, kind))
				fail_msg("policy\n%s%s, uid %u, kind %u: line %d instead of %d", text, path,
					 uid, kind, line_for(path, uid, kind),
					 oracle(rules, count, path, uid, kind));
		}
	}
}

/* Looks at all that an image has. */
static void use(void)
{
	static const char *const paths[] = { "/", "/a", "/a/b", "/log", "/x y/ab/log/q" };

	for (size_t i = 0; i < COUNT(paths); i++)
		for (uint32_t uid = 0; uid < 5; uid++)
			access_decide(&a, scope_of(paths[i]), uid, RW_RIGHT_ALL);
	for (uint32_t i = 0; i < a.hdr->rules; i++)
		for (uint32_t j = 0; j < a.rule[i].len; j++)
			assert_true(a.text[a.rule[i].text + j] == a.text[a.rule[i].text + j]);
}

static void test_damaged_images(void **state)
{
	static struct oracle_rule rules[24];
	uint32_t refused = 0, passed = 0;
	char text[4096];

	(void)state;
	seed = 11;
	for (unsigned int round = 0; round < 200; round++) {
		uint8_t *block;

		make_policy(text, rules);
		compile(text);
		block = malloc(image_size);
		assert_non_null(block);
		for (unsigned int i = 0; i < 200; i++) {
			uint32_t size = any(8) ? image_size : any(image_size) & ~7u;

			memcpy(block, image, image_size);
			block[any(image_size)] ^= (uint8_t)(1u << any(8));
			if (any(2))
				block[any(image_size)] = (uint8_t)(any(2) ? 0xff : any(256));
			if (access_open(&a, block, size))
				refused++;
			else {
				passed++;
				use();
			}
		}
		free(block);
	}
	assert_true(refused > 10000 && passed > 1000);
}

/* However many rules there are, a decision takes the same steps. */
static void test_ten_thousand_rules(void **state)
{
	char *text = malloc(10000 * 48), *at = text;

	(void)state;
	assert_non_null(text);
	for (unsigned int i = 0; i < 10000; i++)
		at += sprintf(at, "-r /srv/%u/data %u\n", i % 5000, i / 5000 * 1000);
	compile(text);
	assert_int_equal(line_for("/srv/77/data", 0, RW_RIGHT_READ), -78);
	assert_int_equal(line_for("/srv/77/data", 1000, RW_RIGHT_READ), -5078);
	assert_int_equal(line_for("/srv/77/data", 1, RW_RIGHT_READ), 0);
	assert_int_equal(line_for("/srv/77/date", 1000, RW_RIGHT_READ), 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decisions),          cmocka_unit_test(test_modes),
		cmocka_unit_test(test_against_the_oracle), cmocka_unit_test(test_damaged_images),
		cmocka_unit_test(test_ten_thousand_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

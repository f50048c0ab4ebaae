/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of levels in a policy.conf: which files and users have which, and what they decide. */
#include "tests/unit/lib/access_image.h"

static uint16_t level_of(const char *path)
{
	return access_object_label(&a, scope_of(path)).level;
}

static void test_levels(void **state)
{
	(void)state;
	compile("level low 1\nlevel high 65534\nlevels highwater\n"
		"subject uid 7 level high\nsubject uid 5 level low\nsubject exe /bin/x level low\n"
		"object /srv/ level low\nobject /srv/a level high\nobject /srv/a/b/ level high\n"
		"-r /srv/c/d 0\n");
	assert_int_equal(a.hdr->flags, RW_ACCESS_HIGH_WATER);
	assert_int_equal(access_user_label(&a, 5).level, 1);
	assert_int_equal(access_user_label(&a, 7).level, 65534);
	assert_int_equal(access_user_label(&a, 7).rule, 0);
	assert_int_equal(access_user_label(&a, 6).level, RW_ACCESS_NO_LEVEL);
	assert_int_equal(access_user_label(&a, 8).level, RW_ACCESS_NO_LEVEL);
	assert_int_equal(a.file[access_file(&a, node_of("/bin/x"))].label.level, 1);
	assert_int_equal(level_of("/"), RW_ACCESS_NO_LEVEL);
	assert_int_equal(level_of("/srv"), 1);
	assert_int_equal(level_of("/srv/a"), 65534);
	assert_int_equal(level_of("/srv/a/x"), 1);
	assert_int_equal(level_of("/srv/a/b/x"), 65534);
	assert_int_equal(level_of("/srv/c/d"), 1);
	assert_int_equal(level_of("/srv/x/y"), 1);
	assert_int_equal(level_of("/bin/x"), RW_ACCESS_NO_LEVEL);
	assert_int_equal(a.rule[access_object_label(&a, scope_of("/srv/c/d")).rule].line, 7);
	assert_int_equal(access_decide(&a, scope_of("/srv/c/d"), 0, 1u << RW_RIGHT_READ).denied,
			 1u << RW_RIGHT_READ);
}

/* Reading up, writing down, appending up: for each pair of levels, and a file that has two. */
static void test_level_decisions(void **state)
{
	const uint32_t r = 1u << RW_RIGHT_READ, w = 1u << RW_RIGHT_WRITE, ap = 1u << RW_RIGHT_APPEND,
		       x = 1u << RW_RIGHT_EXECUTE;
	static const uint16_t none = RW_ACCESS_NO_LEVEL;

	(void)state;
	assert_int_equal(access_level_refuses(2, 2, 2, RW_RIGHT_ALL), 0);
	assert_int_equal(access_level_refuses(1, 2, 2, RW_RIGHT_ALL), r | w | x);
	assert_int_equal(access_level_refuses(3, 2, 2, RW_RIGHT_ALL), w | ap);
	assert_int_equal(access_level_refuses(2, 1, 3, RW_RIGHT_ALL), RW_RIGHT_ALL);
	assert_int_equal(access_level_refuses(3, 1, 3, RW_RIGHT_ALL), w | ap);
	assert_int_equal(access_level_refuses(0, 65534, 65534, ap), 0);
	assert_int_equal(access_level_refuses(none, 0, 65534, RW_RIGHT_ALL), 0);
	assert_int_equal(access_level_refuses(0, none, none, RW_RIGHT_ALL), 0);
	assert_int_equal(access_level_refuses(3, 2, 2, r), 0);
}

/* The most specific line about the level of @path, of @count; -1 if there is none. */
static int oracle_object(const struct oracle_rule *objects, uint32_t count, const char *path)
{
	int best = -1;

	for (uint32_t i = 0; i < count; i++)
		if (oracle_covers(&objects[i], path) &&
		    (best < 0 || oracle_rank(&objects[i]) > oracle_rank(&objects[best])))
			best = (int)i;
	return best;
}

/* What the two sentences of Bell and LaPadula say of one kind of access. */
static bool oracle_refuses(int subject, int object, uint32_t kind)
{
	const bool reads = kind == RW_RIGHT_READ || kind == RW_RIGHT_EXECUTE || kind == RW_RIGHT_WRITE;
	const bool writes = kind == RW_RIGHT_WRITE || kind == RW_RIGHT_APPEND;

	if (subject < 0 || object < 0)
		return false;
	return (reads && object > subject) || (writes && object < subject);
}

/* Writes a policy with lines about levels, in any order among lines of other kinds. Return: its objects. */
static uint32_t make_levels(char *text, struct oracle_rule objects[12], int subjects[4])
{
	uint32_t count = any(12) + 1;
	char path[64];

	text += sprintf(text, "level l0 0\nlevel l1 7\nlevel l2 8\nlevel l3 65534\n");
	for (unsigned int i = 0; i < 4; i++) {
		subjects[i] = (int)any(5) - 1;
		if (subjects[i] >= 0)
			text += sprintf(text, "subject uid %u level l%d\n", i, subjects[i]);
	}
	for (uint32_t others = any(4); others; others--) {
		make_path(path, any(2));
		text += sprintf(text, "%cr \"%s\" *\n", "+-"[any(2)], path);
	}
	for (uint32_t i = 0; i < count; i++) {
		make_path(objects[i].path, any(2));
		objects[i].uid = any(4); /* the level */
		text += sprintf(text, "object \"%s\" level l%u\n", objects[i].path, objects[i].uid);
	}
	return count;
}

/* Levels by a naive second evaluator: lines as written, numbers of levels from 0. */
static void test_levels_against_the_oracle(void **state)
{
	static struct oracle_rule objects[12];
	char text[8192], path[64];
	int subjects[4];

	(void)state;
	seed = 13;
	for (unsigned long i = 0, n = policies(); i < n; i++) {
		uint32_t count = make_levels(text, objects, subjects);

		compile(text);
		for (unsigned int j = 0; j < 4; j++) {
			uint32_t uid = any(4), kind = any(RW_RIGHTS);
			struct rw_access_label label;
			bool refused;
			int best;

			make_path(path, false);
			best = oracle_object(objects, count, path);
			label = access_object_label(&a, scope_of(path));
			refused = access_level_refuses(access_user_label(&a, uid).level, label.level,
						       label.level, 1u << kind);
			if (refused !=
			    oracle_refuses(subjects[uid], best < 0 ? -1 : (int)objects[best].uid, kind))
				fail_msg("policy\n%s%s, uid %u, kind %u: %d", text, path, uid, kind, refused);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_level_decisions),
		cmocka_unit_test(test_levels_against_the_oracle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Images of policies that tests make, and what their second, naive evaluators share. */
#pragma once

#include "tests/unit/lib/conf.h"

#include "lib/access.h"
#include "lib/access_conf.h"

static struct access_conf conf;
static uint64_t image[ACCESS_IMAGE_MAX / 8 + 1];
static uint32_t image_size;
static struct access a;

static inline void compile(const char *text)
{
	struct conf_file file = { .report = no_error };

	assert_int_equal(access_parse(&conf, text, strlen(text), &file, RW_ACCESS_EVERYTHING), 0);
	image_size = access_build(&conf, image);
	assert_in_range(image_size, sizeof(struct rw_access_hdr), ACCESS_IMAGE_MAX);
	assert_int_equal(access_open(&a, image, image_size), 0);
}

/* The scope of a path, as the agent finds it: from node to node, then what holds below the last one. */
static inline uint32_t scope_of(const char *path)
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

/* The node of a path that some line names. */
static inline uint32_t node_of(const char *path)
{
	struct span rest = { path, strlen(path) }, name;
	uint32_t node = 0;

	while (access_next_part(&rest, &name)) {
		node = access_child(&a, node, name.at, (uint32_t)name.size);
		assert_int_not_equal(node, RW_ACCESS_NONE);
	}
	return node;
}

/* A small random generator with a fixed start: a failure repeats. */
static uint64_t seed;

static inline uint32_t any(uint32_t limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % limit;
}

/* The second evaluator: it knows the rules as they were written, and the sentence in the documentation. */
struct oracle_rule {
	char path[64]; /* with its trailing slash, if it has one */
	char sign;     /* 't': allow trusted */
	uint32_t uid, kinds;
	uint32_t program; /* of an allow trusted */
};

static inline bool oracle_covers(const struct oracle_rule *rule, const char *path)
{
	size_t len = strlen(rule->path);

	if (rule->path[len - 1] != '/')
		return strcmp(path, rule->path) == 0;
	return strncmp(path, rule->path, len) == 0 ||
	       (strncmp(path, rule->path, len - 1) == 0 && path[len - 1] == '\0');
}

/* A path without a slash at its end is more specific than the same one with it. */
static inline size_t oracle_rank(const struct oracle_rule *rule)
{
	size_t len = strlen(rule->path);

	return rule->path[len - 1] == '/' ? 2 * (len - 1) : 2 * len + 1;
}

static inline void make_path(char path[64], bool slash)
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

#define POLICIES 1000000u

/* How many policies a test makes; ACCESS_POLICIES gives another number. */
static inline unsigned long policies(void)
{
	const char *given = getenv("ACCESS_POLICIES");

	return given ? strtoul(given, NULL, 10) : POLICIES / 50;
}

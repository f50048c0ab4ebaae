// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// rwpolicy explain: what a policy.conf decides, and by which line.
#include "explain.h"

#include <stdio.h>
#include <string.h>

#include "lib/access.h"

static const char *const kind_names[RW_RIGHTS] = {
	[RW_RIGHT_READ] = "read",
	[RW_RIGHT_WRITE] = "write",
	[RW_RIGHT_APPEND] = "append",
	[RW_RIGHT_EXECUTE] = "execute",
};

/* Reads the kinds from letters. Return: false on anything else. */
static bool parse_access(const char *text, uint32_t *kinds)
{
	char letters[RW_RIGHTS + 1];
	const char *found;

	access_letters(RW_RIGHT_ALL, letters);
	for (*kinds = 0; *text; text++) {
		found = strchr(letters, *text);
		if (!found)
			return false;
		*kinds |= 1u << (found - letters);
	}
	return *kinds != 0;
}

/* The scope of a path. Return: false on a path that no rule could name. */
static bool find_scope(const struct access *a, const char *path, uint32_t *scope)
{
	struct span rest = { path, strlen(path) }, name;
	uint32_t node = 0, child = 0;

	if (path[0] != '/')
		return false;
	while (access_next_part(&rest, &name)) {
		if (span_equals(name, ".") || span_equals(name, ".."))
			return false;
		if (child != RW_ACCESS_NONE)
			child = access_child(a, node, name.at, (uint32_t)name.size);
		if (child != RW_ACCESS_NONE)
			node = child;
	}
	*scope = child == RW_ACCESS_NONE ? a->node[node].below : a->node[node].self;
	return true;
}

static void explain_kind(const struct access_conf *conf, const struct access *a, const char *name,
			 const struct explain_query *query, unsigned int kind, struct access_answer answer)
{
	const struct access_rule *rule = &conf->rule[answer.rule[kind]];
	const char *verdict = "allowed";

	if (answer.denied >> kind & 1)
		verdict = "refused";
	else if (answer.audited >> kind & 1)
		verdict = "allowed and recorded (audit)";
	printf("%s: %s by uid %s: %s\n", query->path, kind_names[kind], query->uid, verdict);
	if (!(answer.decided >> kind & 1)) {
		printf("  no line is about it\n");
		return;
	}
	printf("  %s:%u: %.*s\n", name, rule->number, (int)a->rule[answer.rule[kind]].len,
	       a->text + a->rule[answer.rule[kind]].text);
	printf("  the first line for %s and this access among those with the most specific path that has one, "
	       "%.*s\n",
	       rule->uid == ACCESS_UID_ANY ? "all users" : "this user", (int)rule->path.size, rule->path.at);
}

int explain(const struct access_conf *conf, const char *name, const struct explain_query *query,
	    const char **wrong)
{
	static uint64_t image[ACCESS_IMAGE_MAX / sizeof(uint64_t) + 1];
	struct access_answer answer;
	uint32_t uid, kinds, scope;
	struct access a;

	*wrong = NULL;
	if (!query->path || !query->uid || !query->access)
		*wrong = "explain needs --path, --uid and --access";
	else if (!span_number((struct span){ query->uid, strlen(query->uid) }, 10, &uid) ||
		 uid == ACCESS_UID_ANY)
		*wrong = "--uid: not a number below 4294967295";
	else if (!parse_access(query->access, &kinds))
		*wrong = "--access: letters of rwax are wanted";
	else if (access_open(&a, image, access_build(conf, image)) || !find_scope(&a, query->path, &scope))
		*wrong = "--path: an absolute path without . and .. is wanted";
	if (*wrong)
		return -1;
	answer = access_decide(&a, scope, uid, kinds);
	for (unsigned int kind = 0; kind < RW_RIGHTS; kind++)
		if (kinds >> kind & 1)
			explain_kind(conf, &a, name, query, kind, answer);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// What an access image decides, and by which line.
#include "explain.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/access_conf.h"

static const char *const kind_names[RW_RIGHTS] = {
	[RW_RIGHT_READ] = "read",
	[RW_RIGHT_WRITE] = "write",
	[RW_RIGHT_APPEND] = "append",
	[RW_RIGHT_EXECUTE] = "execute",
};

uint32_t explain_kinds(const char *access)
{
	char letters[RW_RIGHTS + 1];
	uint32_t kinds = 0;
	const char *found;

	if (!access)
		return RW_RIGHT_ALL;
	access_letters(RW_RIGHT_ALL, letters);
	for (; *access; access++) {
		found = strchr(letters, *access);
		if (!found)
			return 0;
		kinds |= 1u << (found - letters);
	}
	return kinds;
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

/* Writes the path of a node to the end of @out, which has room for the longest. Return: its start. */
static char *node_path(const struct access *a, uint32_t node, bool below, char out[PATH_MAX + 1])
{
	char *at = out + PATH_MAX;

	*at = '\0';
	if (!node && !below)
		*--at = '.';
	if (below || !node)
		*--at = '/';
	for (; node; node = a->node[node].parent) {
		const struct rw_access_node *n = &a->node[node];

		if ((size_t)(at - out) <= n->len)
			break; /* longer than any path of a file */
		at -= n->len;
		memcpy(at, a->text + n->name, n->len);
		*--at = '/';
	}
	return at;
}

/* The scope that decides: the last from which the answer is still by the same rule. */
static uint32_t deciding_scope(const struct access *a, uint32_t scope, uint32_t uid, enum rw_right kind)
{
	uint16_t rule = access_decide(a, scope, uid, 1u << kind).rule[kind];

	for (uint32_t next; next = a->scope[scope].next, next != RW_ACCESS_NONE; scope = next) {
		struct access_answer answer = access_decide(a, next, uid, 1u << kind);

		if (!(answer.decided >> kind & 1) || answer.rule[kind] != rule)
			break;
	}
	return scope;
}

/* The path that the lines of a scope have: the first node that names the scope is theirs. */
static void scope_path(const struct access *a, uint32_t scope, struct explained *e)
{
	char out[PATH_MAX + 1];
	uint32_t node = 0;

	while (node + 1 < a->hdr->nodes && a->node[node].self != scope && a->node[node].below != scope)
		node++;
	snprintf(e->path, sizeof(e->path), "%s", node_path(a, node, a->node[node].below == scope, out));
}

static void set_line(const struct access *a, uint16_t rule, struct explained *e)
{
	e->line = a->rule[rule].line;
	e->text = a->text + a->rule[rule].text;
	e->len = a->rule[rule].len;
}

/* The scope whose lines give @scope its level. */
static uint32_t labelled_scope(const struct access *a, uint32_t scope)
{
	const uint16_t rule = a->scope[scope].label.rule;

	while (a->scope[scope].next != RW_ACCESS_NONE && a->scope[a->scope[scope].next].label.rule == rule)
		scope = a->scope[scope].next;
	return scope;
}

/* What levels decide where no other line refuses. Return: whether they refuse. */
static bool explain_levels(const struct access *a, uint32_t uid, uint32_t scope, enum rw_right kind,
			   struct explained *e)
{
	const struct rw_access_label subject = access_user_label(a, uid);
	const struct rw_access_label object = access_object_label(a, scope);

	if (!access_level_refuses(subject.level, object.level, object.level, 1u << kind))
		return false;
	e->verdict = a->hdr->mode == RW_ACCESS_AUDIT ? "recorded" : "refused";
	e->subject = a->rule[subject.rule].line;
	set_line(a, object.rule, e);
	scope_path(a, labelled_scope(a, scope), e);
	return true;
}

const char *explain(const struct access *a, const struct explain_query *query, enum rw_right kind,
		    struct explained *e)
{
	struct access_answer answer;
	uint32_t uid, scope;

	if (!span_number((struct span){ query->uid, strlen(query->uid) }, 10, &uid) || uid == ACCESS_UID_ANY)
		return "the uid is not a number below 4294967295";
	if (!find_scope(a, query->path, &scope))
		return "the path is not an absolute one without . and ..";
	answer = access_decide(a, scope, uid, 1u << kind);
	*e = (struct explained){ .access = kind_names[kind], .verdict = "allowed" };
	if (answer.denied >> kind & 1)
		e->verdict = "refused";
	else if (answer.audited >> kind & 1)
		e->verdict = "recorded";
	if (!(answer.denied >> kind & 1) && explain_levels(a, uid, scope, kind, e))
		return NULL;
	if (!(answer.decided >> kind & 1))
		return NULL;
	set_line(a, answer.rule[kind], e);
	scope_path(a, deciding_scope(a, scope, uid, kind), e);
	return NULL;
}

void explain_print(const struct explain_query *query, const struct explained *e, const char *file)
{
	printf("%s: %s by uid %s: %s\n", query->path, e->access, query->uid,
	       strcmp(e->verdict, "recorded") == 0 ? "allowed and recorded (audit)" : e->verdict);
	if (!e->text) {
		printf("  no line is about it\n");
		return;
	}
	if (!e->line)
		printf("  built in (door results): ");
	else if (file)
		printf("  %s:%u: ", file, e->line);
	else
		printf("  line %u: ", e->line);
	printf("%.*s\n", (int)e->len, e->text);
	if (e->subject)
		printf("  the level of the file; line %u gives the user another one\n", e->subject);
	else if (strncmp(e->text, "allow", 5) == 0)
		printf("  what is for trusted programs alone comes before all other lines about %s\n",
		       e->path);
	else
		printf("  the first line about %s for this user and access; no path that covers the file more closely "
		       "has one\n",
		       e->path);
}

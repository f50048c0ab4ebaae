// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// rwctl policy: the access policy in force, and what it decides about a file and a user.
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "abi/policy.h"
#include "lib/access.h"
#include "lib/access_conf.h"
#include "rwctl.h"
#include "tools/rwpolicy/explain.h"

/* Return: the image, to be freed; NULL after an error message. */
static void *get_policy(int fd, struct access *a)
{
	void *image = malloc(RW_POLICY_BYTES_MAX);
	struct rw_ioc_image req = { .buffer = (uintptr_t)image, .size = RW_POLICY_BYTES_MAX };
	int ret = image ? ioctl(fd, RW_IOC_POLICY, &req) : -1;

	if (ret != 0 && errno == ENODATA)
		fputs("rwctl: policy: there was no policy.conf when this machine started\n", stderr);
	else if (ret != 0)
		fprintf(stderr, "rwctl: policy: %s\n", strerror(errno));
	else if (access_open(a, image, (uint32_t)req.size) != 0)
		fputs("rwctl: policy: the policy is not as this version knows it\n", stderr);
	else
		return image;
	free(image);
	return NULL;
}

static const char *const modes[RW_ACCESS_MODE_COUNT] = {
	[RW_ACCESS_ENFORCE] = "enforce",
	[RW_ACCESS_AUDIT] = "audit",
};

static const char *const door_states[RW_DOOR_STATES] = {
	[RW_DOOR_OPEN] = "open",
	[RW_DOOR_AUDIT] = "audit",
	[RW_DOOR_SHUT] = "shut",
};

static bool is_supported(unsigned int door)
{
	return RW_ACCESS_SUPPORTED & RW_ACCESS_DOOR(door);
}

static void print_policy(const struct access *a)
{
	printf("mode     %s\n", modes[a->hdr->mode]);
	for (unsigned int i = 0; i < RW_DOORS; i++)
		if (is_supported(i))
			printf("door     %s %s\n", access_door_name(i), door_states[access_door(a, i)]);
	printf("lines    %" PRIu32 "\n", a->hdr->rules);
	for (uint32_t i = 0; i < a->hdr->rules; i++) {
		const struct rw_access_rule *r = &a->rule[i];

		if (r->line)
			printf("%8" PRIu32 " %.*s\n", r->line, (int)r->len, a->text + r->text);
		else
			printf("built in %.*s\n", (int)r->len, a->text + r->text);
	}
}

static json_t *policy_json(const struct access *a)
{
	json_t *lines = json_array(), *doors = json_object();

	for (uint32_t i = 0; i < a->hdr->rules; i++) {
		const struct rw_access_rule *r = &a->rule[i];

		json_array_append_new(lines, json_pack("{s:I, s:s%}", "line", (json_int_t)r->line, "text",
						       a->text + r->text, (size_t)r->len));
	}
	for (unsigned int i = 0; i < RW_DOORS; i++)
		if (is_supported(i))
			json_object_set_new(doors, access_door_name(i),
					    json_string(door_states[access_door(a, i)]));
	return json_pack("{s:s, s:o, s:o}", "mode", modes[a->hdr->mode], "doors", doors, "lines", lines);
}

static json_t *explained_json(const struct explained *e)
{
	if (!e->text)
		return json_pack("{s:s, s:s}", "access", e->access, "verdict", e->verdict);
	return json_pack("{s:s, s:s, s:I, s:s%, s:s}", "access", e->access, "verdict", e->verdict, "line",
			 (json_int_t)e->line, "text", e->text, (size_t)e->len, "path", e->path);
}

/*
 * The name by which the rules know a file: without symbolic links and so on. A file that does not exist is
 * taken as it is written, in the directory that it would be in.
 */
static bool resolve(const char *path, char out[PATH_MAX + 1])
{
	char folder[PATH_MAX + 1], real[PATH_MAX + 1];
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (realpath(path, out))
		return true;
	if (errno != ENOENT || !*name || len >= sizeof(folder) - 1)
		return false;
	snprintf(folder, sizeof(folder), "%.*s%s", (int)len, path, slash ? "/" : ".");
	if (!realpath(folder, real))
		return false;
	return snprintf(out, PATH_MAX + 1, "%s%s%s", real, real[1] ? "/" : "", name) <= PATH_MAX;
}

/* Return: the exit status. */
static int explain_file(const struct access *a, const struct explain_query *asked, json_t **json)
{
	uint32_t kinds = explain_kinds(asked->access);
	struct explain_query query = *asked;
	char path[PATH_MAX + 1];

	if (!resolve(asked->path, path)) {
		fprintf(stderr, "rwctl: policy: %s: %s\n", asked->path, strerror(errno));
		return 1;
	}
	query.path = path;
	for (unsigned int kind = 0; kind < RW_RIGHTS; kind++) {
		struct explained e;
		const char *wrong;

		if (!(kinds >> kind & 1))
			continue;
		wrong = explain(a, &query, kind, &e);
		if (wrong) {
			fprintf(stderr, "rwctl: policy: %s\n", wrong);
			return 2;
		}
		if (*json)
			json_array_append_new(*json, explained_json(&e));
		else
			explain_print(&query, &e, NULL);
	}
	return 0;
}

int policy(int fd, char **arguments, bool json)
{
	struct explain_query query = { 0 };
	json_t *out = NULL;
	struct access a;
	void *image = get_policy(fd, &a);
	int ret = 0;

	if (!image)
		return 1;
	if (arguments[0]) {
		query = (struct explain_query){ arguments[0], arguments[1], arguments[2] };
		out = json ? json_array() : NULL;
		ret = explain_file(&a, &query, &out);
	} else if (json)
		out = policy_json(&a);
	else
		print_policy(&a);
	if (out && !ret && json_dumpf(out, stdout, JSON_INDENT(2)) == 0)
		putchar('\n');
	json_decref(out);
	free(image);
	if (ret)
		return ret;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fprintf(stderr, "rwctl: standard output: %s\n", strerror(errno));
	return 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of a boot's cgroups, from its own records. */
#define _GNU_SOURCE
#include "cgroups.h"

#include <stdlib.h>
#include <string.h>

#include "lib/hex.h"
#include "util.h"

#define CONTAINER_ID 64u /* digits */

static int by_id(const void *a, const void *b)
{
	const struct cgroup *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

void cgroups_add(struct cgroups *c, const struct rec *r)
{
	struct rec_field path;

	if (r->hdr.type != RW_REC_CGROUP || !rec_field(r, RW_F_PATH, &path))
		return;
	c->one = grow(c->one, c->n, &c->cap, sizeof(*c->one));
	c->one[c->n++] = (struct cgroup){ rec_number(r, RW_F_CGROUP), value_text(&path) };
}

void cgroups_sort(struct cgroups *c)
{
	if (c->n)
		qsort(c->one, c->n, sizeof(*c->one), by_id);
}

struct cgroups cgroups_index(const struct rec *rec, size_t n)
{
	struct cgroups c = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		cgroups_add(&c, &rec[i]);
	cgroups_sort(&c);
	return c;
}

void cgroups_free(struct cgroups *c)
{
	free(c->one);
	*c = (struct cgroups){ .n = 0 };
}

bool cgroups_find(const struct cgroups *c, uint64_t id, struct text *path)
{
	const struct cgroup key = { .id = id }, *found;

	if (!c || !c->n)
		return false;
	found = bsearch(&key, c->one, c->n, sizeof(key), by_id);
	if (found)
		*path = found->path;
	return found != NULL;
}

static bool ends_with(struct text t, const char *end)
{
	size_t n = strlen(end);

	return t.len > n && memcmp(t.p + t.len - n, end, n) == 0;
}

bool cgroups_unit(struct text path, struct text *unit)
{
	while (path.len) {
		const uint8_t *slash = memrchr(path.p, '/', path.len);
		const uint8_t *name = slash ? slash + 1 : path.p;

		*unit = (struct text){ name, (size_t)(path.p + path.len - name) };
		if (ends_with(*unit, ".service") || ends_with(*unit, ".scope"))
			return true;
		path.len = slash ? (size_t)(slash - path.p) : 0;
	}
	return false;
}

bool cgroups_container(struct text path, struct text *id)
{
	bool found = false;
	size_t run = 0;

	for (size_t i = 0; i <= path.len; i++) {
		if (i < path.len && hex_digit((char)path.p[i]) >= 0) {
			run++;
			continue;
		}
		if (run == CONTAINER_ID) {
			*id = (struct text){ path.p + i - run, run };
			found = true;
		}
		run = 0;
	}
	return found;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which program a process runs at which time, from a boot's records of exec and fork. */
#include "programs.h"

#include <stdlib.h>

#include "util.h"

#define GENERATIONS 64u /* forks without an exec that are followed back */

static void add(struct programs *p, struct program_step step)
{
	p->v = grow(p->v, p->n, &p->cap, sizeof(*p->v));
	p->v[p->n++] = step;
}

void programs_add(struct programs *p, const struct rec *r)
{
	struct program_step step = { .time_ns = r->hdr.time_ns };
	struct rec_field path;
	struct rw_task task;

	if (r->hdr.type != RW_REC_EXEC && r->hdr.type != RW_REC_FORK)
		return;
	if (r->hdr.verdict == RW_VERDICT_DENY || rec_number(r, RW_F_RESULT) || rec_task(r, &task) < 2)
		return;
	if (r->hdr.type == RW_REC_EXEC) {
		if (!rec_field(r, RW_F_PATH, &path))
			return;
		step.tgid = task.tgid;
		step.path = value_text(&path);
	} else {
		if (rec_number(r, RW_F_THREAD))
			return;
		step.tgid = (uint32_t)rec_number(r, RW_F_CHILD_TGID);
		step.parent = task.tgid;
	}
	add(p, step);
}

static int by_process_and_time(const void *a, const void *b)
{
	const struct program_step *x = a, *y = b;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return (x->parent == 0) - (y->parent == 0); /* at one time, the fork comes first */
}

void programs_sort(struct programs *p)
{
	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_process_and_time);
}

/* The process' last step that is not after a time, or NULL. */
static const struct program_step *last_step(const struct programs *p, uint32_t tgid, uint64_t time_ns)
{
	size_t lo = 0, hi = p->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct program_step *s = &p->v[mid];

		if (s->tgid < tgid || (s->tgid == tgid && s->time_ns <= time_ns))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && p->v[lo - 1].tgid == tgid ? &p->v[lo - 1] : NULL;
}

bool programs_exe(const struct programs *p, uint32_t tgid, uint64_t time_ns, struct text *path)
{
	for (unsigned int i = 0; i < GENERATIONS; i++) {
		const struct program_step *s = last_step(p, tgid, time_ns);

		if (!s)
			return false;
		if (!s->parent) {
			*path = s->path;
			return true;
		}
		tgid = s->parent;
		time_ns = s->time_ns;
	}
	return false;
}

void programs_free(struct programs *p)
{
	free(p->v);
	*p = (struct programs){ .n = 0 };
}

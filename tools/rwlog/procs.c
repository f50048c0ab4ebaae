/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which program each process runs, from the records of its boot as they go by. */
#include "procs.h"

#include <stdlib.h>

#include "util.h"

#define FIRST_CAP 256u

static size_t place(const struct proc *v, size_t cap, uint32_t tgid)
{
	size_t i = (tgid * 2654435761u) & (cap - 1);

	while (v[i].tgid && v[i].tgid != tgid)
		i = (i + 1) & (cap - 1);
	return i;
}

static void enlarge(struct procs *p)
{
	size_t cap = p->cap ? 2 * p->cap : FIRST_CAP;
	struct proc *v = make(cap * sizeof(*v));

	for (size_t i = 0; i < p->cap; i++)
		if (p->v[i].tgid)
			v[place(v, cap, p->v[i].tgid)] = p->v[i];
	free(p->v);
	p->v = v;
	p->cap = cap;
}

/* The process with this number, which is not 0; a new one if there is none. */
static struct proc *get(struct procs *p, uint32_t tgid)
{
	struct proc *at;

	if (2 * (p->n + 1) > p->cap)
		enlarge(p);
	at = &p->v[place(p->v, p->cap, tgid)];
	if (!at->tgid) {
		*at = (struct proc){ .tgid = tgid };
		p->n++;
	}
	return at;
}

/* A child runs what its parent runs, until it executes something else. */
static void note_fork(struct procs *p, const struct rec *r, uint32_t parent)
{
	uint32_t tgid = (uint32_t)rec_number(r, RW_F_CHILD_TGID);
	struct text path = get(p, parent)->path;

	if (!tgid || tgid == parent || rec_number(r, RW_F_THREAD))
		return;
	*get(p, tgid) = (struct proc){ .tgid = tgid, .path = path };
}

void procs_note(struct procs *p, const struct rec *r)
{
	struct rw_task task;
	struct rec_field f;

	if (!rec_task(r, &task) || !task.tgid)
		return;
	if (r->hdr.type == RW_REC_FORK)
		note_fork(p, r, task.tgid);
	else if (r->hdr.type == RW_REC_EXEC && rec_field(r, RW_F_PATH, &f))
		get(p, task.tgid)->path = value_text(&f);
	else
		get(p, task.tgid);
}

struct proc *procs_find(const struct procs *p, uint32_t tgid)
{
	struct proc *at = p->cap && tgid ? &p->v[place(p->v, p->cap, tgid)] : NULL;

	return at && at->tgid ? at : NULL;
}

void procs_free(struct procs *p)
{
	free(p->v);
	*p = (struct procs){ 0 };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A report's tree of processes. */
#include <stdlib.h>
#include <string.h>

#include "procs.h"
#include "report_boot.h"
#include "util.h"

#define NO_PARENT SIZE_MAX

struct node {
	size_t parent; /* its place, always a lower one; or NO_PARENT */
	uint32_t tgid;
	char comm[RW_COMM_LEN];
	struct text path, arguments; /* in records; of the last program */
	uint64_t records, bad, programs;
	uint64_t status; /* wait status; valid if ended */
	uint32_t uid;
	bool ended;
	bool kept;
};

struct tree {
	struct node *v;
	size_t n, cap;
	struct procs procs; /* proc.user: place plus 1 */
};

static struct node *add(struct tree *t, uint32_t tgid, size_t parent)
{
	t->v = grow(t->v, t->n, &t->cap, sizeof(*t->v));
	t->v[t->n] = (struct node){ .parent = parent, .tgid = tgid };
	return &t->v[t->n++];
}

/* The place of a process that a record names; a new one if there is none. */
static size_t place_of(struct tree *t, uint32_t tgid, uint32_t ppid)
{
	struct proc *proc = procs_find(&t->procs, tgid), *parent;
	size_t above;

	if (proc->user)
		return proc->user - 1;
	parent = ppid != tgid ? procs_find(&t->procs, ppid) : NULL;
	above = parent && parent->user ? parent->user - 1 : NO_PARENT;
	add(t, tgid, above);
	proc->user = t->n;
	return t->n - 1;
}

/* A fork makes a node at once, so that its parent is right even if the child does nothing. */
static void note_child(struct tree *t, const struct rec *r, size_t parent)
{
	uint32_t tgid = (uint32_t)rec_number(r, RW_F_CHILD_TGID);
	struct proc *proc = procs_find(&t->procs, tgid);
	struct node *child;

	if (!proc || proc->user || rec_number(r, RW_F_THREAD))
		return;
	child = add(t, tgid, parent);
	proc->user = t->n;
	memcpy(child->comm, t->v[parent].comm, sizeof(child->comm));
	child->uid = t->v[parent].uid;
}

static void note(struct tree *t, const struct rec *r)
{
	struct rw_task task;
	struct rec_field f;
	struct node *n;
	size_t at;
	int known = rec_task(r, &task);

	if (!known || !task.tgid)
		return;
	procs_note(&t->procs, r);
	at = place_of(t, task.tgid, known == 2 ? task.ppid : 0);
	if (r->hdr.type == RW_REC_FORK)
		note_child(t, r, at);
	n = &t->v[at];
	n->records++;
	n->bad += report_is_bad(r);
	memcpy(n->comm, task.comm, sizeof(n->comm));
	n->uid = known == 2 ? task.uid : n->uid;
	if (r->hdr.type == RW_REC_EXEC) {
		n->programs++;
		n->path = rec_field(r, RW_F_PATH, &f) ? value_text(&f) : n->path;
		n->arguments = rec_field(r, RW_F_ARGUMENTS, &f) ? value_text(&f) : (struct text){ 0 };
	}
	if (r->hdr.type == RW_REC_EXIT && rec_number(r, RW_F_LAST_THREAD)) {
		n->ended = true;
		n->status = rec_number(r, RW_F_EXIT_STATUS);
	}
}

/* Marks a node and all above it, as long as there is room. */
static void keep(struct tree *t, size_t i, size_t *room)
{
	size_t need = 0;

	for (size_t k = i; k != NO_PARENT && !t->v[k].kept && need <= *room; k = t->v[k].parent)
		need++;
	if (need > *room)
		return;
	*room -= need;
	for (; i != NO_PARENT && !t->v[i].kept; i = t->v[i].parent)
		t->v[i].kept = true;
}

static void put_arguments(struct json *j, const struct node *n)
{
	char *shown = NULL;
	size_t len = 0;
	FILE *f;

	if (!n->arguments.len)
		return;
	f = open_memstream(&shown, &len);
	text_strings(f, n->arguments);
	fclose(f);
	report_shown(j, "arguments", shown, len);
	free(shown);
}

static void put_node(struct json *j, const struct node *n, size_t parent)
{
	json_open(j, NULL, '{');
	if (parent != NO_PARENT)
		json_u64(j, "parent", parent);
	json_u64(j, "pid", n->tgid);
	json_u64(j, "uid", n->uid);
	report_text(j, "comm", rec_comm(n->comm));
	if (n->path.len)
		report_text(j, "path", n->path);
	put_arguments(j, n);
	json_u64(j, "records", n->records);
	if (n->bad)
		json_u64(j, "bad", n->bad);
	if (n->programs > 1)
		json_u64(j, "programs", n->programs);
	if (n->ended)
		json_u64(j, n->status & 0x7f ? "signal" : "exit",
			 n->status & 0x7f ? n->status & 0x7f : n->status >> 8 & 0xff);
	json_close(j, '}');
}

void report_tree(struct report_boot *b)
{
	struct tree t = { 0 };
	size_t room = b->room.processes, *at;

	for (size_t i = 0; i < b->boot->nrec; i++) {
		struct rec r;

		if (report_rec(b, i, &r))
			note(&t, &r);
	}
	/* First what did something bad, then by time: parents come before their children. */
	for (size_t i = 0; i < t.n && room; i++)
		if (t.v[i].bad)
			keep(&t, i, &room);
	for (size_t i = 0; i < t.n && room; i++)
		if (t.v[i].parent == NO_PARENT || t.v[t.v[i].parent].kept)
			keep(&t, i, &room);
	at = make((t.n + 1) * sizeof(*at));
	json_open(b->j, "processes", '[');
	for (size_t i = 0; i < t.n; i++) {
		if (!t.v[i].kept)
			continue;
		at[i] = b->used.processes++;
		put_node(b->j, &t.v[i], t.v[i].parent == NO_PARENT ? NO_PARENT : at[t.v[i].parent]);
	}
	json_close(b->j, ']');
	json_u64(b->j, "processes_left_out", t.n - b->used.processes);
	procs_free(&t.procs);
	free(t.v);
	free(at);
}

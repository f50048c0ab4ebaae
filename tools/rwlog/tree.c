/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The processes of each boot, as a tree. */
#include "tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "select.h"
#include "util.h"

#define NONE      UINT32_MAX
#define DEPTH_MAX 40u /* deeper ones are not indented further, but say how deep they are */

/* A process; a number that is used again is another one. */
struct process {
	uint32_t tgid, uid;
	char comm[RW_COMM_LEN];
	struct text exe; /* p is NULL: unknown */
	uint64_t from_ns, to_ns;
	bool forked, ended; /* the log has its begin, its end */
	uint32_t status;    /* as wait(2) gives it, if it has ended */
	uint64_t records;   /* wanted ones */
	bool shown;
	uint32_t parent, first, last, next; /* places of other processes, or NONE */
};

struct forest {
	struct process *v;
	size_t n, cap;
	uint32_t *slot; /* current process of a number: open addressing */
	size_t slots;   /* a power of two */
};

static size_t place_of(const struct forest *f, uint32_t tgid)
{
	size_t i = (tgid * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (f->slots - 1);

	while (f->slot[i] != NONE && f->v[f->slot[i]].tgid != tgid)
		i = (i + 1) & (f->slots - 1);
	return i;
}

static void make_slots(struct forest *f, size_t n)
{
	uint32_t *old = f->slot;
	size_t before = f->slots;

	f->slots = n;
	f->slot = make(n * sizeof(*f->slot));
	memset(f->slot, 0xff, n * sizeof(*f->slot));
	for (size_t i = 0; i < before; i++)
		if (old[i] != NONE)
			f->slot[place_of(f, f->v[old[i]].tgid)] = old[i];
	free(old);
}

static uint32_t current(const struct forest *f, uint32_t tgid)
{
	return f->slots ? f->slot[place_of(f, tgid)] : NONE;
}

/* Adds a process, which is the current one of its number from now on. */
static uint32_t add(struct forest *f, uint32_t tgid, uint32_t parent, uint64_t now)
{
	uint32_t i = (uint32_t)f->n;

	if (f->n * 2 >= f->slots)
		make_slots(f, f->slots ? f->slots * 2 : 1024);
	f->v = grow(f->v, f->n, &f->cap, sizeof(*f->v));
	f->v[f->n++] = (struct process){
		.tgid = tgid, .from_ns = now, .parent = parent, .first = NONE, .last = NONE, .next = NONE
	};
	f->slot[place_of(f, tgid)] = i;
	if (parent == NONE)
		return i;
	if (f->v[parent].last == NONE)
		f->v[parent].first = i;
	else
		f->v[f->v[parent].last].next = i;
	f->v[parent].last = i;
	return i;
}

/* The process of a task; of one that the log does not know yet, the parent is what the record says. */
static uint32_t process_of(struct forest *f, const struct rw_task *task, int known, uint64_t now)
{
	uint32_t i = current(f, task->tgid), parent = NONE;

	if (i != NONE)
		return i;
	if (known == 2 && task->ppid && task->ppid != task->tgid) {
		parent = current(f, task->ppid);
		if (parent == NONE)
			parent = add(f, task->ppid, NONE, now);
	}
	return add(f, task->tgid, parent, now);
}

static void take_fork(struct forest *f, const struct rec *r, uint32_t parent)
{
	uint32_t child;

	if (rec_number(r, RW_F_THREAD))
		return;
	child = add(f, (uint32_t)rec_number(r, RW_F_CHILD_TGID), parent, r->hdr.time_ns);
	f->v[child].forked = true;
	f->v[child].uid = f->v[parent].uid;
	f->v[child].exe = f->v[parent].exe;
	memcpy(f->v[child].comm, f->v[parent].comm, RW_COMM_LEN);
}

static void take(struct forest *f, const struct rec *r, bool wanted)
{
	struct rec_field path;
	struct rw_task task;
	int known = rec_task(r, &task);
	uint32_t i;

	if (!known || !task.tgid)
		return;
	i = process_of(f, &task, known, r->hdr.time_ns);
	f->v[i].records += wanted;
	f->v[i].to_ns = r->hdr.time_ns;
	memcpy(f->v[i].comm, task.comm, RW_COMM_LEN);
	if (known == 2)
		f->v[i].uid = task.uid;
	if (r->hdr.type == RW_REC_EXEC && !rec_number(r, RW_F_RESULT) && rec_field(r, RW_F_PATH, &path))
		f->v[i].exe = value_text(&path);
	if (r->hdr.type == RW_REC_EXIT && rec_number(r, RW_F_LAST_THREAD)) {
		f->v[i].ended = true;
		f->v[i].status = (uint32_t)rec_number(r, RW_F_EXIT_STATUS);
	}
	if (r->hdr.type == RW_REC_FORK)
		take_fork(f, r, i);
}

/* Marks the processes with wanted records, and those above them. */
static void mark(struct forest *f)
{
	for (size_t i = 0; i < f->n; i++)
		for (uint32_t p = f->v[i].records ? (uint32_t)i : NONE; p != NONE && !f->v[p].shown;
		     p = f->v[p].parent)
			f->v[p].shown = true;
}

static void put_end(const struct process *p, FILE *out)
{
	uint32_t signal = p->status & 0x7f;

	if (!p->ended)
		return;
	if (signal)
		fprintf(out, ", killed by signal %" PRIu32, signal);
	else
		fprintf(out, ", exit code %" PRIu32, p->status >> 8 & 0xff);
}

static void put_process(const struct process *p, unsigned int depth, uint64_t epoch, FILE *out)
{
	char when[TEXT_TIME_LEN];

	fprintf(out, "%*s", (int)(2 * (depth < DEPTH_MAX ? depth : DEPTH_MAX)), "");
	if (depth > DEPTH_MAX)
		fprintf(out, "(%u) ", depth);
	if (p->exe.p || p->comm[0])
		text_show(out, p->exe.p ? p->exe : rec_comm(p->comm), true);
	else
		putc('-', out);
	fprintf(out, "[%" PRIu32 "] uid %" PRIu32, p->tgid, p->uid);
	text_time(when, epoch, p->from_ns);
	fprintf(out, " %s %s", p->forked ? "from" : "before", when);
	if (p->ended) {
		text_time(when, epoch, p->to_ns);
		fprintf(out, " to %s", when);
	}
	put_end(p, out);
	fprintf(out, ": %" PRIu64 " records\n", p->records);
}

/* The process and what it has started, without recursion: a guest decides how deep it is. */
static void put_tree(const struct forest *f, uint32_t root, uint64_t epoch, FILE *out)
{
	unsigned int depth = 0;
	uint32_t i = root;

	for (;;) {
		const struct process *p = &f->v[i];

		if (p->shown)
			put_process(p, depth, epoch, out);
		if (p->shown && p->first != NONE) {
			i = p->first;
			depth++;
			continue;
		}
		while (i != root && f->v[i].next == NONE) {
			i = f->v[i].parent;
			depth--;
		}
		if (i == root)
			return;
		i = f->v[i].next;
	}
}

static void json_process(struct json *j, const char *boot, const struct forest *f, uint32_t i, uint64_t epoch)
{
	const struct process *p = &f->v[i];

	json_open(j, NULL, '{');
	json_str(j, "boot", boot);
	json_u64(j, "process", i);
	if (p->parent != NONE)
		json_u64(j, "parent", p->parent);
	json_u64(j, "pid", p->tgid);
	json_u64(j, "uid", p->uid);
	if (p->comm[0])
		json_text(j, "comm", rec_comm(p->comm));
	if (p->exe.p)
		json_text(j, "exe", p->exe);
	json_bool(j, "forked", p->forked);
	json_u64(j, "from_ns", p->from_ns);
	if (sink_has_time(epoch, p->from_ns))
		json_time(j, "from", epoch, p->from_ns);
	if (p->ended) {
		json_u64(j, "to_ns", p->to_ns);
		if (sink_has_time(epoch, p->to_ns))
			json_time(j, "to", epoch, p->to_ns);
		if (p->status & 0x7f)
			json_u64(j, "exit_signal", p->status & 0x7f);
		else
			json_u64(j, "exit_status", p->status >> 8 & 0xff);
	}
	json_u64(j, "records", p->records);
	json_close(j, '}');
	sink_char(j->to, '\n');
	sink_settle(j->to);
}

/* Reads a boot. The forest is to be freed by free_forest(). */
static struct forest read_boot(const struct boot *b, const struct filter *filter)
{
	struct forest f = { .n = 0 };
	struct selection s;

	selection_open(&s, b, filter, false);
	for (size_t i = 0; i < b->nrec; i++) {
		struct rec r = boot_rec(b, i);

		take(&f, &r, filter_match(&s.filter, &r));
	}
	selection_close(&s);
	mark(&f);
	return f;
}

static void free_forest(struct forest *f)
{
	free(f->v);
	free(f->slot);
}

void tree(const struct log *log, const struct filter *filter, FILE *out)
{
	for (size_t i = 0; i < log->nboot; i++) {
		const struct boot *b = &log->boot[i];
		struct forest f = read_boot(b, filter);
		char id[TEXT_BOOT_LEN];

		boot_name(b, id);
		fprintf(out, "-- boot %s\n", id);
		for (uint32_t k = 0; k < f.n; k++)
			if (f.v[k].parent == NONE && f.v[k].shown)
				put_tree(&f, k, b->newest->hdr.boot_epoch, out);
		free_forest(&f);
	}
}

void tree_json(const struct log *log, const struct filter *filter, FILE *out)
{
	struct sink to;

	sink_open(&to, out);
	for (size_t i = 0; i < log->nboot; i++) {
		const struct boot *b = &log->boot[i];
		struct forest f = read_boot(b, filter);
		char id[TEXT_BOOT_LEN];

		boot_name(b, id);
		for (uint32_t k = 0; k < f.n; k++)
			if (f.v[k].shown)
				json_process(&(struct json){ .to = &to }, id, &f, k,
					     b->newest->hdr.boot_epoch);
		free_forest(&f);
	}
	sink_close(&to);
}

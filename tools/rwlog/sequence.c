/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What each thread does, as sequences of words. */
#include "sequence.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "procs.h"
#include "select.h"
#include "util.h"

#define WORD_LEN    160u
#define PROGRAM_LEN 96u /* bytes of a program's path that a word has */

/* A walk through one boot. */
struct walk {
	const struct sequence_walk *w;
	struct selection selection; /* of the boot's records */
	struct procs procs;
	struct intern pids;
	struct sequence *v; /* by number of the pid */
	size_t n, cap;
};

/* A word being made. */
struct word {
	char text[WORD_LEN];
	size_t n;
};

static void add(struct word *w, const void *p, size_t len)
{
	size_t room = sizeof(w->text) - w->n;

	len = len < room ? len : room;
	memcpy(w->text + w->n, p, len);
	w->n += len;
}

static void add_text(struct word *w, const char *text)
{
	add(w, text, strlen(text));
}

static void add_number(struct word *w, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), ":%llu", (unsigned long long)v);
	add_text(w, text);
}

/* The first part of a path: "/etc" of "/etc/ssl/x"; "/" of a file there. */
static void add_top(struct word *w, struct text path)
{
	const uint8_t *end = path.len > 1 ? memchr(path.p + 1, '/', path.len - 1) : NULL;

	add_text(w, ":");
	if (end)
		add(w, path.p, (size_t)(end - path.p));
	else
		add_text(w, "/");
}

static void add_file(struct word *w, const struct rec *r)
{
	static const char *const modes[] = { ":r", ":w", ":rw", ":" };
	struct rec_field f;

	if (rec_field(r, RW_F_OPEN_FLAGS, &f) && r->hdr.type == RW_REC_FILE_OPEN)
		add_text(w, modes[value_number(&f) & 3]);
	if (rec_field(r, RW_F_PATH, &f))
		add_top(w, value_text(&f));
}

/* Of internet peers the port, if it is one of a known service; of local ones only that they are local. */
static void add_peer(struct word *w, const struct rec *r)
{
	struct rec_field f;

	add_number(w, rec_number(r, RW_F_FAMILY));
	if (!rec_field(r, RW_F_ADDRESS, &f) || f.len < 4)
		return;
	if (f.value[0] == 2 || f.value[0] == 10) { /* AF_INET, AF_INET6: the port is in network order */
		unsigned int port = (unsigned int)f.value[2] << 8 | f.value[3];

		add_number(w, port < 1024 ? port : 1024);
	}
}

/* What it was done to, as roughly as needed for the same program to do the same twice. */
static void add_object(struct word *w, const struct rec *r)
{
	uint64_t status = rec_number(r, RW_F_EXIT_STATUS);
	struct rw_cred cred;
	struct rec_field f;

	switch (r->hdr.type) {
	case RW_REC_EXEC:
		add_text(w, ":");
		if (rec_field(r, RW_F_PATH, &f))
			add(w, f.value, f.len < PROGRAM_LEN ? f.len : PROGRAM_LEN);
		break;
	case RW_REC_EXIT:
		add_text(w, status & 0x7f ? ":signal" : status ? ":failure" : ":success");
		break;
	case RW_REC_SETUID:
		if (rec_field(r, RW_F_CRED, &f)) {
			value_structure(&f, &cred, sizeof(cred));
			add_text(w, cred.euid ? ":user" : ":root");
		}
		break;
	case RW_REC_PRCTL:
		add_number(w, rec_number(r, RW_F_PRCTL));
		break;
	case RW_REC_SOCKET:
		add_number(w, rec_number(r, RW_F_FAMILY));
		add_number(w, rec_number(r, RW_F_SOCKET_TYPE));
		break;
	case RW_REC_BIND:
	case RW_REC_CONNECT:
	case RW_REC_SENDTO:
		add_peer(w, r);
		break;
	default:
		add_file(w, r);
	}
	if ((int32_t)rec_number(r, RW_F_RESULT) < 0)
		add_text(w, ":error");
}

static uint32_t word_of(const struct sequence_walk *w, const struct rec *r)
{
	struct word word = { .n = 0 };
	char type[NAME_LEN];
	size_t i;

	add_text(&word, name_of_type(r->hdr.type, type));
	if (w->alphabet == ALPHABET_OBJECTS)
		add_object(&word, r);
	i = w->learns ? intern_add(w->words, word.text, word.n) : intern_find(w->words, word.text, word.n);
	return i < WORD_BEFORE ? (uint32_t)i : WORD_NEW;
}

static void begin(struct walk *k, struct sequence *s, const struct boot *b, const struct rw_task *task,
		  struct text path, uint64_t seq)
{
	const struct sequence_walk *w = k->w;
	void *more = s->more ? s->more : make(w->more);

	memset(more, 0, w->more);
	*s = (struct sequence){
		.boot = b, .pid = task->pid, .tgid = task->tgid, .path = path, .from_seq = seq, .more = more
	};
	s->program = w->learns ? intern_add(w->programs, path.p, path.len) :
				 intern_find(w->programs, path.p, path.len);
	for (unsigned int i = 0; i < w->window; i++)
		s->window[i] = WORD_BEFORE;
}

static void end(struct walk *k, struct sequence *s)
{
	if (s->windows)
		k->w->end(k->w->ctx, s);
	s->windows = 0;
	s->tgid = 0;
}

/* The program of a process; if no record says which file it is, the name of the task. */
static struct text program_of(const struct walk *k, const struct rec *r, uint32_t tgid)
{
	const struct proc *proc = procs_find(&k->procs, tgid);
	struct rec_field f;

	if (proc && proc->path.len)
		return proc->path;
	if (!rec_field(r, RW_F_TASK, &f))
		return (struct text){ 0 };
	return rec_comm((const char *)f.value + offsetof(struct rw_task, comm));
}

/* The sequence of a thread; a new one if there is none, or if the number names another process by now. */
static struct sequence *sequence_of(struct walk *k, const struct boot *b, const struct rec *r,
				    const struct rw_task *task)
{
	size_t i = intern_add(&k->pids, &task->pid, sizeof(task->pid));
	struct sequence *s;

	if (i == k->n) {
		k->v = grow(k->v, k->n, &k->cap, sizeof(*k->v));
		k->v[k->n++] = (struct sequence){ 0 };
	}
	s = &k->v[i];
	if (s->tgid && (s->tgid != task->tgid || r->hdr.type == RW_REC_EXEC))
		end(k, s);
	if (!s->tgid)
		begin(k, s, b, task, program_of(k, r, task->tgid), r->hdr.seq);
	return s;
}

/* Whether the task itself has done it, so that it belongs to a sequence. */
static bool is_own_act(const struct rec *r, struct rw_task *task)
{
	return r->hdr.type <= RW_REC_AGENT_LAST && rec_task(r, task) == 2 && task->tgid &&
	       !(task->flags & (RW_TASKF_KERNEL_THREAD | RW_TASKF_INTERRUPT)) && r->hdr.type != RW_REC_KMSG;
}

static void take(struct walk *k, const struct boot *b, const struct rec *r)
{
	const struct sequence_walk *w = k->w;
	struct rw_task task;
	struct sequence *s;

	procs_note(&k->procs, r);
	if (!is_own_act(r, &task) || !filter_match(&k->selection.filter, r))
		return;
	s = sequence_of(k, b, r, &task);
	memmove(s->window, s->window + 1, (w->window - 1) * sizeof(s->window[0]));
	s->window[w->window - 1] = word_of(w, r);
	s->windows++;
	s->to_seq = r->hdr.seq;
	w->each(w->ctx, s, r);
	if (r->hdr.type == RW_REC_EXIT)
		end(k, s);
}

void sequence_walk(const struct sequence_walk *w)
{
	for (size_t i = 0; i < w->log->nboot; i++) {
		const struct boot *b = &w->log->boot[i];
		struct walk k = { .w = w };

		selection_open(&k.selection, b, w->filter, false);
		for (size_t j = 0; j < b->nrec; j++) {
			struct rec r = boot_rec(b, j);

			take(&k, b, &r);
		}
		for (size_t j = 0; j < k.n; j++) {
			end(&k, &k.v[j]);
			free(k.v[j].more);
		}
		free(k.v);
		selection_close(&k.selection);
		procs_free(&k.procs);
		intern_free(&k.pids);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Compares the alerts in a capture's text with the records. */
#include "alerts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "util.h"

#define TYPE "console_alert" /* no record has it */

/* A record of what alerts are about, as an alert would tell it. */
struct evidence {
	struct alert_key key;
	size_t boot; /* its place in input.boot */
	uint64_t seq;
	uint64_t line; /* where the last dump that has it begins */
	size_t taken;  /* of the first one with a key: how many of them have their alert */
};

struct evidences {
	struct evidence *v;
	size_t n, cap;
};

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_key(const struct alert_key *x, const struct alert_key *y)
{
	int c = compare(x->form, y->form);

	c = c ? c : compare(x->rip, y->rip);
	c = c ? c : compare(x->place, y->place);
	return c ? c : compare(x->pid, y->pid);
}

static int by_key_and_number(const void *a, const void *b)
{
	const struct evidence *x = a, *y = b;
	int c = by_key(&x->key, &y->key);

	c = c ? c : compare(x->boot, y->boot);
	return c ? c : compare(x->seq, y->seq);
}

/* By key; of those with the same, the one in the latest dump first. */
static int by_key_and_line(const void *a, const void *b)
{
	const struct evidence *x = a, *y = b;
	int c = by_key(&x->key, &y->key);

	return c ? c : compare(y->line, x->line);
}

static struct alert_key key_of_agent(const struct rec *r)
{
	struct alert_key k = { .form = ALERT_AGENT, .rip = rec_number(r, RW_F_AGENT_STATE) };

	k.place = rec_number(r, RW_F_OF_CPU);
	k.pid = k.rip == RW_AGENT_DEAF ? (uint32_t)rec_number(r, RW_F_PROBES_GONE) : 0;
	return k;
}

static struct alert_key key_of(const struct rec *r)
{
	if (r->hdr.type == RW_REC_AGENT_STATE)
		return key_of_agent(r);

	uint64_t access = rec_number(r, RW_F_ACCESS);
	struct alert_key k = { .form = ALERT_ACCESS, .rip = rec_number(r, RW_F_RIP) };
	struct rw_task task;

	k.place = rec_number(r, RW_F_GPA);
	if (access == RW_ACCESS_MSR) {
		k.form = ALERT_MSR;
		k.place = rec_number(r, RW_F_MSR);
	} else if (access == RW_ACCESS_HYPERCALL) {
		k.form = ALERT_HYPERCALL;
		k.place = rec_number(r, RW_F_HYPERCALL);
	}
	k.pid = rec_task(r, &task) ? task.pid : 0;
	return k;
}

/* All records of that kind, by key; each once, with the line of its last dump. */
static struct evidences collect(const struct input *in)
{
	struct evidences e = { 0 };
	size_t out = 0;

	for (size_t i = 0; i < in->nboot && in->capture.console.nalert; i++)
		for (size_t j = 0; j < in->boot[i].npart; j++) {
			const struct part *p = in->boot[i].part[j];

			for (size_t k = 0; k < p->nrec; k++) {
				struct rec r = part_rec(p, k);

				if (r.hdr.type != RW_REC_VIOLATION && r.hdr.type != RW_REC_AGENT_STATE)
					continue;
				e.v = grow(e.v, e.n, &e.cap, sizeof(*e.v));
				e.v[e.n++] = (struct evidence){ key_of(&r), i, r.hdr.seq, p->line, 0 };
			}
		}
	if (e.n)
		qsort(e.v, e.n, sizeof(*e.v), by_key_and_number);
	for (size_t i = 0; i < e.n; i++) {
		if (out && by_key_and_number(&e.v[out - 1], &e.v[i]) == 0) {
			if (e.v[i].line > e.v[out - 1].line)
				e.v[out - 1].line = e.v[i].line;
			continue;
		}
		e.v[out++] = e.v[i];
	}
	e.n = out;
	if (e.n)
		qsort(e.v, e.n, sizeof(*e.v), by_key_and_line);
	return e;
}

/* The first one with a key that is not below @k. */
static size_t lower(const struct evidences *e, const struct alert_key *k)
{
	size_t lo = 0, hi = e->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_key(&e->v[mid].key, k) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Takes a record for an alert, which stands before all alerts so far. Return: whether there is one. */
static bool take(struct evidences *e, const struct alert *a)
{
	size_t first = lower(e, &a->key), i;

	if (first == e->n)
		return false;
	i = first + e->v[first].taken;
	if (i >= e->n || by_key(&e->v[i].key, &a->key) != 0 || e->v[i].line <= a->line)
		return false;
	e->v[first].taken++;
	return true;
}

/* Two starts of the hypervisor, and whose dumps stand between them. */
struct span {
	uint64_t from, to; /* lines */
	uint32_t boot;
	bool known;
};

/* The lines from the hypervisor's start before @line to the next start. */
static void lines_of_start(const struct console *c, uint64_t line, struct span *s)
{
	size_t lo = 0, hi = c->nmark;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->mark[mid].line <= line)
			lo = mid + 1;
		else
			hi = mid;
	}
	hi = lo;
	while (lo && c->mark[lo - 1].store)
		lo--;
	while (hi < c->nmark && c->mark[hi].store)
		hi++;
	s->from = lo ? c->mark[lo - 1].line : 0;
	s->to = hi < c->nmark ? c->mark[hi].line : UINT64_MAX;
}

/* The first dump that does not begin before @line: they are in that order. */
static size_t first_dump(const struct dumps *d, uint64_t line)
{
	size_t lo = 0, hi = d->npart;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->part[mid]->line < line)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* An alert belongs to the boot whose dumps stand between the same two starts, if there is only one. */
static void find_boot(const struct input *in, struct alert *a, struct span *s)
{
	const struct dumps *d = &in->capture.dumps;

	if (a->line < s->from || a->line >= s->to) {
		size_t i;

		lines_of_start(&in->capture.console, a->line, s);
		i = first_dump(d, s->from);
		s->known = i < d->npart && d->part[i]->line < s->to;
		s->boot = s->known ? d->part[i]->boot : 0;
		for (; s->known && i < d->npart && d->part[i]->line < s->to; i++)
			s->known = d->part[i]->boot == s->boot;
	}
	a->boot = s->boot;
	a->boot_known = s->known;
}

static int by_text(const void *a, const void *b)
{
	const struct alert *x = *(struct alert *const *)a, *y = *(struct alert *const *)b;
	int c = strcmp(x->text + x->prefix, y->text + y->prefix);

	return c ? c : compare(x->line, y->line);
}

/* In a capture that has everything twice, an alert counts once. */
static void mark_repeats(struct console *c)
{
	struct alert **v = make((c->nalert + 1) * sizeof(*v));

	for (size_t i = 0; i < c->nalert; i++)
		v[i] = &c->alert[i];
	qsort(v, c->nalert, sizeof(*v), by_text);
	for (size_t i = 1; i < c->nalert; i++)
		v[i]->repeat = strcmp(v[i]->text + v[i]->prefix, v[i - 1]->text + v[i - 1]->prefix) == 0;
	free(v);
}

/* Whether the records of alerts may have been evicted before the boot's last dump. */
static bool evicted(const struct input *in, const struct alert *a)
{
	for (size_t i = 0; i < in->nboot; i++) {
		const struct part *p = in->boot[i].newest;

		if (p->have_hdr && p->line > a->line && p->hdr.evicted[RW_CLASS_GUARD] &&
		    (!a->boot_known || p->boot == a->boot))
			return true;
	}
	return false;
}

bool alerts_missing(const struct alert *a)
{
	return !a->has_record && !a->repeat;
}

static void name_boot(const struct alert *a, char name[TEXT_BOOT_LEN])
{
	if (a->boot_known)
		snprintf(name, TEXT_BOOT_LEN, "%08" PRIx32, a->boot);
	else
		snprintf(name, TEXT_BOOT_LEN, "unknown");
}

/* Whether the choice of a boot leaves out an alert: then its records were not read either. */
static bool left_out(const struct input *in, const struct alert *a)
{
	char id[TEXT_BOOT_LEN];

	if (!in->choice.boot)
		return false;
	name_boot(a, id);
	return strncmp(id, in->choice.boot, strnlen(in->choice.boot, strlen(id))) != 0;
}

/* What is said about alerts as a whole. */
struct counts {
	uint64_t unclear, gone;
};

/* Decides about an alert; all that follow it were decided before. */
static void check_one(struct input *in, struct evidences *e, struct alert *a, struct counts *n)
{
	if (left_out(in, a) || a->repeat || (a->key.form != ALERT_UNKNOWN && take(e, a))) {
		a->has_record = true;
	} else if (a->key.form == ALERT_UNKNOWN || in->capture.other_version) {
		/* Its record may be among those that this version does not read. */
		a->has_record = true;
		n->unclear++;
	} else if (evicted(in, a)) {
		a->has_record = true;
		n->gone++;
	}
}

void alerts_check(struct input *in)
{
	struct console *c = &in->capture.console;
	struct evidences e = collect(in);
	struct counts n = { 0 };
	struct span span = { 0 };

	if (c->nalert && in->capture.dumps.repeats)
		mark_repeats(c);
	/* From the last one on: what is a record for a later alert may be one for it as well. */
	for (size_t i = c->nalert; i--;) {
		find_boot(in, &c->alert[i], &span);
		check_one(in, &e, &c->alert[i], &n);
	}
	for (size_t i = 0; i < c->nalert; i++)
		if (alerts_missing(&c->alert[i]))
			problem_add(&in->problems, PROBLEM_ALERT, NULL,
				    "line %" PRIu64 ": an alert without a record: %.400s", c->alert[i].line,
				    c->alert[i].text + c->alert[i].prefix);
	if (n.unclear)
		problem_note(&in->notes, NULL,
			     "%" PRIu64
			     " alerts in the text could not be compared with the records: their form, or "
			     "a dump's, is another version's",
			     n.unclear);
	if (n.gone)
		problem_note(&in->notes, NULL,
			     "%" PRIu64
			     " alerts in the text have no record: it may be one of those that were "
			     "evicted",
			     n.gone);
	free(e.v);
}

void alerts_show(const struct input *in, FILE *out)
{
	const struct console *c = &in->capture.console;
	bool first = true;

	for (size_t i = 0; i < c->nalert; i++) {
		const struct alert *a = &c->alert[i];
		char boot[TEXT_BOOT_LEN];

		if (!alerts_missing(a))
			continue;
		if (first)
			fputs("-- alerts in the console's text that have no record; such a line has neither number "
			      "nor CRC\n",
			      out);
		first = false;
		name_boot(a, boot);
		fprintf(out, "line %" PRIu64 ", boot %s: ", a->line, boot);
		text_show(out, (struct text){ (const uint8_t *)a->text, strlen(a->text) }, true);
		putc('\n', out);
	}
}

void alerts_jsonl(const struct input *in, struct sink *to)
{
	const struct console *c = &in->capture.console;

	for (size_t i = 0; i < c->nalert; i++) {
		const struct alert *a = &c->alert[i];
		struct json j = { .to = to };
		char boot[TEXT_BOOT_LEN];

		if (!alerts_missing(a))
			continue;
		name_boot(a, boot);
		json_open(&j, NULL, '{');
		json_str(&j, "boot", boot);
		json_str(&j, "type", TYPE);
		json_u64(&j, "line", a->line);
		json_str(&j, "text", a->text);
		json_close(&j, '}');
		sink_char(to, '\n');
	}
}

static unsigned int column_of(const char *name)
{
	unsigned int i = 0;

	while (i + 1 < members_columns() && strcmp(members_column(i), name) != 0)
		i++;
	return i;
}

void alerts_csv(const struct input *in, struct csv *row, FILE *out)
{
	const struct console *c = &in->capture.console;
	unsigned int other = members_columns() - 1;

	for (size_t i = 0; i < c->nalert; i++) {
		const struct alert *a = &c->alert[i];
		struct text text = { (const uint8_t *)a->text, strlen(a->text) };
		char boot[TEXT_BOOT_LEN];

		if (!alerts_missing(a))
			continue;
		name_boot(a, boot);
		csv_member(row,
			   &(struct member){ .column = MEMBERS_BOOT, .form = MEMBER_WORD, .word = boot });
		csv_member(row, &(struct member){
					.column = column_of("type"), .form = MEMBER_WORD, .word = TYPE });
		csv_member(row, &(struct member){ "line", other, MEMBER_U64, .u = a->line });
		csv_member(row, &(struct member){ "text", other, MEMBER_TEXT, .text = text });
		csv_end_row(row, out);
	}
}

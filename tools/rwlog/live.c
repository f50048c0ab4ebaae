/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A capture that is still being written: its records are shown as their frames come. */
#include "live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "headers.h"
#include "line.h"
#include "text.h"
#include "util.h"
#include "version.h"

#define TEXT_MAX  (256u << 10) /* characters that wait for those after them */
#define BYTES_MAX (RW_REC_MAX + RW_FRAME_MAX_BYTES)
#define SEEN_MAX  (UINT64_C(1) << 30) /* numbers of records from which on repeats are shown again */

/* A boot: what is known of it, and the dump that is coming in. */
struct coming {
	uint32_t boot;
	struct rw_store_hdr hdr;
	bool have_hdr;
	struct filter filter; /* for this boot */
	struct cgroups cgroups;
	struct programs programs;
	uint8_t **kept; /* records that the indexes refer to */
	size_t nkept, kept_cap;
	uint64_t *seen; /* a bit for each number that was there */
	size_t seen_words;

	uint32_t dump;
	bool open;     /* it has begun, and not ended */
	uint64_t next; /* offset that follows */
	uint8_t bytes[BYTES_MAX];
	size_t n;      /* that were not used yet */
	uint32_t left; /* bytes of the block, from there on */
	bool lost;     /* where the next block begins is not known */
};

struct live {
	const struct filter *filter;
	const struct symbols *symbols;
	bool color;
	FILE *out;
	struct problems problems;   /* not said yet */
	uint64_t of[PROBLEM_KINDS]; /* said, by kind */
	struct capture capture;
	struct capture_reading reading;
	char *text;
	size_t len;
	struct coming **coming;
	size_t n, cap;
	const struct coming *named; /* whose records were shown last */
	uint64_t shown, records;
};

static void take_frame(void *ctx, const struct frame *f, uint64_t line);

struct live *live_open(const struct filter *filter, const struct symbols *symbols, bool color, FILE *out)
{
	struct live *l = make(sizeof(*l));

	*l = (struct live){ .filter = filter, .symbols = symbols, .color = color, .out = out };
	l->text = make(TEXT_MAX + LIVE_TEXT_MAX);
	l->capture = (struct capture){ .problems = &l->problems, .take = take_frame, .ctx = l };
	l->reading = CAPTURE_READING;
	return l;
}

static void set_filter(struct live *l, struct coming *c)
{
	c->filter = filter_for_boot(l->filter, c->hdr.boot_epoch);
	c->filter.cgroups = &c->cgroups;
	c->filter.programs = &c->programs;
}

static struct coming *coming_of(struct live *l, uint32_t boot)
{
	struct coming *c;

	for (size_t i = l->n; i--;)
		if (l->coming[i]->boot == boot)
			return l->coming[i];
	c = make(sizeof(*c));
	c->boot = boot;
	set_filter(l, c);
	l->coming = grow(l->coming, l->n, &l->cap, sizeof(struct coming *));
	l->coming[l->n++] = c;
	return c;
}

/* Whether a record was there before; from now on it was. */
static bool seen_before(struct coming *c, uint64_t seq)
{
	size_t word = seq / 64;
	uint64_t bit = UINT64_C(1) << seq % 64;
	bool before;

	if (seq >= SEEN_MAX)
		return false;
	if (word >= c->seen_words) {
		size_t more = 2 * word + 16;
		uint64_t *seen = make(more * sizeof(*seen));

		if (c->seen)
			memcpy(seen, c->seen, c->seen_words * sizeof(*seen));
		free(c->seen);
		c->seen = seen;
		c->seen_words = more;
	}
	before = c->seen[word] & bit;
	c->seen[word] |= bit;
	return before;
}

/* Keeps what later records refer to: cgroups, and what processes execute if the filter asks for that. */
static void keep(struct coming *c, const struct rec *r)
{
	const bool cgroup = r->hdr.type == RW_REC_CGROUP;
	struct rec copy = *r;
	uint8_t *p;

	if (!cgroup && ((r->hdr.type != RW_REC_EXEC && r->hdr.type != RW_REC_FORK) ||
			!filter_has(&c->filter, FILTER_EXE)))
		return;
	p = make(r->hdr.size);
	memcpy(p, r->p, r->hdr.size);
	copy.p = p;
	c->kept = grow(c->kept, c->nkept, &c->kept_cap, sizeof(uint8_t *));
	c->kept[c->nkept++] = p;
	if (cgroup) {
		cgroups_add(&c->cgroups, &copy);
		cgroups_sort(&c->cgroups);
	} else {
		programs_add(&c->programs, &copy);
		programs_sort(&c->programs);
	}
}

static void name_boot(struct live *l, const struct coming *c)
{
	char id[TEXT_BOOT_LEN];

	if (l->named == c)
		return;
	l->named = c;
	snprintf(id, sizeof(id), "%08" PRIx32, c->boot);
	if (c->have_hdr)
		text_boot(id, &c->hdr);
	fprintf(l->out, "%s-- boot %s%s\n", l->color ? "\033[1m" : "", id, l->color ? "\033[0m" : "");
}

static void show_record(struct live *l, struct coming *c, const uint8_t *p)
{
	struct rec r = { .p = p };

	memcpy(&r.hdr, p, sizeof(r.hdr));
	if (seen_before(c, r.hdr.seq))
		return;
	l->records++;
	keep(c, &r);
	if (!filter_match(&c->filter, &r))
		return;
	l->shown++;
	name_boot(l, c);
	line_show(&(struct line){ l->out, &r, c->hdr.boot_epoch, l->symbols, &c->cgroups, l->color });
}

static void use(struct coming *c, size_t n)
{
	c->n -= n;
	c->left -= c->left < n ? c->left : (uint32_t)n;
	memmove(c->bytes, c->bytes + n, c->n);
}

static void say(struct live *l, enum problem_kind kind, uint64_t line, const char *what)
{
	problem_add(&l->problems, kind, NULL, "line %" PRIu64 ": %s", line, what);
}

/* Prints what was found to be wrong since the last time. */
static void tell_problems(struct live *l)
{
	problems_print(&l->problems, stderr, "rwlog: ", SIZE_MAX);
	for (int kind = 0; kind < PROBLEM_KINDS; kind++)
		l->of[kind] += l->problems.of[kind];
	problems_free(&l->problems);
}

/* The begin of a block, or a record amid what was lost. Return: whether more bytes may be of use. */
static bool take_begin(struct live *l, struct coming *c, uint64_t line)
{
	struct rw_block_hdr b;
	struct rw_rec_hdr h;
	const char *why;

	if (c->n < sizeof(b))
		return false;
	memcpy(&b, c->bytes, sizeof(b));
	if (block_hdr_valid(c->have_hdr ? &c->hdr : NULL, &b, &why)) {
		c->left = b.used;
		c->lost = false;
		use(c, sizeof(b));
		return true;
	}
	memcpy(&h, c->bytes, sizeof(h));
	if (c->lost && h.magic == RW_REC_MAGIC && h.size > c->n && h.size <= RW_REC_MAX)
		return false;
	if (!c->lost)
		say(l, PROBLEM_ALTERED, line, why);
	c->lost = true;
	if (rec_check(c->bytes, c->n, NULL, 0)) {
		show_record(l, c, c->bytes);
		use(c, h.size);
	} else {
		use(c, RW_REC_ALIGN);
	}
	return true;
}

/* The next record of a block. Return: whether more bytes may be of use. */
static bool take_record(struct live *l, struct coming *c, uint64_t line)
{
	struct rw_rec_hdr h;
	char why[128];

	if (c->n < sizeof(h))
		return false;
	memcpy(&h, c->bytes, sizeof(h));
	if (h.magic == RW_REC_MAGIC && h.size > c->n && h.size <= c->left && h.size <= RW_REC_MAX)
		return false;
	if (rec_check(c->bytes, c->n < c->left ? c->n : c->left, why, sizeof(why))) {
		show_record(l, c, c->bytes);
		use(c, h.size);
		return true;
	}
	say(l, PROBLEM_ALTERED, line, "a bad record");
	c->left = 0;
	c->lost = true;
	return true;
}
_Static_assert(sizeof(struct rw_block_hdr) >= sizeof(struct rw_rec_hdr),
	       "a block's begin can be looked at as a record's");

/* Bytes of a dump are missing, or a new one begins at @off. */
static void begin_at(struct coming *c, uint64_t off)
{
	c->next = off;
	c->n = 0;
	c->left = 0;
	c->lost = off != 0;
}

static void take_data(struct live *l, struct coming *c, const struct frame *f, uint64_t line)
{
	uint64_t skip = 0;

	if (f->offset < c->next)
		return; /* a repeat */
	if (f->offset > c->next) {
		say(l, PROBLEM_CUT, line, "frames are missing before this line");
		begin_at(c, f->offset);
		skip = -(uint64_t)f->offset % RW_REC_ALIGN;
	}
	c->next = f->offset + f->len;
	if (skip >= f->len)
		return;
	memcpy(c->bytes + c->n, f->payload + skip, f->len - skip);
	c->n += f->len - skip;
	while (c->left ? take_record(l, c, line) : take_begin(l, c, line))
		;
}

static void take_begin_frame(struct live *l, struct coming *c, const struct frame *f)
{
	struct rw_store_hdr h;

	if (f->len != sizeof(h))
		return;
	memcpy(&h, f->payload, sizeof(h));
	if (!store_hdr_valid(&h, NULL, 0) || store_boot(&h) != c->boot)
		return;
	c->hdr = h;
	c->have_hdr = true;
	set_filter(l, c);
}

static void take_frame(void *ctx, const struct frame *f, uint64_t line)
{
	struct live *l = ctx;
	struct coming *c;

	if (f->type == RW_FRAME_STATS)
		return;
	c = coming_of(l, f->boot);
	if (f->dump != c->dump || (f->type == RW_FRAME_BEGIN && !c->open)) {
		if (c->open && f->dump != c->dump)
			say(l, PROBLEM_CUT, line, "a dump begins before the last one has ended");
		c->dump = f->dump;
		c->open = true;
		begin_at(c, 0);
	}
	if (f->type == RW_FRAME_BEGIN) {
		take_begin_frame(l, c, f);
	} else if (f->type == RW_FRAME_DATA) {
		take_data(l, c, f, line);
	} else {
		if (f->offset != c->next)
			say(l, PROBLEM_CUT, line, "frames are missing before the end of this dump");
		c->open = false;
	}
}

/* Alerts are shown as what they are: text. */
static void show_alerts(struct live *l)
{
	struct console *c = &l->capture.console;

	for (size_t i = 0; i < c->nalert; i++) {
		fprintf(l->out, "-- line %" PRIu64 ": ", c->alert[i].line);
		text_show(l->out,
			  (struct text){ (const uint8_t *)c->alert[i].text, strlen(c->alert[i].text) },
			  false);
		putc('\n', l->out);
	}
	console_free(c);
	*c = (struct console){ .nalert = 0 };
}

static void read_text(struct live *l, bool ended)
{
	size_t drop;

	capture_more(&l->capture, &l->reading, l->text, l->len, ended);
	tell_problems(l);
	show_alerts(l);
	drop = capture_drop(&l->reading);
	l->len -= drop;
	memmove(l->text, l->text + drop, l->len);
}

void live_text(struct live *l, const char *text, size_t len)
{
	memcpy(l->text + l->len, text, len);
	l->len += len;
	read_text(l, l->len > TEXT_MAX);
}

void live_restart(struct live *l)
{
	read_text(l, true);
	l->reading = CAPTURE_READING;
	l->len = 0;
}

enum status live_close(struct live *l, const char *name)
{
	enum status status, other = STATUS_GOOD;

	read_text(l, true);
	if (l->capture.other_version) {
		version_print(stderr, name, l->capture.other_version);
		other = STATUS_VERSION;
	}
	for (size_t i = 0; i < l->n; i++) {
		struct coming *c = l->coming[i];

		if (c->open)
			problem_add(&l->problems, PROBLEM_CUT, NULL, "the dump's END is missing");
		for (size_t k = 0; k < c->nkept; k++)
			free(c->kept[k]);
		free(c->kept);
		free(c->seen);
		cgroups_free(&c->cgroups);
		programs_free(&c->programs);
		free(c);
	}
	tell_problems(l);
	fprintf(l->out, "-- %s: %" PRIu64 " of %" PRIu64 " records shown\n", name, l->shown, l->records);
	status = status_worse(status_of_problems(l->of), other);
	capture_free(&l->capture);
	free(l->coming);
	free(l->text);
	free(l);
	return status;
}

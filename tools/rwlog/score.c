/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Learns what programs usually do, and finds what they did not do before: STIDE (Hofmeyr, Forrest and
 * Somayaji, "Intrusion Detection using Sequences of System Calls", 1998), on events instead of system calls,
 * and with a threshold of frequency t-STIDE (Warrender, Forrest and Pearlmutter, "Detecting Intrusions Using
 * System Calls: Alternative Data Models", 1999).
 */
#include "score.h"

#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "names.h"
#include "text.h"

#define DISTANCES_MOST 1000u /* windows of a sequence whose distance is computed: each takes a look at all */

/* What is counted of one sequence. */
struct tally {
	uint32_t recent;        /* bits: which of the last LOCALITY windows are new */
	unsigned int locality;  /* highest number of new ones among LOCALITY */
	unsigned int distance;  /* highest least distance of a window from the known ones */
	unsigned int looked_at; /* windows whose distance was computed */
	uint64_t misses;        /* new windows */
	uint64_t first_odd;     /* number of the record that ends the first new one */
	uint8_t first_odd_type;
};

struct scoring {
	struct model *m;
	const struct score_options *o;
	struct sink to;
	uint64_t sequences, odd, unknown;
};

static void learn_each(void *ctx, struct sequence *s, const struct rec *r)
{
	(void)r;
	model_add(ctx, s->program, s->window);
}

static void learn_end(void *ctx, struct sequence *s)
{
	(void)ctx;
	(void)s;
}

void learn(struct model *m, const struct log *log, const struct filter *filter)
{
	sequence_walk(&(struct sequence_walk){ .log = log,
					       .filter = filter,
					       .alphabet = m->alphabet,
					       .window = m->window,
					       .learns = true,
					       .words = &m->words,
					       .programs = &m->programs,
					       .more = 1,
					       .each = learn_each,
					       .end = learn_end,
					       .ctx = m });
}

static void score_each(void *ctx, struct sequence *s, const struct rec *r)
{
	struct scoring *k = ctx;
	struct tally *t = s->more;
	bool is_new;
	unsigned int n;

	if (s->program == INTERN_NONE)
		return;
	is_new = model_count(k->m, s->program, s->window) <= k->o->rare;
	t->recent = (t->recent << 1 | is_new) & ((1u << LOCALITY) - 1);
	n = (unsigned int)__builtin_popcount(t->recent);
	t->locality = n > t->locality ? n : t->locality;
	if (!is_new)
		return;
	if (!t->misses++) {
		t->first_odd = r->hdr.seq;
		t->first_odd_type = r->hdr.type;
	}
	if (t->looked_at++ < DISTANCES_MOST) {
		n = model_distance(k->m, s->program, s->window);
		t->distance = n > t->distance ? n : t->distance;
	}
}

static void put_json(struct scoring *k, const struct sequence *s, const char *verdict)
{
	const struct tally *t = s->more;
	struct json j = { .to = &k->to };
	char id[TEXT_BOOT_LEN], type[NAME_LEN];

	boot_name(s->boot, id);
	json_open(&j, NULL, '{');
	json_str(&j, "verdict", verdict);
	json_str(&j, "boot", id);
	json_u64(&j, "pid", s->pid);
	json_u64(&j, "tgid", s->tgid);
	json_text(&j, "program", s->path);
	json_u64(&j, "from_seq", s->from_seq);
	json_u64(&j, "to_seq", s->to_seq);
	json_u64(&j, "windows", s->windows);
	json_u64(&j, "new", t->misses);
	json_u64(&j, "locality", t->locality);
	json_u64(&j, "distance", t->distance);
	if (t->misses) {
		json_u64(&j, "first", t->first_odd);
		json_str(&j, "first_type", name_of_type(t->first_odd_type, type));
	}
	json_close(&j, '}');
	sink_char(&k->to, '\n');
	sink_settle(&k->to);
}

static void put_line(struct scoring *k, const struct sequence *s, const char *verdict)
{
	const struct tally *t = s->more;
	char id[TEXT_BOOT_LEN], type[NAME_LEN];
	FILE *out = k->to.out;

	boot_name(s->boot, id);
	fprintf(out, "%-7s boot %.8s #%" PRIu64 "-%" PRIu64 " ", verdict, id, s->from_seq, s->to_seq);
	text_show(out, s->path, true);
	fprintf(out, "[%" PRIu32 "]: %" PRIu64 " of %" PRIu64 " windows are new, %u among %u, distance %u",
		s->pid, t->misses, s->windows, t->locality, LOCALITY, t->distance);
	if (t->misses)
		fprintf(out, ", the first ends with #%" PRIu64 " %s", t->first_odd,
			name_of_type(t->first_odd_type, type));
	putc('\n', out);
}

static void score_end(void *ctx, struct sequence *s)
{
	struct scoring *k = ctx;
	const struct tally *t = s->more;
	bool unknown = s->program == INTERN_NONE, odd = !unknown && t->locality >= k->o->threshold;
	const char *verdict = unknown ? "unknown" : odd ? "odd" : "usual";

	k->sequences++;
	k->odd += odd;
	k->unknown += unknown;
	if (!unknown && !odd && !k->o->all)
		return;
	if (k->o->json)
		put_json(k, s, verdict);
	else
		put_line(k, s, verdict);
}

void score(struct model *m, const struct log *log, const struct filter *filter, const struct score_options *o,
	   FILE *out)
{
	struct scoring k = { .m = m, .o = o };

	sink_open(&k.to, out);
	sequence_walk(&(struct sequence_walk){ .log = log,
					       .filter = filter,
					       .alphabet = m->alphabet,
					       .window = m->window,
					       .words = &m->words,
					       .programs = &m->programs,
					       .more = sizeof(struct tally),
					       .each = score_each,
					       .end = score_end,
					       .ctx = &k });
	sink_close(&k.to);
	if (!o->json)
		fprintf(out,
			"-- %" PRIu64 " sequences: %" PRIu64 " odd, %" PRIu64
			" of programs that the model does not "
			"know\n",
			k.sequences, k.odd, k.unknown);
}

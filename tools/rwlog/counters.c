/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's counters and the store's use by class, as tables or JSON. */
#include "counters.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "json.h"
#include "names.h"
#include "text.h"
#include "util.h"

static const char *const exit_names[] = RW_EXIT_NAMES;
_Static_assert(ARRAY_SIZE(exit_names) == RW_EXIT_COUNT, "every reason has a name");

/* The counters that are not exits, in the order in which they are shown. */
static const struct rw_counter_field fields[] = RW_COUNTER_FIELDS;

static size_t cpu_count(const struct counters *set)
{
	return set->buf.len / sizeof(struct rw_cpu_stats);
}

static uint64_t counter(const struct counters *set, size_t cpu, size_t off)
{
	uint64_t v;

	memcpy(&v, set->buf.p + cpu * sizeof(struct rw_cpu_stats) + off, sizeof(v));
	return v;
}

static size_t exit_off(size_t reason)
{
	return offsetof(struct rw_cpu_stats, exits) + reason * sizeof(uint64_t);
}

static uint64_t sum(const struct counters *set, size_t off)
{
	uint64_t v = 0;

	for (size_t i = 0; i < cpu_count(set); i++)
		v += counter(set, i, off);
	return v;
}

static uint64_t exits_total(const struct counters *set)
{
	uint64_t v = 0;

	for (size_t i = 0; i < RW_EXIT_COUNT; i++)
		v += sum(set, exit_off(i));
	return v;
}

/* A set of counters, and where it comes from: the file, and the place there. */
struct found {
	const struct counters *set;
	size_t file;
};

/* By boot; of one boot by dump, the last one last. */
static int by_dump(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->set->boot != y->set->boot)
		return x->set->boot < y->set->boot ? -1 : 1;
	if (x->set->dump != y->set->dump)
		return x->set->dump < y->set->dump ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->set->line < y->set->line ? -1 : x->set->line > y->set->line;
}

/* By the digits that frames have of a boot; those that have none at the end. */
static int by_digits(const void *a, const void *b)
{
	const struct boot_counters *x = a, *y = b;

	if (x->numbered != y->numbered)
		return x->numbered ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static int by_place(const void *a, const void *b)
{
	const struct boot_counters *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

/* The last set of each boot that is wanted, by boot. */
static struct found *last_sets(const struct log *log, size_t *n)
{
	struct found *set = NULL;
	size_t cap = 0, out = 0;

	*n = 0;
	for (size_t i = 0; i < log->nin; i++)
		for (size_t j = 0; j < log->in[i]->capture.dumps.nset; j++) {
			const struct counters *c = &log->in[i]->capture.dumps.set[j];

			if (!input_wants(log->in[i], c->boot))
				continue;
			set = grow(set, *n, &cap, sizeof(*set));
			set[(*n)++] = (struct found){ c, i };
		}
	if (*n)
		qsort(set, *n, sizeof(*set), by_dump);
	for (size_t i = 0; i < *n; i++)
		if (i + 1 == *n || set[i + 1].set->boot != set[i].set->boot)
			set[out++] = set[i];
	*n = out;
	return set;
}

/* Adds the log's boots, as far as they are known by their stores. */
static size_t add_stores(const struct log *log, struct boot_counters *to)
{
	for (size_t i = 0; i < log->nboot; i++) {
		const struct part *p = log->boot[i].newest;

		to[i] = (struct boot_counters){ .store = p->have_hdr ? p : NULL,
						.number = p->boot,
						.numbered = p->have_hdr || p->is_dump,
						.place = i };
		boot_name(&log->boot[i], to[i].id);
		for (size_t j = 0; j < log->boot[i].npart; j++)
			to[i].captured |= log->boot[i].part[j]->is_dump;
	}
	return log->nboot;
}

size_t counters_list(const struct log *log, struct boot_counters **list)
{
	size_t nset, n, nstore, at = 0;
	struct found *set = last_sets(log, &nset);
	struct boot_counters *l = make((log->nboot + nset + 1) * sizeof(*l));

	n = nstore = add_stores(log, l);
	qsort(l, nstore, sizeof(*l), by_digits);
	for (size_t i = 0; i < nset; i++) {
		const struct counters *c = set[i].set;
		size_t same = 0;

		while (at < nstore && l[at].numbered && l[at].number < c->boot)
			at++;
		while (at + same < nstore && l[at + same].numbered && l[at + same].number == c->boot)
			same++;
		if (same == 1) {
			l[at].set = c;
			continue;
		}
		l[n] = (struct boot_counters){ .set = c, .number = c->boot, .numbered = true, .place = n };
		l[n].captured = true;
		l[n].several = same > 1;
		snprintf(l[n].id, sizeof(l[n].id), "%08" PRIx32, c->boot);
		n++;
	}
	qsort(l, n, sizeof(*l), by_place);
	free(set);
	*list = l;
	return n;
}

/* A line of the table, with the sum after the CPUs if there are several. */
static void table_line(const struct counters *set, const char *name, size_t off, FILE *out)
{
	fprintf(out, "%-14s", name);
	for (size_t i = 0; i < cpu_count(set); i++)
		fprintf(out, " %14" PRIu64, counter(set, i, off));
	if (cpu_count(set) > 1)
		fprintf(out, " %14" PRIu64, sum(set, off));
	putc('\n', out);
}

static void put_counters(const struct boot_counters *b, FILE *out)
{
	const struct counters *set = b->set;

	fprintf(out, "counters of boot %s%s\n", b->id,
		b->several ? ": of one of several boots whose ids begin so" : "");
	fprintf(out, "%-14s", "exits");
	for (size_t i = 0; i < cpu_count(set); i++)
		fprintf(out, " %11s%3zu", "cpu", i);
	fprintf(out, "%s\n", cpu_count(set) > 1 ? "            all" : "");
	for (size_t i = 0; i < RW_EXIT_COUNT; i++)
		if (sum(set, exit_off(i)))
			table_line(set, exit_names[i], exit_off(i), out);
	fprintf(out, "%" PRIu64 " exits in all\n\n", exits_total(set));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		table_line(set, fields[i].name, fields[i].off, out);
}

static void json_cpu(struct json *j, const struct counters *set, size_t i)
{
	uint32_t apic_id;

	memcpy(&apic_id,
	       set->buf.p + i * sizeof(struct rw_cpu_stats) + offsetof(struct rw_cpu_stats, apic_id),
	       sizeof(apic_id));
	json_open(j, NULL, '{');
	json_u64(j, "cpu", i);
	json_u64(j, "apic_id", apic_id);
	json_open(j, "exits", '{');
	for (size_t k = 0; k < RW_EXIT_COUNT; k++)
		json_u64(j, exit_names[k], counter(set, i, exit_off(k)));
	json_close(j, '}');
	for (size_t k = 0; k < ARRAY_SIZE(fields); k++)
		json_u64(j, fields[k].name, counter(set, i, fields[k].off));
	json_close(j, '}');
}

/* Whether a class is worth a line: this version knows it, or something was in it. */
static bool class_shown(const struct account *a, uint32_t class)
{
	return class < RW_CLASS_COUNT || a->blocks || a->evicted;
}

static void put_store(const struct boot_counters *b, FILE *out)
{
	const struct part *p = b->store;

	fprintf(out, "store of boot %s\n", b->id);
	fprintf(out, "%-14s %14s %14s %14s %14s\n", "store", "records", "bytes", "blocks", "evicted");
	for (uint32_t i = 0; i < RW_STORE_CLASSES; i++) {
		struct account a = account_class(p, i);
		char name[NAME_LEN];

		if (class_shown(&a, i))
			fprintf(out, "%-14s %14" PRIu64 " %14" PRIu64 " %14" PRIu64 " %14" PRIu64 "\n",
				name_of_class(i, name), a.records, a.bytes, a.blocks, a.evicted);
	}
	fprintf(out, "%" PRIu32 " blocks of %" PRIu32 " bytes\n", p->hdr.block_count, p->hdr.block_size);
}

void counters_text(const struct boot_counters *b, bool more, FILE *out)
{
	if (more)
		putc('\n', out);
	if (b->set)
		put_counters(b, out);
	if (b->set && b->store)
		putc('\n', out);
	if (b->store)
		put_store(b, out);
}

static void json_classes(struct json *j, const struct part *p)
{
	json_open(j, "classes", '{');
	for (uint32_t i = 0; i < RW_STORE_CLASSES; i++) {
		struct account a = account_class(p, i);
		char name[NAME_LEN];

		if (!class_shown(&a, i))
			continue;
		json_open(j, name_of_class(i, name), '{');
		json_u64(j, "records", a.records);
		json_u64(j, "bytes", a.bytes);
		json_u64(j, "blocks", a.blocks);
		json_u64(j, "evicted", a.evicted);
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void json_store(struct json *j, const struct boot_counters *b)
{
	const struct part *p = b->store;

	json_open(j, "store", '{');
	json_str(j, "boot", b->id);
	json_u64(j, "records", p->nrec);
	json_u64(j, "first_seq", p->hdr.first_seq);
	json_u64(j, "next_seq", p->hdr.next_seq);
	json_u64(j, "evicted", store_evicted(&p->hdr));
	json_u64(j, "block_size", p->hdr.block_size);
	json_u64(j, "block_count", p->hdr.block_count);
	if (text_end(p->hdr.end_reason))
		json_str(j, "end", text_end(p->hdr.end_reason));
	json_classes(j, p);
	json_close(j, '}');
}

static void json_counters(struct json *j, const struct counters *set)
{
	json_open(j, "cpus", '[');
	for (size_t i = 0; i < cpu_count(set); i++)
		json_cpu(j, set, i);
	json_close(j, ']');
	json_open(j, "exits", '{');
	for (size_t i = 0; i < RW_EXIT_COUNT; i++)
		json_u64(j, exit_names[i], sum(set, exit_off(i)));
	json_close(j, '}');
	json_u64(j, "exits_total", exits_total(set));
	json_u64(j, "records", sum(set, offsetof(struct rw_cpu_stats, records)));
	json_u64(j, "bytes", sum(set, offsetof(struct rw_cpu_stats, bytes)));
	json_u64(j, "violations", sum(set, offsetof(struct rw_cpu_stats, violations)));
	json_u64(j, "patches", sum(set, offsetof(struct rw_cpu_stats, patches)));
	json_u64(j, "drops",
		 sum(set, offsetof(struct rw_cpu_stats, lost)) +
			 sum(set, offsetof(struct rw_cpu_stats, malformed)));
	json_u64(j, "hv_cycles", sum(set, offsetof(struct rw_cpu_stats, hv_cycles)));
}

void counters_json(const struct boot_counters *b, FILE *out)
{
	struct sink to;
	struct json j = { .to = &to };

	sink_open(&to, out);
	json_open(&j, NULL, '{');
	json_str(&j, "boot", b->id);
	if (b->set)
		json_counters(&j, b->set);
	if (b->store)
		json_store(&j, b);
	json_close(&j, '}');
	sink_char(&to, '\n');
	sink_close(&to);
}

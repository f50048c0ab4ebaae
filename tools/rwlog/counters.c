/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's counters and the store's use by class, as tables or JSON. */
#include "counters.h"

#include <inttypes.h>
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

/* The image, or the last dump with a header; NULL: none. */
static const struct part *last_store(const struct input *in)
{
	const struct part *p = in->image && in->image->have_hdr ? in->image : NULL;

	for (size_t i = 0; i < in->capture.dumps.npart; i++)
		if (in->capture.dumps.part[i]->have_hdr)
			p = in->capture.dumps.part[i];
	return p;
}

/* The last complete set of the boot whose store is there; without a store, of any. NULL: none. */
static const struct counters *choose(const struct input *in)
{
	const struct part *p = last_store(in);
	uint32_t boot = p ? store_boot(&p->hdr) : 0;

	return capture_counters(&in->capture, p ? &boot : NULL);
}

bool counters_present(const struct input *in)
{
	return choose(in) != NULL;
}

/* Whose the counters are: as long an id as is known. */
static void name_boot(const struct input *in, char id[TEXT_BOOT_LEN])
{
	const struct part *p = last_store(in);

	if (p)
		text_boot(id, &p->hdr);
	else
		snprintf(id, TEXT_BOOT_LEN, "%08" PRIx32, choose(in)->boot);
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

void counters_table(const struct input *in, FILE *out)
{
	const struct counters *set = choose(in);
	char id[TEXT_BOOT_LEN];

	name_boot(in, id);
	fprintf(out, "counters of boot %s\n", id);
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

bool counters_store_present(const struct input *in)
{
	return last_store(in) != NULL;
}

/* Whether a class is worth a line: this version knows it, or something was in it. */
static bool class_shown(const struct account *a, uint32_t class)
{
	return class < RW_CLASS_COUNT || a->blocks || a->evicted;
}

void counters_store_table(const struct input *in, FILE *out)
{
	const struct part *p = last_store(in);
	char id[TEXT_BOOT_LEN];

	text_boot(id, &p->hdr);
	fprintf(out, "store of boot %s\n", id);
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

static void json_store(struct json *j, const struct input *in)
{
	const struct part *p = last_store(in);
	char id[TEXT_BOOT_LEN];

	if (!p)
		return;
	text_boot(id, &p->hdr);
	json_open(j, "store", '{');
	json_str(j, "boot", id);
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

void counters_json(const struct input *in, FILE *out)
{
	static const struct counters none;
	const struct counters *set = choose(in) ? choose(in) : &none;
	struct sink to;
	struct json j = { .to = &to };
	char id[TEXT_BOOT_LEN];

	sink_open(&to, out);
	json_open(&j, NULL, '{');
	if (last_store(in) || choose(in)) {
		name_boot(in, id);
		json_str(&j, "boot", id);
	}
	json_open(&j, "cpus", '[');
	for (size_t i = 0; i < cpu_count(set); i++)
		json_cpu(&j, set, i);
	json_close(&j, ']');
	json_open(&j, "exits", '{');
	for (size_t i = 0; i < RW_EXIT_COUNT; i++)
		json_u64(&j, exit_names[i], sum(set, exit_off(i)));
	json_close(&j, '}');
	json_u64(&j, "exits_total", exits_total(set));
	json_u64(&j, "records", sum(set, offsetof(struct rw_cpu_stats, records)));
	json_u64(&j, "bytes", sum(set, offsetof(struct rw_cpu_stats, bytes)));
	json_u64(&j, "violations", sum(set, offsetof(struct rw_cpu_stats, violations)));
	json_u64(&j, "patches", sum(set, offsetof(struct rw_cpu_stats, patches)));
	json_u64(&j, "drops",
		 sum(set, offsetof(struct rw_cpu_stats, lost)) +
			 sum(set, offsetof(struct rw_cpu_stats, malformed)));
	json_u64(&j, "hv_cycles", sum(set, offsetof(struct rw_cpu_stats, hv_cycles)));
	json_store(&j, in);
	json_close(&j, '}');
	sink_char(&to, '\n');
	sink_close(&to);
}

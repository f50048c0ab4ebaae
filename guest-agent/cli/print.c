// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Prints status and counters, for people and as JSON.
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "abi/record.h"
#include "rwctl.h"

static const char *const exit_names[] = RW_EXIT_NAMES;
static const char *const target_names[] = RW_TARGET_NAMES;
static const char *const backend_names[] = { "VMX/EPT", "SVM/NPT" };
static const char *const violation_names[] = { "skip", "fault", "stop" };
static const char *const kexec_names[] = { "refuse", "allow" };

_Static_assert(sizeof(exit_names) / sizeof(exit_names[0]) == RW_EXIT_COUNT, "a name for each reason");

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *name_of(const char *const *names, size_t count, uint32_t i)
{
	return i < count && names[i] ? names[i] : "unknown";
}

/* Sums over all CPUs; ignore the CPU's identity in the result. */
static struct rw_cpu_stats sum(const struct rwctl_stats *stats)
{
	struct rw_cpu_stats s = { .cpu = 0 };
	unsigned int i, r;

	for (i = 0; i < stats->count; i++) {
		const struct rw_cpu_stats *c = &stats->cpu[i];

		for (r = 0; r < RW_EXIT_COUNT; r++)
			s.exits[r] += c->exits[r];
		s.hv_cycles += c->hv_cycles;
		s.records += c->records;
		s.bytes += c->bytes;
		s.lost += c->lost;
		s.malformed += c->malformed;
		s.violations += c->violations;
		s.patches += c->patches;
		s.refused_calls += c->refused_calls;
		s.shootdowns += c->shootdowns;
	}
	return s;
}

static uint64_t exits_of(const struct rw_cpu_stats *s)
{
	uint64_t total = 0;
	unsigned int r;

	for (r = 0; r < RW_EXIT_COUNT; r++)
		total += s->exits[r];
	return total;
}

static int finish_json(json_t *root)
{
	int ret = -1;

	if (root && json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF &&
	    fflush(stdout) == 0)
		ret = 0;
	json_decref(root);
	return ret;
}

static json_t *num(uint64_t v)
{
	return json_integer((json_int_t)v);
}

static json_t *counters_json(const struct rw_cpu_stats *s)
{
	json_t *exits = json_object();
	unsigned int r;

	for (r = 0; r < RW_EXIT_COUNT; r++)
		json_object_set_new(exits, exit_names[r], num(s->exits[r]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "exits", exits,
			 "exits_total", num(exits_of(s)), "hv_cycles", num(s->hv_cycles), "records",
			 num(s->records), "bytes", num(s->bytes), "lost", num(s->lost), "malformed",
			 num(s->malformed), "violations", num(s->violations), "patches", num(s->patches),
			 "refused_calls", num(s->refused_calls), "shootdowns", num(s->shootdowns));
}

/* What may run in kernel mode after the lock. */
static const char *kernel_code_of(const struct rw_status *hv)
{
	if (!(hv->code & RW_CODE_ACTIVE))
		return "any";
	if (hv->code & RW_CODE_AUDIT)
		return "audited";
	return hv->code & RW_CODE_IN_PART ? "approved in part" : "approved";
}

/* Which modules may be loaded after the lock, as in ringward.conf. */
static const char *modules_of(const struct rw_status *hv)
{
	if (hv->code & RW_CODE_MODULES_NONE)
		return "none";
	return hv->code & RW_CODE_MODULES_APPROVED ? "approved" : "any";
}

static json_t *protected_json(const struct rw_status *hv)
{
	json_t *kinds = json_object();
	unsigned int k;

	for (k = 0; k <= RW_TARGET_GUEST_LAST; k++)
		if (target_names[k])
			json_object_set_new(kinds, target_names[k], num(hv->pages_by_kind[k]));
	return json_pack("{s:o, s:o, s:o, s:o}", "ranges", num(hv->ranges), "pages", num(hv->protected_pages),
			 "pages_by_kind", kinds, "symbols", num(hv->symbols));
}

/* The boot's name, as rwlog shows it. */
static void boot_name(char name[33], const struct rw_status *hv)
{
	unsigned int i;

	for (i = 0; i < sizeof(hv->boot_id); i++)
		snprintf(name + 2 * i, 3, "%02x", hv->boot_id[i]);
}

static json_t *store_json(const struct rw_status *hv)
{
	json_t *classes = json_object();
	unsigned int i;

	for (i = 0; i < RW_CLASS_COUNT; i++)
		json_object_set_new(classes, class_desc(i)->name,
				    json_pack("{s:o, s:o}", "used", num(hv->by_class[i].used), "evicted",
					      num(hv->by_class[i].evicted)));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "bytes", num(hv->store_bytes), "used",
			 num(hv->store_used), "first_seq", num(hv->store_first), "next_seq",
			 num(hv->store_next), "evicted", num(hv->evicted), "classes", classes);
}

static int status_json(const struct rw_ioc_status *st, const struct rwctl_stats *stats)
{
	const struct rw_status *hv = &st->hv;
	struct rw_cpu_stats s = sum(stats);
	json_t *root = json_object();
	char boot[33];

	boot_name(boot, hv);
	json_object_set_new(root, "boot", json_string(boot));
	json_object_set_new(root, "locked", json_boolean(hv->locked));
	json_object_set_new(root, "backend",
			    json_string(name_of(backend_names, COUNT(backend_names), hv->backend)));
	json_object_set_new(root, "on_violation",
			    json_string(name_of(violation_names, COUNT(violation_names), hv->on_violation)));
	json_object_set_new(root, "kexec", json_string(name_of(kexec_names, COUNT(kexec_names), hv->kexec)));
	json_object_set_new(root, "kernel_code", json_string(kernel_code_of(hv)));
	json_object_set_new(root, "modules", json_string(modules_of(hv)));
	json_object_set_new(root, "cpus", num(hv->cpus));
	json_object_set_new(root, "uptime_ns", num(hv->uptime_ns));
	json_object_set_new(root, "protected", protected_json(hv));
	json_object_set_new(root, "store", store_json(hv));
	json_object_set_new(root, "agent",
			    json_pack("{s:o, s:o, s:o, s:o}", "rings", num(st->rings), "pending_bytes",
				      num(st->pending), "lost", num(st->lost), "lost_without_ring",
				      num(st->no_ring)));
	json_object_set_new(root, "counters", counters_json(&s));
	return finish_json(root);
}

int print_status(const struct rw_ioc_status *st, const struct rwctl_stats *stats, bool json)
{
	const struct rw_status *hv = &st->hv;
	struct rw_cpu_stats s = sum(stats);
	char boot[33];
	unsigned int k;

	if (json)
		return status_json(st, stats);
	printf("Ringward      %s, %" PRIu32 " CPU%s, up %" PRIu64 " s\n",
	       name_of(backend_names, COUNT(backend_names), hv->backend), hv->cpus, hv->cpus == 1 ? "" : "s",
	       hv->uptime_ns / 1000000000);
	boot_name(boot, hv);
	printf("boot          %s\n", boot);
	printf("locked        %s\n", hv->locked ? "yes" : "no");
	printf("on violation  %s\n", name_of(violation_names, COUNT(violation_names), hv->on_violation));
	printf("kexec         %s\n", name_of(kexec_names, COUNT(kexec_names), hv->kexec));
	printf("kernel code   %s\n", kernel_code_of(hv));
	printf("modules       %s\n", modules_of(hv));
	printf("protected     %" PRIu64 " pages of 4 KiB, %" PRIu32 " ranges, %" PRIu64 " symbols\n",
	       hv->protected_pages, hv->ranges, hv->symbols);
	for (k = 0; k <= RW_TARGET_GUEST_LAST; k++)
		if (target_names[k])
			printf("  %-14s %8" PRIu64 " pages\n", target_names[k], hv->pages_by_kind[k]);
	printf("store         %" PRIu64 " of %" PRIu64 " bytes used, records %" PRIu64 " to %" PRIu64
	       ", %" PRIu64 " evicted\n",
	       hv->store_used, hv->store_bytes, hv->store_first, hv->store_next - 1, hv->evicted);
	for (k = 0; k < RW_CLASS_COUNT; k++)
		printf("  %-14s %8" PRIu64 " bytes used, %" PRIu64 " evicted\n", class_desc(k)->name,
		       hv->by_class[k].used, hv->by_class[k].evicted);
	printf("records       %" PRIu64 " taken, %" PRIu64 " bytes; %" PRIu64 " bytes wait in %" PRIu32
	       " rings\n",
	       s.records, s.bytes, st->pending, st->rings);
	printf("losses        %" PRIu64 " found no room, %" PRIu64 " without a ring, %" PRIu64 " malformed\n",
	       st->lost, st->no_ring, s.malformed);
	printf("incidents     %" PRIu64 " violations, %" PRIu64 " patches, %" PRIu64 " refused hypercalls\n",
	       s.violations, s.patches, s.refused_calls);
	printf("exits         %" PRIu64 ", %" PRIu64 " cycles in the hypervisor\n", exits_of(&s),
	       s.hv_cycles);
	return fflush(stdout) != 0 || ferror(stdout) ? -1 : 0;
}

static int stats_json(const struct rwctl_stats *stats)
{
	struct rw_cpu_stats s = sum(stats);
	json_t *root = json_object(), *cpus = json_array();
	unsigned int i;

	for (i = 0; i < stats->count; i++) {
		json_t *one = counters_json(&stats->cpu[i]);

		json_object_set_new(one, "cpu", num(stats->cpu[i].cpu));
		json_object_set_new(one, "apic_id", num(stats->cpu[i].apic_id));
		json_array_append_new(cpus, one);
	}
	json_object_set_new(root, "cpus", cpus);
	json_object_set_new(root, "total", counters_json(&s));
	return finish_json(root);
}

/* One line of the table: a name, each CPU's number, the sum. */
static void row(const struct rwctl_stats *stats, const char *name, size_t off)
{
	uint64_t total = 0;
	unsigned int i;

	printf("%-14s", name);
	for (i = 0; i < stats->count; i++) {
		uint64_t v = *(const uint64_t *)((const char *)&stats->cpu[i] + off);

		total += v;
		printf(" %14" PRIu64, v);
	}
	printf(" %14" PRIu64 "\n", total);
}

int print_stats(const struct rwctl_stats *stats, bool json)
{
	static const struct rw_counter_field counters[] = RW_COUNTER_FIELDS;
	unsigned int i;

	if (json)
		return stats_json(stats);
	printf("%-14s", "exits");
	for (i = 0; i < stats->count; i++)
		printf("      CPU %4" PRIu32, stats->cpu[i].cpu);
	printf(" %14s\n", "all");
	for (i = 0; i < RW_EXIT_COUNT; i++)
		row(stats, exit_names[i], offsetof(struct rw_cpu_stats, exits) + i * sizeof(uint64_t));
	printf("counters\n");
	for (i = 0; i < COUNT(counters); i++)
		row(stats, counters[i].name, counters[i].off);
	return fflush(stdout) != 0 || ferror(stdout) ? -1 : 0;
}

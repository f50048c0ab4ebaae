/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Many patches in a short time: what their record says, and when it is stored. */
#include "protect/patch_burst.h"

#include "lib/string.h"
#include "log/journal.h"

static struct { /* (e) */
	bool open;
	uint32_t singles;              /* patches that got records of their own */
	uint64_t count;                /* the others; of all below */
	uint64_t opened_ns, latest_ns; /* of the burst */
	uint64_t first_ns, last_ns;
	uint64_t lowest, highest;      /* addresses whose symbols these are */
	char symbol[2][RW_SYMBOL_LEN]; /* NUL-terminated, "" if not known */
	bool task_known;
	struct rw_guest_task task; /* of the last one; untrusted */
	uint32_t areas;
	struct rw_area area[PATCH_AREAS + 1]; /* ascending; one place for the next */
} burst;                                      /* (e) */

static uint64_t end_of(const struct rw_area *area)
{
	return area->gpa + area->bytes;
}

/* Makes one of the areas @i and @i + 1, and of what lies between. */
static void join(uint32_t i)
{
	struct rw_area *a = burst.area;
	uint64_t end = end_of(&a[i]) > end_of(&a[i + 1]) ? end_of(&a[i]) : end_of(&a[i + 1]);

	a[i].bytes = end - a[i].gpa;
	burst.areas--;
	memmove(&a[i + 1], &a[i + 2], (burst.areas - i - 1) * sizeof(*a));
}

/* Joins the two neighbours with the least between them. */
static void join_nearest(void)
{
	const struct rw_area *a = burst.area;
	uint32_t best = 0;

	for (uint32_t i = 1; i + 1 < burst.areas; i++)
		if (a[i + 1].gpa - end_of(&a[i]) < a[best + 1].gpa - end_of(&a[best]))
			best = i;
	join(best);
}

static void add_area(uint64_t gpa, uint64_t bytes)
{
	struct rw_area *a = burst.area;
	uint32_t i = 0;

	while (i < burst.areas && a[i].gpa <= gpa)
		i++;
	memmove(&a[i + 1], &a[i], (burst.areas - i) * sizeof(*a));
	a[i] = (struct rw_area){ gpa, bytes };
	burst.areas++;
	while (i + 1 < burst.areas && end_of(&a[i]) >= a[i + 1].gpa)
		join(i);
	if (i > 0 && end_of(&a[i - 1]) >= a[i].gpa)
		join(i - 1);
	if (burst.areas > PATCH_AREAS)
		join_nearest();
}

static void store(struct percpu *cpu)
{
	uint64_t buf[JOURNAL_RECORD];
	struct rec_writer w;

	if (!burst.count)
		return;
	rec_begin(&w, buf, sizeof(buf), RW_REC_PATCHES, RW_VERDICT_ALLOW);
	if (burst.task_known)
		rec_bytes(&w, RW_F_GUEST_TASK, &burst.task, sizeof(burst.task));
	rec_u32(&w, RW_F_TARGET, RW_TARGET_KERNEL_TEXT);
	rec_u64(&w, RW_F_COUNT, burst.count);
	rec_u64(&w, RW_F_FIRST_NS, burst.first_ns);
	rec_u64(&w, RW_F_LAST_NS, burst.last_ns);
	rec_bytes(&w, RW_F_AREAS, burst.area, (uint16_t)(burst.areas * sizeof(burst.area[0])));
	for (unsigned int i = 0; i < 2; i++)
		if (burst.symbol[i][0])
			journal_text(&w, i ? RW_F_LAST_SYMBOL : RW_F_SYMBOL, burst.symbol[i], RW_SYMBOL_LEN);
	journal_finish(cpu, &w);
	burst.count = 0;
	burst.areas = 0;
}

/* The clocks of two CPUs may differ slightly: a time before the last one counts as no time after it. */
static bool is_over(uint64_t now)
{
	return (int64_t)(now - burst.latest_ns) > (int64_t)PATCH_BURST_GAP_NS;
}

static bool starts_with(const char *text, const char *start)
{
	while (*start && *text == *start) {
		text++;
		start++;
	}
	return !*start;
}

/* The LSM hooks are called by functions with this prefix; on Linux 6.12 through these trampolines. */
static bool is_guarded(const struct evidence *e)
{
	return e->value_len > PATCH_BURST_BYTES || e->target != RW_TARGET_KERNEL_TEXT ||
	       starts_with(e->symbol, "security_") || starts_with(e->symbol, "__SCT__lsm_static_call_");
}

static void count(const struct evidence *e, uint64_t now)
{
	if (!burst.count) {
		burst.first_ns = now;
		burst.lowest = UINT64_MAX;
		burst.highest = 0;
	}
	burst.count++;
	burst.last_ns = now;
	burst.task_known = e->task_known;
	burst.task = e->task;
	if (e->gpa < burst.lowest) {
		burst.lowest = e->gpa;
		memcpy(burst.symbol[0], e->symbol, RW_SYMBOL_LEN);
	}
	if (e->gpa >= burst.highest) {
		burst.highest = e->gpa;
		memcpy(burst.symbol[1], e->symbol, RW_SYMBOL_LEN);
	}
	add_area(e->gpa, e->value_len ? e->value_len : 1);
}

bool patch_burst_take(struct percpu *cpu, const struct evidence *e)
{
	uint64_t now = journal_now(cpu);

	patch_burst_tick(cpu);
	if (!burst.open) {
		burst.open = true;
		burst.singles = 0;
		burst.opened_ns = burst.latest_ns = now;
	}
	if (now > burst.latest_ns)
		burst.latest_ns = now;
	if (is_guarded(e))
		return false;
	if (burst.singles < PATCH_SINGLES) {
		burst.singles++;
		return false;
	}
	count(e, now);
	return true;
}

void patch_burst_tick(struct percpu *cpu)
{
	uint64_t now = journal_now(cpu);

	if (!burst.open)
		return;
	if (is_over(now)) {
		patch_burst_flush(cpu);
	} else if ((int64_t)(now - burst.opened_ns) > (int64_t)PATCH_BURST_MAX_NS) {
		store(cpu);
		burst.opened_ns = now;
	}
}

void patch_burst_flush(struct percpu *cpu)
{
	store(cpu);
	burst.open = false;
}

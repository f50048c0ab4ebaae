/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Data of the guest that stays writable: what it was, and what has changed. */
#include "core/watched.h"

#include "core/spinlock.h"
#include "core/state.h"
#include "lib/string.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/guest_copy.h"
#include "protect/evidence.h"

static struct spinlock lock = SPINLOCK(WATCHED); /* (x) */

static struct {
	uint32_t count, bytes; /* in use; 0 bytes: nothing is kept yet */
	struct rw_range area[WATCHED_MAX];
	uint8_t kept[WATCHED_BYTES]; /* the contents of all areas, back to back */
} watched;                           /* (d) */

static uint64_t checked_ns; /* (x) when a CPU took it upon itself to compare */

/* What is wrong with one area; NULL: nothing. */
static const char *bad_area(const struct rw_range *area)
{
	if (area->flags != RW_RANGE_WATCHED || area->kind)
		return "watched data has no other flag, and no kind";
	if (!area->len || area->len > WATCHED_LEN_MAX)
		return "length of watched data is not 1 to 256";
	if (!printable_name(area->name, sizeof(area->name)))
		return "name is empty, not printable or not terminated";
	return NULL;
}

int watched_add(const struct rw_protect_list *list, struct input_error *err)
{
	uint64_t bytes = 0;

	if (ranges_check_head(list, err))
		return -RW_EINVAL;
	for (uint32_t i = 0; i < list->count; i++) {
		const char *what = bad_area(&list->range[i]);

		if (what)
			return input_error_set(err, i, what, -RW_EINVAL);
		if (!guest_is_ram(list->range[i].gpa, list->range[i].len))
			return input_error_set(err, i, "not guest RAM", -RW_EFAULT);
		bytes += list->range[i].len;
	}
	for (uint32_t i = 0; i < watched.count; i++)
		bytes += watched.area[i].len;
	if (list->count > WATCHED_MAX - watched.count || bytes > WATCHED_BYTES)
		return input_error_set(err, 0, "no room for so much watched data", -RW_ENOSPC);
	memcpy(watched.area + watched.count, list->range, list->count * sizeof(list->range[0]));
	watched.count += list->count;
	return 0;
}

void watched_start(void)
{
	spin_lock(&lock);
	watched.bytes = 0;
	for (uint32_t i = 0; i < watched.count; i++) {
		const struct rw_range *area = &watched.area[i];

		guest_read(area->gpa, watched.kept + watched.bytes, area->len);
		watched.bytes += (uint32_t)area->len;
	}
	spin_unlock(&lock);
}

/* Records that @area, which held @kept, holds @now: from its byte @off on, as much as a record shows. */
static void report(struct percpu *cpu, const struct rw_range *area, const uint8_t *kept, const uint8_t *now,
		   uint32_t off)
{
	uint16_t len = (uint16_t)(area->len - off < RW_VALUE_BYTES ? area->len - off : RW_VALUE_BYTES);
	uint64_t buf[JOURNAL_RECORD];
	struct rec_writer w;

	rec_begin(&w, buf, sizeof(buf), RW_REC_DATA_CHANGE, RW_VERDICT_NONE);
	journal_text(&w, RW_F_SYMBOL, area->name, sizeof(area->name));
	rec_u64(&w, RW_F_SYMBOL_OFFSET, off);
	rec_u64(&w, RW_F_GPA, area->gpa + off);
	rec_u64(&w, RW_F_GVA, area->gva + off);
	rec_bytes(&w, RW_F_OLD_VALUE, kept + off, len);
	rec_bytes(&w, RW_F_NEW_VALUE, now + off, len);
	journal_finish(cpu, &w);
	if (evidence_may_alert(cpu))
		printk("ALERT %s+%x has changed", area->name, off);
}

static void check_area(struct percpu *cpu, const struct rw_range *area, uint8_t *kept)
{
	uint8_t now[WATCHED_LEN_MAX];
	uint32_t off = 0;

	if (guest_read(area->gpa, now, area->len) || !memcmp(now, kept, area->len))
		return;
	while (now[off] == kept[off])
		off++;
	report(cpu, area, kept, now, off);
	memcpy(kept, now, area->len);
}

/* Whether this CPU is to compare now: one CPU in each gap. */
static bool my_turn(struct percpu *cpu)
{
	uint64_t last = __atomic_load_n(&checked_ns, __ATOMIC_RELAXED), now = journal_now(cpu);

	/* The clocks of two CPUs may differ slightly. */
	return (int64_t)(now - last) >= (int64_t)WATCHED_GAP_NS &&
	       __atomic_compare_exchange_n(&checked_ns, &last, now, false, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED);
}

void watched_check(struct percpu *cpu)
{
	uint32_t at = 0;

	if (!hv_locked() || !my_turn(cpu))
		return;
	spin_lock(&lock);
	/* Nothing is kept before watched_start(). */
	for (uint32_t i = 0; i < watched.count && at < watched.bytes; i++) {
		check_area(cpu, &watched.area[i], watched.kept + at);
		at += (uint32_t)watched.area[i].len;
	}
	spin_unlock(&lock);
}

void watched_forget(void)
{
	spin_lock(&lock);
	watched.count = watched.bytes = 0;
	spin_unlock(&lock);
}

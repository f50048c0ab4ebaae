// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Limits the records of a type in a second, and records how many were left out.

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <asm/tsc.h>

#include "filter.h"
#include "fold.h"
#include "lib/record.h"

struct window {
	unsigned long end;   /* of the second */
	u32 records;         /* in it */
	u64 left_out, total; /* since the last record of them; since the start */
	u64 first, last;     /* TSC of the first and the last that was left out */
};

static struct window windows[RW_MONITOR_TYPES];
static DEFINE_RAW_SPINLOCK(lock);

static const char *const event_names[RW_TYPES] = {
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) [id] = name,
#include "abi/events.def"
};

static void time_is_over(struct timer_list *unused);
static DEFINE_TIMER(timer, time_is_over);

/* Makes the record of what was left out. */
static void tell(unsigned int type, struct window *w)
{
	u64 buf[256 / sizeof(u64)];
	struct rec_writer rec;

	if (w->left_out == 0)
		return;
	rec_begin(&rec, buf, sizeof(buf), RW_REC_LIMITED, RW_VERDICT_NONE);
	rec.hdr->time_ns = w->last;
	rec_bytes(&rec, RW_F_LIMITED_EVENT, event_names[type], strlen(event_names[type]));
	rec_u64(&rec, RW_F_COUNT, w->left_out);
	rec_u64(&rec, RW_F_TOTAL, w->total);
	rec_u64(&rec, RW_F_SPAN, mul_u64_u32_div(w->last - w->first, 1000000, tsc_khz));
	rec_end(&rec);
	producer_submit(rec.hdr, rec.used, NULL, 0, PRODUCER_BATCH);
	w->left_out = 0;
}

bool limit_takes(const struct rw_rec_hdr *head)
{
	struct window *w = &windows[head->type];
	unsigned long flags;
	bool full;

	raw_spin_lock_irqsave(&lock, flags);
	if (w->records == 0 || time_after_eq(jiffies, w->end)) {
		tell(head->type, w);
		w->records = 0;
		w->end = jiffies + HZ;
	}
	full = w->records >= filter_type(head->type)->limit;
	if (!full) {
		w->records++;
	} else {
		if (w->left_out++ == 0)
			w->first = head->time_ns;
		w->last = head->time_ns;
		w->total++;
		if (!timer_pending(&timer))
			mod_timer(&timer, w->end);
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	return full;
}

/* Hands over what is due, or all. */
static void flush(bool all)
{
	unsigned long flags, next = 0;
	bool more = false;
	unsigned int type;

	raw_spin_lock_irqsave(&lock, flags);
	for (type = 0; type < RW_MONITOR_TYPES; type++) {
		struct window *w = &windows[type];

		if (w->left_out == 0)
			continue;
		if (all || time_after_eq(jiffies, w->end)) {
			tell(type, w);
		} else if (!more || time_before(w->end, next)) {
			next = w->end;
			more = true;
		}
	}
	if (more)
		mod_timer(&timer, next);
	raw_spin_unlock_irqrestore(&lock, flags);
}

static void time_is_over(struct timer_list *unused)
{
	flush(false);
}

void limit_flush(void)
{
	flush(true);
}

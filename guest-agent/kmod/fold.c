// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Folds equal records that follow each other within a time into one with a count.

#include <linux/errno.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "filter.h"
#include "fold.h"
#include "lib/record.h"

/* Records that a CPU remembers; an older one makes way for one that falls onto its place. */
#define SLOTS 32u
/* Longer records are not folded: their paths are unusual, and memory is bounded. */
#define SLOT_BYTES 512u

struct slot {
	u32 hash, size; /* bytes of the record; 0: free */
	u32 repeats;    /* kept back */
	unsigned long end;
	u64 last; /* TSC of the last repeat */
	u64 record[SLOT_BYTES / sizeof(u64)];
};

struct folder {
	raw_spinlock_t lock; /* the owner's CPU, and whoever flushes */
	struct timer_list timer;
	struct slot *slot; /* SLOTS of them; NULL: nothing is folded */
};

static DEFINE_PER_CPU(struct folder, folders);

/* Hands over what stands for the repeats: the record once more, with the last one's time. */
static void slot_flush(struct slot *s)
{
	struct rw_rec_hdr *hdr = (struct rw_rec_hdr *)s->record;
	const u32 more = s->repeats - 1;
	const struct producer_tail repeat = { .value = &more, .id = RW_F_REPEAT, .len = sizeof(more) };
	u32 size = hdr->size;

	if (s->repeats == 0)
		return;
	hdr->time_ns = s->last;
	hdr->flags &= ~RW_RECF_SYNC;
	if (more)
		hdr->size = rw_pad(s->size + sizeof(struct rw_field) + sizeof(more), RW_REC_ALIGN);
	producer_submit(hdr, s->size, &repeat, more ? 1 : 0, PRODUCER_BATCH);
	hdr->size = size;
	s->repeats = 0;
}

/* All of a record but its time. */
static u32 hash_of(const struct rw_rec_hdr *head, u32 head_len, const struct producer_tail *tail,
		   unsigned int tails)
{
	u32 hash = jhash(head + 1, head_len - sizeof(*head), head->type);

	for (; tails; tails--, tail++)
		hash = jhash(tail->value, tail->len, hash);
	return hash;
}

/* Writes the record to @s, without padding at its end. */
static void slot_fill(struct slot *s, const struct rw_rec_hdr *head, u32 head_len,
		      const struct producer_tail *tail, unsigned int tails)
{
	struct rec_writer w = { .hdr = (struct rw_rec_hdr *)s->record, .room = SLOT_BYTES, .used = head_len };

	memcpy(s->record, head, head_len);
	for (; tails; tails--, tail++)
		rec_bytes(&w, tail->id, tail->value, tail->len);
	s->size = w.used;
	s->repeats = 0;
}

static bool slot_equals(const struct slot *s, const struct rw_rec_hdr *head, u32 head_len,
			const struct producer_tail *tail, unsigned int tails)
{
	const struct rw_rec_hdr *hdr = (const struct rw_rec_hdr *)s->record;
	const u8 *at = (const u8 *)s->record + head_len;

	if (hdr->size != head->size || hdr->type != head->type || hdr->verdict != head->verdict ||
	    hdr->flags != head->flags || s->size < head_len ||
	    memcmp(hdr + 1, head + 1, head_len - sizeof(*head)) != 0)
		return false;
	for (; tails; tails--, tail++) {
		const struct rw_field *f = (const struct rw_field *)at;

		if (at >= (const u8 *)s->record + s->size || f->id != tail->id || f->len != tail->len ||
		    memcmp(f + 1, tail->value, tail->len) != 0)
			return false;
		at += sizeof(*f) + rw_pad(f->len, RW_FIELD_ALIGN);
	}
	return true;
}

bool fold_takes(const struct rw_rec_hdr *head, u32 head_len, const struct producer_tail *tail,
		unsigned int tails)
{
	unsigned long within = msecs_to_jiffies(filter_type(head->type)->fold_ms), flags;
	u32 hash = hash_of(head, head_len, tail, tails);
	struct folder *f;
	bool equal;
	struct slot *s;

	if (head->size > SLOT_BYTES)
		return false;
	local_irq_save(flags);
	f = this_cpu_ptr(&folders);
	raw_spin_lock(&f->lock);
	s = &f->slot[hash % SLOTS];
	equal = s->size && s->hash == hash && slot_equals(s, head, head_len, tail, tails) &&
		time_before(jiffies, s->end);
	if (equal) {
		s->repeats++;
		s->last = head->time_ns;
		if (!timer_pending(&f->timer))
			mod_timer(&f->timer, s->end);
	} else {
		slot_flush(s);
		slot_fill(s, head, head_len, tail, tails);
		s->hash = hash;
		s->end = jiffies + within;
	}
	raw_spin_unlock(&f->lock);
	local_irq_restore(flags);
	return equal;
}

/* Hands over what is due, or all. Return: whether there is more, due at *@next. */
static bool folder_flush(struct folder *f, bool all, unsigned long *next)
{
	bool more = false;
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		struct slot *s = &f->slot[i];

		if (s->repeats == 0)
			continue;
		if (all || time_after_eq(jiffies, s->end)) {
			slot_flush(s);
		} else if (!more || time_before(s->end, *next)) {
			*next = s->end;
			more = true;
		}
	}
	return more;
}

static void time_is_over(struct timer_list *timer)
{
	struct folder *f = from_timer(f, timer, timer);
	unsigned long flags, next;

	raw_spin_lock_irqsave(&f->lock, flags);
	if (folder_flush(f, false, &next))
		mod_timer(&f->timer, next);
	raw_spin_unlock_irqrestore(&f->lock, flags);
}

void fold_flush(void)
{
	unsigned long flags, next;
	int cpu;

	for_each_possible_cpu(cpu)
	{
		struct folder *f = per_cpu_ptr(&folders, cpu);

		if (!f->slot)
			continue;
		raw_spin_lock_irqsave(&f->lock, flags);
		folder_flush(f, true, &next);
		raw_spin_unlock_irqrestore(&f->lock, flags);
	}
}

int __init fold_init(void)
{
	unsigned int type;
	int cpu;

	for (type = 0; type < RW_MONITOR_TYPES; type++)
		if (filter_type(type)->fold_ms)
			break;
	if (type == RW_MONITOR_TYPES)
		return 0;
	for_each_possible_cpu(cpu)
	{
		struct folder *f = per_cpu_ptr(&folders, cpu);

		raw_spin_lock_init(&f->lock);
		timer_setup(&f->timer, time_is_over, TIMER_PINNED);
		f->slot = kvcalloc(SLOTS, sizeof(*f->slot), GFP_KERNEL);
		if (!f->slot) {
			fold_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void __init fold_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
	{
		struct folder *f = per_cpu_ptr(&folders, cpu);

		if (f->slot)
			del_timer_sync(&f->timer);
		kvfree(f->slot);
		f->slot = NULL;
	}
}

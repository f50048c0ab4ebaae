// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Carries records to the hypervisor through a ring in guest memory for each CPU.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

#include "abi/ring.h"
#include "hvcall.h"
#include "lib/record.h"
#include "producer.h"

#define DATA_PAGES 16u
#define DATA_BYTES (DATA_PAGES * RW_PAGE_SIZE)
#define FILL_MARK  (DATA_BYTES / 2)
#define HOLD_TIME  HZ /* longest stay of a batched record */

static_assert(RW_REC_ALIGN == 2 * RW_FIELD_ALIGN); /* padding of a record is 0 or RW_FIELD_ALIGN bytes */
static_assert(DATA_PAGES <= RW_RING_MAX_PAGES && DATA_PAGES >= RW_RING_MIN_PAGES);

struct ring {
	struct rw_ring_hdr *hdr; /* a page, then the data pages, in one vmalloc area */
	u8 *data;
	bool registered;         /* the last member that never changes after the lock */
	struct timer_list timer; /* armed while a batched record waits */
	u64 no_ring;
};

static DEFINE_PER_CPU(struct ring, rings);
static enum cpuhp_state hp_state __ro_after_init;
static bool started;

/* The rest of this part runs with interrupts off, on the ring's own CPU. */

static void ring_drain(struct ring *r)
{
	long ret = hvcall(RW_HC_DRAIN, 0, 0, 0);

	/*
	 * The ring is empty now. If the indices still differ, they were tampered with, and only the
	 * hypervisor's consumer index counts: continue from there.
	 */
	if (ret >= 0)
		WRITE_ONCE(r->hdr->producer, READ_ONCE(r->hdr->consumer));
}

static u64 ring_used(const struct ring *r)
{
	return READ_ONCE(r->hdr->producer) - READ_ONCE(r->hdr->consumer);
}

/* @pos: a multiple of RW_FIELD_ALIGN, so that RW_FIELD_ALIGN bytes there are contiguous. */
static u8 *ring_at(struct ring *r, u64 pos)
{
	return r->data + pos % DATA_BYTES;
}

static void ring_copy(struct ring *r, u64 pos, const void *from, size_t len)
{
	size_t first = min_t(size_t, len, DATA_BYTES - pos % DATA_BYTES);

	memcpy(ring_at(r, pos), from, first);
	if (unlikely(first < len))
		memcpy(r->data, from + first, len - first);
}

/* Return: where the next field begins. */
static u64 ring_copy_tail(struct ring *r, u64 pos, const struct producer_tail *tail)
{
	const struct rw_field field = { tail->id, tail->len };
	u64 end = pos + sizeof(field) + rw_pad(tail->len, RW_FIELD_ALIGN);

	memset(ring_at(r, end - RW_FIELD_ALIGN), 0, RW_FIELD_ALIGN);
	memcpy(ring_at(r, pos), &field, sizeof(field));
	ring_copy(r, pos + sizeof(field), tail->value, tail->len);
	return end;
}

/*
 * Return: whether the ring has room for @size more bytes, after a drain if necessary.
 */
static bool ring_has_room(struct ring *r, u32 size)
{
	if (likely(ring_used(r) + size <= DATA_BYTES))
		return true;
	ring_drain(r);
	return ring_used(r) + size <= DATA_BYTES;
}

/* A record that goes around the ring's end. */
static noinline void put_around(struct ring *r, u64 pos, const struct rw_rec_hdr *head, u32 head_len,
				const struct producer_tail *tail, unsigned int tails)
{
	u64 end = pos + head->size;

	ring_copy(r, pos, head, head_len);
	for (pos += head_len; tails; tails--, tail++)
		pos = ring_copy_tail(r, pos, tail);
	if (pos != end)
		memset(ring_at(r, pos), 0, RW_FIELD_ALIGN);
}

/*
 * Copies whole words by one instruction: memcpy() takes its time to begin, and on a CPU with fast short
 * copies it copies byte by byte.
 */
static inline u8 *copy_words(u8 *to, const u8 **from, size_t words)
{
	asm volatile("rep movsq" : "+D"(to), "+S"(*from), "+c"(words) : : "memory");
	return to;
}

/* The last bytes of a value, fewer than a word, and zeros. What lies after them on their page may be read. */
static inline u64 last_word(const u8 *from, u32 len)
{
	u64 word = 0;

	if (unlikely(offset_in_page(from) > PAGE_SIZE - sizeof(word))) {
		memcpy(&word, from, len);
		return word;
	}
	memcpy(&word, from, sizeof(word));
	return word & ~(~0ull << len * BITS_PER_BYTE);
}

/* Return: where the next field begins. */
static inline u8 *put_tail(u8 *to, const struct producer_tail *tail)
{
	const u8 *from = tail->value;
	u32 rest = tail->len % sizeof(u64);
	u64 last;

	*(u32 *)to = (u32)tail->len << 16 | tail->id;
	to = copy_words(to + sizeof(struct rw_field), &from, tail->len / sizeof(u64));
	if (!rest)
		return to;
	last = last_word(from, rest);
	if (rest <= RW_FIELD_ALIGN) {
		*(u32 *)to = last;
		return to + sizeof(u32);
	}
	*(u64 *)to = last;
	return to + sizeof(u64);
}

/* A record that is not at the ring's end: @to is a multiple of RW_REC_ALIGN, and so is its size. */
static inline void put_straight(u8 *to, const struct rw_rec_hdr *head, u32 head_len,
				const struct producer_tail *tail, unsigned int tails)
{
	const u8 *from = (const u8 *)head;
	u8 *end = to + head->size;

	to = copy_words(to, &from, head_len / sizeof(u64));
	if (head_len % sizeof(u64)) {
		*(u32 *)to = *(const u32 *)from;
		to += sizeof(u32);
	}
	for (; tails; tails--, tail++)
		to = put_tail(to, tail);
	if (to != end)
		*(u32 *)to = 0;
}

static inline bool ring_put(struct ring *r, const struct rw_rec_hdr *head, u32 head_len,
			    const struct producer_tail *tail, unsigned int tails)
{
	u32 size = head->size;
	u64 pos;

	if (!ring_has_room(r, size)) {
		WRITE_ONCE(r->hdr->lost, r->hdr->lost + 1);
		return false;
	}
	/* A tampered index must not make us write past the ring. */
	pos = round_down(READ_ONCE(r->hdr->producer), RW_REC_ALIGN);
	if (likely(pos % DATA_BYTES + size <= DATA_BYTES))
		put_straight(ring_at(r, pos), head, head_len, tail, tails);
	else
		put_around(r, pos, head, head_len, tail, tails);
	/* The record must be visible before the index that announces it. */
	smp_store_release(&r->hdr->producer, pos + size);
	return true;
}

void producer_submit(const struct rw_rec_hdr *head, u32 head_len, const struct producer_tail *tail,
		     unsigned int tails, enum producer_mode mode)
{
	unsigned long flags;
	struct ring *r;

	local_irq_save(flags);
	r = this_cpu_ptr(&rings);
	if (!READ_ONCE(r->registered))
		r->no_ring++;
	else if (ring_put(r, head, head_len, tail, tails)) {
		if (mode == PRODUCER_SYNC || ring_used(r) >= FILL_MARK)
			ring_drain(r);
		else if (!timer_pending(&r->timer))
			mod_timer(&r->timer, jiffies + HOLD_TIME);
	}
	local_irq_restore(flags);
}

void producer_lost(void)
{
	unsigned long flags;
	struct ring *r;

	local_irq_save(flags);
	r = this_cpu_ptr(&rings);
	if (r->registered)
		WRITE_ONCE(r->hdr->lost, r->hdr->lost + 1);
	else
		r->no_ring++;
	local_irq_restore(flags);
}

void producer_flush_local(void)
{
	unsigned long flags;
	struct ring *r;

	local_irq_save(flags);
	r = this_cpu_ptr(&rings);
	if (r->registered && ring_used(r) != 0)
		ring_drain(r);
	local_irq_restore(flags);
}

static void flush_ipi(void *unused)
{
	producer_flush_local();
}

void producer_flush(void)
{
	on_each_cpu(flush_ipi, NULL, 1);
}

/* A timer that outlives its CPU fires on another one; handing over that one's ring does no harm. */
static void hold_time_over(struct timer_list *unused)
{
	producer_flush_local();
}

void producer_state(struct producer_state *state)
{
	int cpu;

	memset(state, 0, sizeof(*state));
	for_each_possible_cpu(cpu)
	{
		const struct ring *r = per_cpu_ptr(&rings, cpu);

		state->no_ring += r->no_ring;
		if (!READ_ONCE(r->registered))
			continue;
		state->rings++;
		state->pending += ring_used(r);
		state->lost += READ_ONCE(r->hdr->lost);
	}
}

const void *producer_fixed(int cpu, size_t *len)
{
	*len = offsetofend(struct ring, registered);
	return per_cpu_ptr(&rings, cpu);
}

/* Registers this CPU's ring with the hypervisor. */
static int ring_register(struct ring *r)
{
	struct rw_ring_desc *desc = (void *)get_zeroed_page(GFP_KERNEL);
	unsigned int i;
	long ret;

	if (!desc)
		return -ENOMEM;
	ret = hvcall(RW_HC_CPU_INDEX, 0, 0, 0);
	if (ret >= 0) {
		desc->cpu = ret;
		desc->data_pages = DATA_PAGES;
		desc->hdr_gpa = page_to_phys(vmalloc_to_page(r->hdr));
		for (i = 0; i < DATA_PAGES; i++)
			desc->data_gpa[i] = page_to_phys(vmalloc_to_page(r->data + i * RW_PAGE_SIZE));
		ret = hvcall(RW_HC_RING, virt_to_phys(desc), 0, 0);
	}
	free_page((unsigned long)desc);
	if (ret < 0)
		return hvcall_error("ring", ret);
	WRITE_ONCE(r->registered, true);
	return 0;
}

/* Runs on the CPU itself. A CPU that comes up after the lock gets no ring: its records are only counted. */
static int cpu_up_here(unsigned int cpu)
{
	struct ring *r = per_cpu_ptr(&rings, cpu);
	int ret = r->registered ? 0 : ring_register(r);

	return started ? 0 : ret;
}

static int cpu_down_here(unsigned int cpu)
{
	producer_flush_local();
	return 0;
}

static void free_rings(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
	{
		struct ring *r = per_cpu_ptr(&rings, cpu);

		/* The hypervisor may still read a registered ring: its pages are never reused. */
		if (!r->registered)
			vfree(r->hdr);
	}
}

int __init producer_init(void)
{
	int cpu, ret;

	for_each_possible_cpu(cpu)
	{
		struct ring *r = per_cpu_ptr(&rings, cpu);

		timer_setup(&r->timer, hold_time_over, TIMER_PINNED);
		r->hdr = vzalloc(RW_PAGE_SIZE + DATA_BYTES);
		if (!r->hdr) {
			free_rings();
			return -ENOMEM;
		}
		r->data = (u8 *)r->hdr + RW_PAGE_SIZE;
	}
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "ringward:online", cpu_up_here, cpu_down_here);
	if (ret < 0) {
		free_rings();
		return ret;
	}
	hp_state = ret;
	started = true;
	return 0;
}

void producer_exit(void)
{
	int cpu;

	cpuhp_remove_state(hp_state);
	for_each_possible_cpu(cpu) del_timer_sync(&per_cpu_ptr(&rings, cpu)->timer);
	free_rings();
}

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

#include "hvcall.h"
#include "producer.h"
#include "abi/ring.h"

#define DATA_PAGES 16u
#define DATA_BYTES (DATA_PAGES * RW_PAGE_SIZE)
#define FILL_MARK  (DATA_BYTES / 2)
#define HOLD_TIME  HZ /* longest stay of a batched record */

static_assert(DATA_PAGES <= RW_RING_MAX_PAGES && DATA_PAGES >= RW_RING_MIN_PAGES);

struct ring {
	struct rw_ring_hdr *hdr; /* a page, then the data pages, in one vmalloc area */
	u8 *data;
	struct timer_list timer; /* armed while a batched record waits */
	bool registered;
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
	 * All is taken now. If the indices still differ they were tampered with, and the hypervisor's
	 * consumer index is the only one that counts: go on from there.
	 */
	if (ret >= 0)
		WRITE_ONCE(r->hdr->producer, READ_ONCE(r->hdr->consumer));
}

static u64 ring_used(const struct ring *r)
{
	return READ_ONCE(r->hdr->producer) - READ_ONCE(r->hdr->consumer);
}

static u64 ring_copy(struct ring *r, u64 pos, const void *from, size_t len)
{
	size_t off = pos % DATA_BYTES;
	size_t first = min_t(size_t, len, DATA_BYTES - off);

	memcpy(r->data + off, from, first);
	memcpy(r->data, from + first, len - first);
	return pos + len;
}

static bool ring_put(struct ring *r, const struct rw_rec_agent *rec, const char *path, const char *path2)
{
	static const u8 zeros[RW_REC_ALIGN];
	u64 pos, end;

	if (ring_used(r) + rec->hdr.size > DATA_BYTES) {
		ring_drain(r);
		if (ring_used(r) + rec->hdr.size > DATA_BYTES) {
			WRITE_ONCE(r->hdr->lost, r->hdr->lost + 1);
			return false;
		}
	}
	pos = READ_ONCE(r->hdr->producer);
	end = pos + rec->hdr.size;
	pos = ring_copy(r, pos, rec, sizeof(*rec));
	pos = ring_copy(r, pos, path, rec->path_len);
	pos = ring_copy(r, pos, path2, rec->path2_len);
	ring_copy(r, pos, zeros, end - pos);
	/* The record stands before the index that announces it. */
	smp_store_release(&r->hdr->producer, end);
	return true;
}

void producer_submit(struct rw_rec_agent *rec, const char *path, const char *path2, enum producer_mode mode)
{
	unsigned long flags;
	struct ring *r;

	rec->hdr.magic = RW_REC_MAGIC;
	rec->hdr.size = ALIGN(sizeof(*rec) + rec->path_len + rec->path2_len, RW_REC_ALIGN);
	if (mode == PRODUCER_SYNC)
		rec->hdr.flags |= RW_RECF_SYNC;
	local_irq_save(flags);
	r = this_cpu_ptr(&rings);
	if (!READ_ONCE(r->registered))
		r->no_ring++;
	else if (ring_put(r, rec, path, path2)) {
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

/* A timer that outlived its CPU fires on another one, whose ring may then as well be handed over. */
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

/* Names this CPU's ring to the hypervisor. */
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

/* Runs on the CPU itself. One that comes after the lock gets no ring: what happens on it is counted. */
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

		/* The hypervisor may still look at a ring that it was given: such pages are never used again.
		 */
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

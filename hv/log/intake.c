/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Intake: moves records from the rings into the store; copies once, then validates. */
#include "intake.h"

#include "abi/bootinfo.h"
#include "lib/events.h"
#include "lib/record.h"
#include "lib/string.h"
#include "mm/guest_copy.h"

/* The start of a record, which tells its length: 8-byte aligned, and so on one page. */
#define HEAD_BYTES 8u
RW_ASSERT_OFFSET(struct rw_rec_hdr, seq, HEAD_BYTES);
_Static_assert(RW_REC_MAX <= RW_RING_MIN_PAGES * RW_PAGE_SIZE,
	       "the smallest ring takes a record of any size");

/*
 * The hypervisor's copy of a part of the ring: whole records are checked and taken there. Long, because one
 * copy of many records is cheaper than one of each.
 */
#define WINDOW_BYTES (2u * RW_REC_MAX)
static uint8_t window[WINDOW_BYTES] __attribute__((aligned(RW_REC_ALIGN))); /* (j) */

/* State of one call of log_intake_drain(). */
struct pass {
	struct log_store *store;
	const struct log_clock *clock;
	struct log_ring *ring;
	struct rw_cpu_stats *stats;
	uint64_t now_ns;
	uint64_t producer;  /* checked */
	uint64_t copied;    /* ring position of what the window gets next */
	uint32_t at, end;   /* of the window: where the next record begins; where its copy ends */
	uint64_t malformed; /* refusals in this call */
	uint32_t reason;    /* enum rw_malformed of the first refusal */
	int stored;
};

/* Publishes the consumer index to the agent. */
static int publish(const struct log_ring *ring)
{
	uint64_t gpa = ring->hdr_gpa + offsetof(struct rw_ring_hdr, consumer);

	return guest_write(gpa, &ring->consumer, sizeof(ring->consumer));
}

int log_ring_init(struct log_ring *ring, const struct rw_ring_desc *desc, uint64_t now_ns,
		  struct input_error *err)
{
	struct log_ring fresh = {
		.hdr_gpa = desc->hdr_gpa, .start_ns = now_ns, .seen_ns = now_ns, .in_use = true
	};
	uint64_t probe;

	if (ring->in_use)
		return input_error_set(err, 0, "the CPU has a ring", -RW_EXISTS);
	if (desc->cpu >= RW_MAX_CPUS)
		return input_error_set(err, 0, "no such CPU", -RW_EINVAL);
	if (desc->data_pages < RW_RING_MIN_PAGES || desc->data_pages > RW_RING_MAX_PAGES ||
	    (desc->data_pages & (desc->data_pages - 1)))
		return input_error_set(err, 0, "number of data pages is out of bounds or not a power of two",
				       -RW_EINVAL);
	if (desc->hdr_gpa % RW_PAGE_SIZE)
		return input_error_set(err, 0, "header page is not page-aligned", -RW_EINVAL);
	for (uint32_t i = 0; i < desc->data_pages; i++) {
		if (desc->data_gpa[i] % RW_PAGE_SIZE)
			return input_error_set(err, i, "data page is not page-aligned", -RW_EINVAL);
		if (desc->data_gpa[i] == desc->hdr_gpa)
			return input_error_set(err, i, "data page is the header page", -RW_EINVAL);
		for (uint32_t j = 0; j < i; j++)
			if (desc->data_gpa[i] == desc->data_gpa[j])
				return input_error_set(err, i, "data page is named twice", -RW_EINVAL);
		if (guest_read(desc->data_gpa[i], &probe, sizeof(probe)))
			return input_error_set(err, i, "data page is not guest RAM", -RW_EFAULT);
	}
	if (publish(&fresh))
		return input_error_set(err, 0, "header page is not guest RAM", -RW_EFAULT);

	fresh.cpu = (uint16_t)desc->cpu;
	fresh.size = desc->data_pages * RW_PAGE_SIZE;
	memcpy(fresh.data_gpa, desc->data_gpa, desc->data_pages * sizeof(desc->data_gpa[0]));
	*ring = fresh;
	return 0;
}

/* Fills the window from the ring, as far as there is room and memory answers; no read crosses a page. */
static void fill_window(struct pass *p)
{
	while (p->end < WINDOW_BYTES && p->copied != p->producer) {
		uint32_t at = (uint32_t)p->copied & (p->ring->size - 1);
		uint32_t in_page = at % RW_PAGE_SIZE, piece = RW_PAGE_SIZE - in_page;

		if (piece > WINDOW_BYTES - p->end)
			piece = WINDOW_BYTES - p->end;
		if (piece > p->producer - p->copied)
			piece = (uint32_t)(p->producer - p->copied);
		if (guest_read(p->ring->data_gpa[at / RW_PAGE_SIZE] + in_page, window + p->end, piece))
			return;
		p->end += piece;
		p->copied += piece;
	}
}

/* What the window has of the next record moves to its start: no byte is read twice from the guest. */
static __attribute__((noinline)) bool move_window(struct pass *p, uint32_t size)
{
	p->end -= p->at;
	memmove(window, window + p->at, p->end);
	p->at = 0;
	fill_window(p);
	return size <= p->end;
}

/* Makes the first @size bytes of the next record available. Return: whether memory answered. */
static inline bool have(struct pass *p, uint32_t size)
{
	return size <= p->end - p->at || move_window(p, size);
}

/* Counts a refusal. Return: 0, because the drain continues after it. */
static int refuse(struct pass *p, uint32_t reason)
{
	if (!p->malformed++)
		p->reason = reason;
	return 0;
}

/* Is the agent's part of the copied record, whose size and type are checked, as abi/ requires? */
static bool fields_ok(const struct rw_rec_hdr *hdr)
{
	struct rec_fault fault;

	return hdr->verdict < RW_VERDICT_COUNT && !(hdr->flags & ~(RW_RECF_PATH_TRUNC | RW_RECF_SYNC)) &&
	       !rec_check_fields(hdr, hdr->size, true, &fault);
}

/* Sets time and CPU of the copied, checked record, and stores it. */
static void store_record(struct pass *p, struct rw_rec_hdr *hdr)
{
	uint64_t time_ns = log_clock_ns(p->clock, hdr->time_ns);

	if (time_ns < p->ring->start_ns || time_ns > p->now_ns) {
		time_ns = p->now_ns;
		hdr->flags |= RW_RECF_TIME_ADJ;
	}
	hdr->time_ns = time_ns;
	hdr->cpu = p->ring->cpu;
	log_store_append(p->store, hdr); /* accepts every checked record */
	p->stored++;
	p->stats->records++;
	p->stats->bytes += hdr->size;
}

/* The next record's copy. */
static struct rw_rec_hdr *next_record(const struct pass *p)
{
	return (struct rw_rec_hdr *)(void *)(window + p->at);
}

/* Takes the record at the consumer index, at least 8 bytes, and moves the index past it. */
static int take_record(struct pass *p)
{
	struct log_ring *ring = p->ring;
	uint64_t pos = ring->consumer;
	struct rw_rec_hdr *hdr;
	uint32_t size;

	ring->consumer = p->producer; /* unless the record's end turns out to be known */
	if (!have(p, HEAD_BYTES))
		return -RW_EFAULT;
	hdr = next_record(p);
	size = hdr->size;
	if (hdr->magic != RW_REC_MAGIC)
		return refuse(p, RW_BAD_MAGIC);
	if (size < sizeof(*hdr) || size > RW_REC_MAX || size % RW_REC_ALIGN || size > p->producer - pos)
		return refuse(p, RW_BAD_SIZE);
	if (!have(p, size))
		return -RW_EFAULT;
	hdr = next_record(p);
	ring->consumer = pos + size;
	p->at += size;
	if (hdr->type > RW_REC_AGENT_LAST || !event_desc(hdr->type))
		return refuse(p, RW_BAD_TYPE);
	if (!fields_ok(hdr))
		return refuse(p, RW_BAD_FIELD);
	store_record(p, hdr);
	return 0;
}

/* Reads the agent's lost counter. Return: its rise; a fall is not believed. */
static uint64_t take_lost(struct pass *p, uint64_t lost)
{
	uint64_t rise = lost > p->ring->lost ? lost - p->ring->lost : 0;

	if (rise > LOG_LOST_MAX) {
		rise = LOG_LOST_MAX;
		refuse(p, RW_BAD_FIELD);
	}
	p->ring->lost = lost;
	p->ring->lost_total += rise;
	p->stats->lost += rise;
	return rise;
}

/* Reports records that were lost or refused since the ring was last looked at. */
static void put_drop(const struct pass *p, struct log_drop drop)
{
	drop.has_ring = true;
	drop.ring_cpu = p->ring->cpu;
	drop.lost.from_ns = p->ring->seen_ns;
	drop.lost.to_ns = p->now_ns;
	if (drop.lost.count)
		log_store_drop(p->store, &drop, p->ring->cpu);
}

int log_intake_look(const struct log_ring *ring, struct rw_ring_hdr *hdr)
{
	if (!ring->in_use)
		return -RW_ENOTREADY;
	return guest_read(ring->hdr_gpa, hdr, sizeof(*hdr)) ? -RW_EFAULT : 0;
}

int log_intake_drain(struct log_store *store, const struct log_clock *clock, struct log_ring *ring,
		     const struct rw_ring_hdr *hdr, uint64_t tsc, struct rw_cpu_stats *stats)
{
	struct pass p = { .store = store,
			  .clock = clock,
			  .ring = ring,
			  .stats = stats,
			  .now_ns = log_clock_ns(clock, tsc) };
	int ret = 0;

	store->now_ns = p.now_ns;
	p.producer = hdr->producer & ~(uint64_t)(RW_REC_ALIGN - 1);
	if (p.producer != hdr->producer || p.producer - ring->consumer > ring->size) {
		refuse(&p, RW_BAD_INDEX);
		ring->consumer = p.producer;
	}
	p.copied = ring->consumer;
	while (!ret && ring->consumer != p.producer)
		ret = take_record(&p);

	uint64_t lost = take_lost(&p, hdr->lost);

	ring->malformed_total += p.malformed;
	stats->malformed += p.malformed;
	put_drop(&p, (struct log_drop){ .reason = RW_DROP_MALFORMED,
					.first = p.reason,
					.lost.count = p.malformed,
					.total = ring->malformed_total });
	put_drop(&p, (struct log_drop){
			     .reason = RW_DROP_RING_FULL, .lost.count = lost, .total = ring->lost_total });
	ring->seen_ns = p.now_ns;
	log_store_seal(store);
	if (publish(ring))
		ret = -RW_EFAULT;
	return ret ? ret : p.stored;
}

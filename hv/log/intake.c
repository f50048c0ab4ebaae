/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Intake: takes records out of the rings in guest memory, copied once, then validated. */
#include "intake.h"

#include "bootinfo.h"
#include "core/string.h"

/* What comes first in a record, and tells how long it is; 8-byte aligned, and so on one page. */
struct rec_head {
	uint32_t magic;
	uint16_t size;
	uint8_t type;
	uint8_t verdict;
};
RW_ASSERT_SIZE(struct rec_head, 8);
RW_ASSERT_OFFSET(struct rw_rec_hdr, seq, sizeof(struct rec_head));

/* One call of log_intake_drain(). */
struct pass {
	const struct log_intake *in;
	struct log_ring *ring;
	struct rw_cpu_stats *stats;
	uint64_t tsc;
	uint64_t producer;  /* checked */
	uint64_t malformed; /* contents refused in this call */
	uint32_t reason;    /* enum rw_malformed of the first */
	int stored;
};

static int check_pages(const struct log_ring_ops *ops, const struct rw_ring_desc *desc,
		       struct input_error *err)
{
	uint64_t probe;
	uint32_t i, j;

	for (i = 0; i < desc->data_pages; i++) {
		if (desc->data_gpa[i] % RW_PAGE_SIZE)
			return input_error_set(err, i, "data page is not page-aligned", -RW_EINVAL);
		if (desc->data_gpa[i] == desc->hdr_gpa)
			return input_error_set(err, i, "data page is the header page", -RW_EINVAL);
		for (j = 0; j < i; j++)
			if (desc->data_gpa[i] == desc->data_gpa[j])
				return input_error_set(err, i, "data page is named twice", -RW_EINVAL);
		if (ops->read(desc->data_gpa[i], &probe, sizeof(probe)))
			return input_error_set(err, i, "data page is not guest RAM", -RW_EFAULT);
	}
	return 0;
}

int log_ring_init(struct log_ring *ring, const struct log_ring_ops *ops, const struct rw_ring_desc *desc,
		  uint64_t tsc, struct input_error *err)
{
	uint64_t consumer = 0;
	int ret;

	if (ring->in_use)
		return input_error_set(err, 0, "the CPU has a ring", -RW_EXISTS);
	if (desc->cpu >= RW_MAX_CPUS)
		return input_error_set(err, 0, "no such CPU", -RW_EINVAL);
	if (desc->data_pages < RW_RING_MIN_PAGES || desc->data_pages > RW_RING_MAX_PAGES ||
	    (desc->data_pages & (desc->data_pages - 1)))
		return input_error_set(err, 0, "number of data pages out of bounds or no power of two",
				       -RW_EINVAL);
	if (desc->hdr_gpa % RW_PAGE_SIZE)
		return input_error_set(err, 0, "header page is not page-aligned", -RW_EINVAL);
	ret = check_pages(ops, desc, err);
	if (ret)
		return ret;
	if (ops->write(desc->hdr_gpa + offsetof(struct rw_ring_hdr, consumer), &consumer, sizeof(consumer)))
		return input_error_set(err, 0, "header page is not guest RAM", -RW_EFAULT);

	memset(ring, 0, sizeof(*ring));
	ring->cpu = (uint16_t)desc->cpu;
	ring->size = desc->data_pages * RW_PAGE_SIZE;
	ring->last_tsc = tsc;
	ring->hdr_gpa = desc->hdr_gpa;
	memcpy(ring->data_gpa, desc->data_gpa, desc->data_pages * sizeof(desc->data_gpa[0]));
	ring->in_use = true;
	return 0;
}

/* Copies @n bytes from position @pos of the ring, page by page. */
static int ring_read(const struct pass *p, uint64_t pos, void *dst, size_t n)
{
	uint8_t *to = dst;

	while (n) {
		uint32_t at = (uint32_t)pos & (p->ring->size - 1);
		uint32_t in_page = at % RW_PAGE_SIZE;
		size_t piece = n < RW_PAGE_SIZE - in_page ? n : RW_PAGE_SIZE - in_page;

		if (p->in->ops->read(p->ring->data_gpa[at / RW_PAGE_SIZE] + in_page, to, piece))
			return -RW_EFAULT;
		pos += piece;
		to += piece;
		n -= piece;
	}
	return 0;
}

static void refuse(struct pass *p, uint32_t reason)
{
	if (!p->malformed++)
		p->reason = reason;
}

/* Is the agent's part of a record, of which size and type are checked, as abi/record.h wants it? */
static bool fields_ok(const struct rw_rec_agent *rec)
{
	size_t end = sizeof(*rec) + rec->path_len + rec->path2_len;
	size_t i;

	if (rec->hdr.verdict >= RW_VERDICT_COUNT || (rec->hdr.flags & ~(RW_RECF_PATH_TRUNC | RW_RECF_SYNC)))
		return false;
	if (rec->path_len > RW_PATH_MAX || rec->path2_len > RW_PATH_MAX)
		return false;
	if (rec->hdr.size != ((end + RW_REC_ALIGN - 1) & ~(size_t)(RW_REC_ALIGN - 1)))
		return false;
	for (i = end; i < rec->hdr.size; i++)
		if (((const uint8_t *)rec)[i])
			return false;
	return true;
}

/* Gives a checked record its time and CPU, and stores it. */
static void store_record(struct pass *p, struct rw_rec_agent *rec)
{
	uint64_t stamp = rec->hdr.time_ns;

	if (stamp >= p->ring->last_tsc && stamp <= p->tsc) {
		p->ring->last_tsc = stamp;
	} else {
		stamp = p->tsc;
		rec->hdr.flags |= RW_RECF_TIME_ADJ;
	}
	rec->hdr.time_ns = log_clock_ns(p->in->clock, stamp);
	rec->hdr.cpu = p->ring->cpu;
	log_store_append(p->in->store, &rec->hdr); /* refuses no record that was checked */
	p->stored++;
	p->stats->records++;
	p->stats->bytes += rec->hdr.size;
}

/* Takes what lies at the consumer index, at least 8 bytes, and moves the index behind it. */
static int take_record(struct pass *p)
{
	struct rw_rec_agent *rec = p->in->staging;
	struct log_ring *ring = p->ring;
	uint64_t pos = ring->consumer;
	struct rec_head head;

	ring->consumer = p->producer; /* unless the record's end is known */
	if (ring_read(p, pos, &head, sizeof(head)))
		return -RW_EFAULT;
	if (head.magic != RW_REC_MAGIC) {
		refuse(p, RW_BAD_MAGIC);
		return 0;
	}
	if (head.size < sizeof(*rec) || head.size > RW_REC_MAX || head.size % RW_REC_ALIGN ||
	    head.size > p->producer - pos) {
		refuse(p, RW_BAD_SIZE);
		return 0;
	}
	ring->consumer = pos + head.size;
	if (!head.type || head.type > RW_REC_AGENT_LAST) {
		refuse(p, RW_BAD_TYPE);
		return 0;
	}
	memcpy(rec, &head, sizeof(head));
	if (ring_read(p, pos + sizeof(head), (uint8_t *)rec + sizeof(head), head.size - sizeof(head))) {
		ring->consumer = p->producer;
		return -RW_EFAULT;
	}
	if (fields_ok(rec))
		store_record(p, rec);
	else
		refuse(p, RW_BAD_FIELD);
	return 0;
}

/* Looks at the agent's lost counter: only a rise is believed. Return: the rise. */
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

static void put_drop(const struct pass *p, uint32_t code, uint64_t count, uint32_t reason, uint64_t total)
{
	uint64_t arg[4] = { count, reason, total, p->ring->cpu };

	log_store_event(p->in->store, RW_REC_DROP, code, arg, RW_VERDICT_NONE, p->ring->cpu,
			log_clock_ns(p->in->clock, p->tsc), NULL);
}

/* Tells of what was lost and refused in this call. */
static void report(struct pass *p, uint64_t lost)
{
	if (p->malformed) {
		p->ring->malformed_total += p->malformed;
		p->stats->malformed += p->malformed;
		put_drop(p, RW_DROP_MALFORMED, p->malformed, p->reason, p->ring->malformed_total);
	}
	if (lost)
		put_drop(p, RW_DROP_RING_FULL, lost, 0, p->ring->lost_total);
}

int log_intake_drain(const struct log_intake *in, struct log_ring *ring, uint64_t tsc, uint32_t budget,
		     struct rw_cpu_stats *stats)
{
	struct pass p = { .in = in, .ring = ring, .stats = stats, .tsc = tsc };
	struct rw_ring_hdr hdr;
	uint64_t lost;
	int ret = 0;

	if (!ring->in_use)
		return -RW_ENOTREADY;
	if (in->ops->read(ring->hdr_gpa, &hdr, sizeof(hdr)))
		return -RW_EFAULT;

	p.producer = hdr.producer & ~(uint64_t)(RW_REC_ALIGN - 1);
	if (p.producer != hdr.producer || p.producer - ring->consumer > ring->size) {
		refuse(&p, RW_BAD_INDEX);
		ring->consumer = p.producer;
	}
	while (!ret && budget-- && ring->consumer != p.producer)
		ret = take_record(&p);

	lost = take_lost(&p, hdr.lost);
	report(&p, lost);
	if (in->ops->write(ring->hdr_gpa + offsetof(struct rw_ring_hdr, consumer), &ring->consumer,
			   sizeof(ring->consumer)))
		ret = -RW_EFAULT;
	return ret ? ret : p.stored;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The log store: append, open a block, evict the oldest one. What holds in an image taken at any moment, such
 * as by a crash between two stores (x86 keeps their order, barrier() keeps the compiler from changing it):
 *  - the first `used` bytes of each block are whole records with correct CRCs, and the store's header counts
 *    no record that its block does not have. After them the newest block may hold whole records of the
 *    current batch;
 *  - before a block is reused, the store's header drops its records; then the block's header is cleared, then
 *    the rest;
 *  - a header's CRC may be wrong only while that header itself (32 or 96 bytes, built aside) is being copied.
 */
#include "log/store.h"

#include "abi/hypercall.h"
#include "lib/crc32c.h"
#include "lib/events.h"
#include "lib/record.h"
#include "lib/string.h"

#define barrier() __asm__ volatile("" : : : "memory")

#define DROP_BYTES 128u /* a drop record with all its fields */

_Static_assert(sizeof(struct rw_block_hdr) + DROP_BYTES + RW_REC_MAX <= RW_BLOCK_SIZE,
	       "an empty block takes a drop record and a record of any size");
_Static_assert(RW_REC_MAX <= UINT16_MAX, "rw_rec_hdr.size holds every size");

/* Checksums a header that was built aside, and copies it into place after all earlier writes. */
static void write_hdr(void *place, void *hdr, uint32_t *crc, size_t size)
{
	*crc = 0;
	*crc = crc32c(0, hdr, size);
	barrier();
	memcpy(place, hdr, size);
	barrier();
}

static void seal_block(struct log_store *s)
{
	struct rw_block_hdr block = {
		.magic = RW_BLOCK_MAGIC,
		.index = s->next_index - 1,
		.first_seq = s->block_first,
		.used = s->used,
		.count = s->count,
	};

	write_hdr(log_store_block(s, block.index), &block, &block.crc, sizeof(block));
}

void log_store_seal(struct log_store *s)
{
	struct rw_store_hdr hdr = *s->hdr;

	if (hdr.next_seq == s->next_seq)
		return;
	seal_block(s);
	hdr.next_seq = s->next_seq;
	write_hdr(s->hdr, &hdr, &hdr.crc, sizeof(hdr));
}

/* Puts a record, which fits, into the newest block. */
static void put_record(struct log_store *s, struct rw_rec_hdr *rec)
{
	uint8_t *to = (uint8_t *)log_store_block(s, s->next_index - 1) + s->used;

	rec->magic = RW_REC_MAGIC;
	rec->seq = s->next_seq;
	if (rec->time_ns < s->last_ns)
		rec->time_ns = s->last_ns;
	rec->crc = 0;
	rec->crc = crc32c(0, rec, rec->size);
	memcpy(to, rec, rec->size);
	barrier(); /* the record is complete before anything counts it: a panic may seal at any moment */
	s->used += rec->size;
	s->count++;
	s->next_seq++;
	s->live_bytes += rec->size;
	s->last_ns = rec->time_ns;
}

/* Opens an empty block, in place of the oldest if all are in use. Return: number of records evicted. */
static uint32_t open_block(struct log_store *s)
{
	struct rw_block_hdr *place = log_store_block(s, s->next_index);
	uint32_t count = place->count;

	log_store_seal(s);
	if (count) {
		struct rw_store_hdr hdr = *s->hdr;

		hdr.first_seq += count;
		hdr.evicted += count;
		s->live_bytes -= place->used - sizeof(*place);
		write_hdr(s->hdr, &hdr, &hdr.crc, sizeof(hdr));
		memset(place, 0, sizeof(*place));
		barrier();
		memset(place, 0, RW_BLOCK_SIZE);
	}
	s->used = sizeof(*place);
	s->count = 0;
	s->block_first = s->next_seq;
	s->next_index++;
	seal_block(s); /* the block now has a header, so records before the next seal are found after it */
	return count;
}

int log_store_init(struct log_store *s, void *mem, size_t size, const struct rw_store_hdr *id)
{
	if (size < RW_STORE_HDR_SIZE + LOG_STORE_MIN_BLOCKS * RW_BLOCK_SIZE || size > UINT32_MAX)
		return -RW_EINVAL;

	struct rw_store_hdr hdr = *id;

	memcpy(hdr.magic, RW_STORE_MAGIC, sizeof(hdr.magic));
	hdr.version = RW_STORE_VERSION;
	hdr.size = sizeof(hdr);
	hdr.block_size = RW_BLOCK_SIZE;
	hdr.block_count = (uint32_t)((size - RW_STORE_HDR_SIZE) / RW_BLOCK_SIZE);
	hdr.end_reason = RW_END_RUNNING;
	hdr.next_seq = 1;
	hdr.first_seq = 1;
	memset(mem, 0, size);
	*s = (struct log_store){ .hdr = mem,
				 .block_count = hdr.block_count,
				 .used = RW_BLOCK_SIZE,
				 .next_seq = 1,
				 .block_first = 1 };
	s->blocks = (uint8_t *)mem + RW_STORE_HDR_SIZE;
	write_hdr(s->hdr, &hdr, &hdr.crc, sizeof(hdr));
	return 0;
}

/* Builds a drop record in @buf of DROP_BYTES. */
static struct rw_rec_hdr *make_drop(uint64_t *buf, const struct log_drop *drop, uint16_t cpu,
				    uint64_t time_ns)
{
	struct rec_writer w;

	rec_begin(&w, buf, DROP_BYTES, RW_REC_DROP, RW_VERDICT_NONE);
	rec_u32(&w, RW_F_DROP_REASON, drop->reason);
	rec_u64(&w, RW_F_COUNT, drop->count);
	rec_u64(&w, RW_F_TOTAL, drop->total);
	if (drop->first)
		rec_u32(&w, RW_F_FIRST_REFUSAL, drop->first);
	if (drop->has_ring)
		rec_u32(&w, RW_F_RING_CPU, drop->ring_cpu);
	rec_end(&w);
	w.hdr->cpu = cpu;
	w.hdr->time_ns = time_ns;
	return w.hdr;
}

/* Makes room for @rec: opens a block, whose first record reports what was evicted for it. */
static void make_room(struct log_store *s, const struct rw_rec_hdr *rec)
{
	uint32_t evicted = open_block(s);
	uint64_t buf[DROP_BYTES / 8];
	const struct log_drop drop = { .reason = RW_DROP_EVICTED,
				       .count = evicted,
				       .total = s->hdr->evicted };

	if (evicted)
		put_record(s, make_drop(buf, &drop, rec->cpu, rec->time_ns));
}

int log_store_append(struct log_store *s, struct rw_rec_hdr *rec)
{
	if (rec->size < sizeof(*rec) || rec->size > RW_REC_MAX || rec->size % RW_REC_ALIGN ||
	    !event_desc(rec->type))
		return -RW_EINVAL;
	if (rec->size > RW_BLOCK_SIZE - s->used)
		make_room(s, rec);
	put_record(s, rec);
	return 0;
}

void log_store_drop(struct log_store *s, const struct log_drop *drop, uint16_t cpu, uint64_t time_ns)
{
	uint64_t buf[DROP_BYTES / 8];

	log_store_append(s, make_drop(buf, drop, cpu, time_ns)); /* its size and type are correct */
}

void log_store_set_end(struct log_store *s, uint32_t reason)
{
	struct rw_store_hdr hdr;

	log_store_seal(s);
	hdr = *s->hdr;
	hdr.end_reason = reason;
	write_hdr(s->hdr, &hdr, &hdr.crc, sizeof(hdr));
}

void log_store_usage(const struct log_store *s, struct rw_status *status)
{
	status->store_bytes = (uint64_t)s->block_count * RW_BLOCK_SIZE;
	status->store_used = s->live_bytes;
	status->store_first = s->hdr->first_seq;
	status->store_next = s->next_seq;
	status->evicted = s->hdr->evicted;
}

uint64_t log_store_first_block(const struct log_store *s)
{
	return s->next_index > s->block_count ? s->next_index - s->block_count : 0;
}

struct rw_block_hdr *log_store_block(const struct log_store *s, uint64_t index)
{
	return (struct rw_block_hdr *)(void *)(s->blocks + index % s->block_count * RW_BLOCK_SIZE);
}

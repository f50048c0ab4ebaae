/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The log store: append, open a block, push the oldest one out. What holds in an image taken at any moment,
 * such as by a crash between two stores (x86 keeps their order, barrier() keeps the compiler from changing
 * it):
 *  - a record's bytes are all there before its block's header counts it, and that before the store's header
 *  does: the
 *    first `used` bytes of each block are whole records with right CRCs, the store's next_seq is right or one
 *    behind;
 *  - before a block is reused, the store's header drops its records; then its own is cleared, then the rest;
 *  - only during the copy of a header itself (32 or 88 bytes, built aside) may that header's CRC be wrong.
 */
#include "store.h"

#include "lib/string.h"
#include "lib/crc32.h"
#include "abi/hypercall.h"

#define barrier() __asm__ volatile("" : : : "memory")

_Static_assert(sizeof(struct rw_block_hdr) + sizeof(struct rw_rec_event) + RW_REC_MAX <= RW_BLOCK_SIZE,
	       "an empty block takes a drop record and a record of any size");
_Static_assert(RW_REC_MAX <= UINT16_MAX, "rw_rec_hdr.size holds every size");

/* Checksums a header that was built aside, and puts it in its place behind all that was written before. */
static void write_hdr(void *place, void *hdr, uint32_t *crc, size_t size)
{
	*crc = 0;
	*crc = crc32_update(0, hdr, size);
	barrier();
	memcpy(place, hdr, size);
	barrier();
}

/* Puts a record into the newest block, where it fits. */
static void put_record(struct log_store *s, struct rw_rec_hdr *rec)
{
	struct rw_block_hdr *place = log_store_block(s, s->next_index - 1);
	struct rw_block_hdr block = *place;
	struct rw_store_hdr hdr = *s->hdr;

	rec->magic = RW_REC_MAGIC;
	rec->seq = hdr.next_seq++;
	if (rec->time_ns < s->last_ns)
		rec->time_ns = s->last_ns;
	rec->crc = 0;
	rec->crc = crc32_update(0, rec, rec->size);
	memcpy((uint8_t *)place + s->used, rec, rec->size);
	s->used += rec->size;
	s->live_bytes += rec->size;
	s->last_ns = rec->time_ns;

	if (!block.count) {
		block.magic = RW_BLOCK_MAGIC;
		block.index = s->next_index - 1;
		block.first_seq = rec->seq;
	}
	block.used = s->used;
	block.count++;
	write_hdr(place, &block, &block.crc, sizeof(block));
	write_hdr(s->hdr, &hdr, &hdr.crc, sizeof(hdr));
}

/* Opens an empty block, in place of the oldest where all are in use. Return: number of records pushed out. */
static uint32_t open_block(struct log_store *s)
{
	struct rw_block_hdr *place = log_store_block(s, s->next_index);
	uint32_t count = place->count;

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
	s->next_index++;
	return count;
}

int log_store_init(struct log_store *s, void *mem, size_t size, const struct rw_store_hdr *id)
{
	if (size < RW_STORE_HDR_SIZE + LOG_STORE_MIN_BLOCKS * RW_BLOCK_SIZE || size > UINT32_MAX)
		return -RW_EINVAL;

	struct rw_store_hdr hdr = *id;

	memcpy(hdr.magic, RW_STORE_MAGIC, sizeof(hdr.magic));
	hdr.version = RW_STORE_VERSION;
	hdr.block_size = RW_BLOCK_SIZE;
	hdr.block_count = (uint32_t)((size - RW_STORE_HDR_SIZE) / RW_BLOCK_SIZE);
	hdr.end_reason = RW_END_RUNNING;
	hdr.next_seq = 1;
	hdr.first_seq = 1;
	memset(mem, 0, size);
	*s = (struct log_store){ .hdr = mem, .block_count = hdr.block_count, .used = RW_BLOCK_SIZE };
	s->blocks = (uint8_t *)mem + RW_STORE_HDR_SIZE;
	write_hdr(s->hdr, &hdr, &hdr.crc, sizeof(hdr));
	return 0;
}

int log_store_append(struct log_store *s, struct rw_rec_hdr *rec)
{
	if (rec->size < sizeof(*rec) || rec->size > RW_REC_MAX || rec->size % RW_REC_ALIGN || !rec->type ||
	    rec->type >= RW_REC_TYPE_COUNT)
		return -RW_EINVAL;

	if (rec->size > RW_BLOCK_SIZE - s->used) {
		uint32_t evicted = open_block(s);

		if (evicted) {
			struct rw_rec_event drop = {
				.hdr = { .size = sizeof(drop),
					 .type = RW_REC_DROP,
					 .verdict = RW_VERDICT_NONE,
					 .time_ns = rec->time_ns,
					 .cpu = rec->cpu },
				.code = RW_DROP_EVICTED,
				.arg = { evicted, 0, s->hdr->evicted, rec->cpu },
			};

			put_record(s, &drop.hdr);
		}
	}
	put_record(s, rec);
	return 0;
}

int log_store_event(struct log_store *s, uint8_t type, uint32_t code, const uint64_t arg[4], uint16_t cpu,
		    uint64_t time_ns, const char *text)
{
	union {
		struct rw_rec_event event;
		uint8_t bytes[sizeof(struct rw_rec_event) + LOG_EVENT_TEXT_MAX];
	} rec;
	uint32_t len = 0;

	memset(&rec, 0, sizeof(rec));
	for (; text && len < LOG_EVENT_TEXT_MAX && text[len]; len++)
		rec.bytes[sizeof(rec.event) + len] = (uint8_t)text[len];
	rec.event.text_len = len;
	rec.event.hdr = (struct rw_rec_hdr){ .type = type, .verdict = RW_VERDICT_NONE, .cpu = cpu };
	rec.event.hdr.time_ns = time_ns;
	rec.event.hdr.size = (uint16_t)((sizeof(rec.event) + len + RW_REC_ALIGN - 1) & ~(RW_REC_ALIGN - 1));
	rec.event.code = code;
	if (arg)
		memcpy(rec.event.arg, arg, sizeof(rec.event.arg));
	return log_store_append(s, &rec.event.hdr);
}

void log_store_set_end(struct log_store *s, uint32_t reason)
{
	struct rw_store_hdr hdr = *s->hdr;

	hdr.end_reason = reason;
	write_hdr(s->hdr, &hdr, &hdr.crc, sizeof(hdr));
}

void log_store_usage(const struct log_store *s, struct rw_status *status)
{
	status->store_bytes = (uint64_t)s->block_count * RW_BLOCK_SIZE;
	status->store_used = s->live_bytes;
	status->store_first = s->hdr->first_seq;
	status->store_next = s->hdr->next_seq;
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A reader of store images for the tests of hv/log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/events.h"
#include "lib/record.h"
#include "tests/unit/hv/log/check.h"

uint32_t plain_crc32c(const void *p, size_t n)
{
	static uint32_t table[256];
	const uint8_t *byte = p;
	uint32_t crc = 0xffffffffu;

	for (uint32_t i = 0; !table[255] && i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] & 1 ? table[i] >> 1 ^ 0x82f63b78u : table[i] >> 1;
	}
	while (n--)
		crc = crc >> 8 ^ table[(crc ^ *byte++) & 0xff];
	return ~crc;
}

uint64_t random64(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

static bool all_zero(const uint8_t *p, size_t n)
{
	while (n--)
		if (*p++)
			return false;
	return true;
}

uint64_t record_number(const struct rw_rec_hdr *rec, uint16_t id)
{
	struct rec_field f;
	uint64_t value = 0;

	assert_true(rec_find(rec, id, &f));
	assert_true(f.len == 4 || f.len == 8);
	memcpy(&value, f.value, f.len);
	return value;
}

static void take_drop(const struct rw_rec_hdr *rec, struct image *image)
{
	uint64_t reason = record_number(rec, RW_F_DROP_REASON);
	struct rec_fault fault;

	assert_int_equal(rec_check_fields(rec, rec->size, true, &fault), 0);
	assert_in_range(reason, 1, RW_DROP_COUNT - 1);
	assert_true(record_number(rec, RW_F_FROM_TIME) <= record_number(rec, RW_F_TO_TIME));
	image->drops[reason]++;
	image->drop_count[reason] += record_number(rec, RW_F_COUNT);
	if (!image->last_drop[reason] || image->last_drop[reason]->seq < rec->seq)
		image->last_drop[reason] = rec;
}

/* Blocks of an image, and the numbers of their records. */
struct walk {
	const uint8_t *data;
	struct image *image;
	bool crashed;
	uint8_t *seen; /* by number: whether there is such a record */
	uint64_t seen_size;
	/* of the current block */
	uint64_t last_seq, from_ns, to_ns;
};

static struct rw_block_hdr *block_at(const void *data, const struct image *image, uint32_t place)
{
	return (void *)((uintptr_t)data + RW_STORE_HDR_SIZE + (size_t)place * image->hdr.block_size);
}

static void check_record(struct walk *w, const struct rw_rec_hdr *rec, size_t room, uint32_t class)
{
	struct image *image = w->image;
	uint8_t copy[RW_REC_MAX];
	struct rw_rec_hdr *hdr = (void *)copy;

	assert_int_equal(rec->magic, RW_REC_MAGIC);
	assert_in_range(rec->size, sizeof(*rec), RW_REC_MAX);
	assert_int_equal(rec->size % RW_REC_ALIGN, 0);
	assert_true(rec->size <= room);
	memcpy(copy, rec, rec->size);
	hdr->crc = 0;
	assert_int_equal(rec->crc, plain_crc32c(copy, rec->size));
	assert_non_null(event_desc(rec->type));
	assert_int_equal(event_desc(rec->type)->class, class);
	assert_true(rec->seq > w->last_seq && rec->seq < w->seen_size);
	assert_false(w->seen[rec->seq]);
	w->seen[rec->seq] = 1;
	w->last_seq = rec->seq;
	w->from_ns = rec->time_ns < w->from_ns ? rec->time_ns : w->from_ns;
	w->to_ns = rec->time_ns > w->to_ns ? rec->time_ns : w->to_ns;
	if (!image->records || rec->seq < image->first_seq)
		image->first_seq = rec->seq;
	if (rec->seq > image->last_seq) {
		image->last_seq = rec->seq;
		image->last = rec;
	}
	image->records++;
	image->held[class]++;
	image->bytes += rec->size;
	image->types[rec->type]++;
	if (rec->type == RW_REC_DROP)
		take_drop(rec, image);
}

/* Whether a whole record that no header counts lies at @data, of @room bytes: one of an unsealed batch. */
static bool is_next_record(const struct walk *w, const uint8_t *data, size_t room)
{
	struct rw_rec_hdr hdr;
	uint8_t copy[RW_REC_MAX];

	if (room < sizeof(hdr))
		return false;
	memcpy(&hdr, data, sizeof(hdr));
	if (hdr.magic != RW_REC_MAGIC || hdr.size > room || hdr.size < sizeof(hdr) || hdr.size > RW_REC_MAX ||
	    hdr.seq <= w->last_seq || hdr.seq < w->image->hdr.next_seq)
		return false;
	memcpy(copy, data, hdr.size);
	memset(copy + offsetof(struct rw_rec_hdr, crc), 0, sizeof(hdr.crc));
	return plain_crc32c(copy, hdr.size) == hdr.crc;
}

static bool is_newest(const struct walk *w, const struct rw_block_hdr *block)
{
	for (uint32_t i = 0; i < w->image->hdr.block_count; i++) {
		const struct rw_block_hdr *b = block_at(w->data, w->image, i);

		if (b->magic == RW_BLOCK_MAGIC && b->class == block->class && b->index > block->index)
			return false;
	}
	return true;
}

static void check_block(struct walk *w, const struct rw_block_hdr *block)
{
	const uint8_t *data = (const void *)block;
	uint32_t pos = sizeof(*block), count = 0, size = w->image->hdr.block_size;
	bool newest = is_newest(w, block);
	struct rw_block_hdr copy = *block;

	copy.crc = 0;
	assert_int_equal(block->crc, plain_crc32c(&copy, sizeof(copy)));
	assert_in_range(block->used, sizeof(copy), size);
	assert_true(block->count > 0 || (w->crashed && newest));
	assert_true(newest || block->next || w->crashed);
	w->last_seq = block->first_seq - 1;
	w->from_ns = UINT64_MAX;
	w->to_ns = 0;
	while (pos < block->used) {
		const struct rw_rec_hdr *rec = (const void *)(data + pos);

		check_record(w, rec, block->used - pos, block->class);
		if (!count++)
			assert_int_equal(rec->seq, block->first_seq);
		pos += rec->size;
	}
	assert_int_equal(count, block->count);
	assert_int_equal(block->last_seq, w->last_seq);
	assert_int_equal(block->from_ns, w->from_ns);
	assert_int_equal(block->to_ns, w->to_ns);
	while (w->crashed && newest && is_next_record(w, data + pos, size - pos)) {
		const struct rw_rec_hdr *rec = (const void *)(data + pos);

		check_record(w, rec, size - pos, block->class);
		w->image->unsealed++;
		pos += rec->size;
	}
	if (!w->crashed)
		assert_true(all_zero(data + pos, size - pos));
}

static void check_header(const void *data, size_t size, struct image *image)
{
	struct rw_store_hdr *hdr = &image->hdr;
	uint32_t crc;

	assert_true(size >= RW_STORE_HDR_SIZE);
	memset(image, 0, sizeof(*image));
	memcpy(hdr, data, sizeof(*hdr));
	assert_memory_equal(hdr->magic, RW_STORE_MAGIC, 8);
	assert_int_equal(hdr->version, RW_STORE_VERSION);
	assert_int_equal(hdr->size, sizeof(*hdr));
	crc = hdr->crc;
	hdr->crc = 0;
	assert_int_equal(crc, plain_crc32c(hdr, sizeof(*hdr)));
	hdr->crc = crc;
	assert_true(hdr->block_size == RW_BLOCK_SIZE || hdr->block_size == RW_BLOCK_SMALL);
	assert_true(RW_STORE_HDR_SIZE + (uint64_t)hdr->block_count * hdr->block_size <= size);
	assert_true(all_zero((const uint8_t *)data + sizeof(*hdr), RW_STORE_HDR_SIZE - sizeof(*hdr)));
	assert_true(hdr->end_reason < RW_END_COUNT);
	for (unsigned int i = 0; i < RW_STORE_CLASSES; i++) {
		assert_true(i < RW_CLASS_COUNT || !hdr->evicted[i]);
		image->evicted += hdr->evicted[i];
	}
}

/* The block of a class after the one with number @index, which is not the last if it is not NULL. */
static const struct rw_block_hdr *next_of_class(const struct walk *w, uint32_t class,
						const struct rw_block_hdr *last)
{
	const struct rw_block_hdr *next = NULL;

	for (uint32_t i = 0; i < w->image->hdr.block_count; i++) {
		const struct rw_block_hdr *b = block_at(w->data, w->image, i);

		if (b->magic == RW_BLOCK_MAGIC && b->class == class && (!last || b->index > last->index) &&
		    (!next || b->index < next->index))
			next = b;
	}
	return next;
}

/* What the blocks of a class leave out is what was evicted, in one piece. Return: records it ever had. */
static uint64_t check_class(struct walk *w, uint32_t class)
{
	uint64_t end = 0, missing = 0, pieces = 0, evicted = w->image->hdr.evicted[class];
	const struct rw_block_hdr *b;

	for (b = NULL; (b = next_of_class(w, class, b)); end = b->before + b->count) {
		assert_true(b->before >= end);
		pieces += b->before > end;
		missing += b->before - end;
	}
	assert_true(pieces <= 1);
	if (!end)
		return evicted;
	for (b = NULL; missing != evicted && (b = next_of_class(w, class, b));) {
		if (missing + b->count != evicted)
			continue;
		assert_true(w->crashed && !w->image->stale); /* one block is being evicted */
		w->image->stale = b->count;
		missing = evicted;
	}
	assert_int_equal(missing, evicted);
	return end;
}

static void check_numbers(const struct walk *w)
{
	const struct image *image = w->image;
	uint64_t missing = 0;

	for (uint64_t seq = 1; seq < image->hdr.next_seq; seq++)
		missing += !w->seen[seq];
	assert_int_equal(missing + image->stale, image->evicted);
	for (uint64_t seq = image->hdr.next_seq; seq <= image->last_seq; seq++)
		assert_true(w->crashed && w->seen[seq]);
	if (!w->crashed)
		assert_int_equal(image->hdr.first_seq,
				 image->records ? image->first_seq : image->hdr.next_seq);
}

void image_check(const void *data, size_t size, bool crashed, struct image *image)
{
	struct walk w = { .data = data, .image = image, .crashed = crashed };
	uint64_t ever = 0;

	check_header(data, size, image);
	w.seen_size = image->hdr.next_seq + 100000;
	w.seen = calloc(1, w.seen_size);
	assert_non_null(w.seen);
	for (uint32_t i = 0; i < image->hdr.block_count; i++) {
		const struct rw_block_hdr *block = block_at(data, image, i);

		if (block->magic != RW_BLOCK_MAGIC) {
			assert_true(crashed || all_zero((const void *)block, image->hdr.block_size));
			continue;
		}
		assert_int_equal(block->place, i);
		assert_in_range(block->class, 0, RW_CLASS_COUNT - 1);
		check_block(&w, block);
	}
	for (uint32_t class = 0; class < RW_CLASS_COUNT; class ++)
		ever += check_class(&w, class);
	if (!crashed)
		assert_int_equal(ever, image->hdr.next_seq - 1);
	check_numbers(&w);
	free(w.seen);
}

const struct rw_rec_hdr *image_record(const void *data, const struct image *image, uint64_t seq)
{
	for (uint32_t i = 0; i < image->hdr.block_count; i++) {
		const struct rw_block_hdr *block = block_at(data, image, i);
		uint32_t pos = sizeof(*block);

		while (block->magic == RW_BLOCK_MAGIC && pos < block->used) {
			const struct rw_rec_hdr *rec = (const void *)((const uint8_t *)block + pos);

			if (rec->seq == seq)
				return rec;
			pos += rec->size;
		}
	}
	return NULL;
}

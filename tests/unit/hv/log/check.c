/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A reader of store images for the tests of hv/log. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/events.h"
#include "lib/record.h"
#include "tests/unit/hv/log/check.h"

uint32_t plain_crc32c(const void *p, size_t n)
{
	const uint8_t *byte = p;
	uint32_t crc = 0xffffffffu;
	int bit;

	while (n--) {
		crc ^= *byte++;
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
	}
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
	image->drops[reason]++;
	image->drop_count[reason] += record_number(rec, RW_F_COUNT);
	image->last_drop[reason] = rec;
}

static void check_record(const struct rw_rec_hdr *rec, size_t room, struct image *image, uint64_t *time)
{
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
	if (image->records)
		assert_int_equal(rec->seq, image->last_seq + 1);
	else
		image->first_seq = rec->seq;
	assert_true(rec->time_ns >= *time);
	*time = rec->time_ns;
	image->last_seq = rec->seq;
	image->last = rec;
	image->records++;
	image->bytes += rec->size;
	image->types[rec->type]++;
	if (rec->type == RW_REC_DROP)
		take_drop(rec, image);
}

/*
 * Whether a whole record with the next number lies at @data, of @room bytes: a record of an unsealed batch.
 */
static bool is_next_record(const uint8_t *data, size_t room, const struct image *image, uint64_t next)
{
	struct rw_rec_hdr hdr;
	uint8_t copy[RW_REC_MAX];

	if (room < sizeof(hdr))
		return false;
	memcpy(&hdr, data, sizeof(hdr));
	if (hdr.magic != RW_REC_MAGIC || hdr.size > room || hdr.size < sizeof(hdr) || hdr.size > RW_REC_MAX ||
	    hdr.seq != (image->records ? image->last_seq + 1 : next))
		return false;
	memcpy(copy, data, hdr.size);
	memset(copy + offsetof(struct rw_rec_hdr, crc), 0, sizeof(hdr.crc));
	return plain_crc32c(copy, hdr.size) == hdr.crc;
}

static void check_block(const uint8_t *data, bool crashed, bool newest, struct image *image, uint64_t *time)
{
	const struct rw_block_hdr *block = (const void *)data;
	struct rw_block_hdr copy = *block;
	uint32_t pos = sizeof(copy), count = 0;

	copy.crc = 0;
	assert_int_equal(block->crc, plain_crc32c(&copy, sizeof(copy)));
	assert_in_range(block->used, sizeof(copy), RW_BLOCK_SIZE);
	assert_true(block->count > 0 || (crashed && newest));
	while (pos < block->used) {
		const struct rw_rec_hdr *rec = (const void *)(data + pos);

		check_record(rec, block->used - pos, image, time);
		if (!count++)
			assert_int_equal(rec->seq, block->first_seq);
		pos += rec->size;
	}
	assert_int_equal(count, block->count);
	while (crashed && newest &&
	       is_next_record(data + pos, RW_BLOCK_SIZE - pos, image, block->first_seq)) {
		const struct rw_rec_hdr *rec = (const void *)(data + pos);

		check_record(rec, RW_BLOCK_SIZE - pos, image, time);
		image->unsealed++;
		pos += rec->size;
	}
	if (!crashed)
		assert_true(all_zero(data + pos, RW_BLOCK_SIZE - pos));
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
	assert_int_equal(hdr->block_size, RW_BLOCK_SIZE);
	assert_true(RW_STORE_HDR_SIZE + (uint64_t)hdr->block_count * RW_BLOCK_SIZE <= size);
	assert_true(all_zero((const uint8_t *)data + sizeof(*hdr), RW_STORE_HDR_SIZE - sizeof(*hdr)));
	assert_true(hdr->end_reason < RW_END_COUNT);
	assert_int_equal(hdr->evicted, hdr->first_seq - 1);
}

void image_check(const void *data, size_t size, bool crashed, struct image *image)
{
	const uint8_t *blocks = (const uint8_t *)data + RW_STORE_HDR_SIZE;
	uint64_t end = 0, index, time = 0;
	bool begun = false;
	uint32_t i;

	check_header(data, size, image);
	for (i = 0; i < image->hdr.block_count; i++) {
		const struct rw_block_hdr *block = (const void *)(blocks + (size_t)i * RW_BLOCK_SIZE);

		if (block->magic != RW_BLOCK_MAGIC) {
			assert_true(crashed || all_zero((const void *)block, RW_BLOCK_SIZE));
			continue;
		}
		assert_int_equal(block->index % image->hdr.block_count, i);
		if (block->index >= end)
			end = block->index + 1;
	}
	for (index = end > image->hdr.block_count ? end - image->hdr.block_count : 0; index < end; index++) {
		const uint8_t *block = blocks + index % image->hdr.block_count * RW_BLOCK_SIZE;

		if (((const struct rw_block_hdr *)(const void *)block)->magic != RW_BLOCK_MAGIC) {
			assert_true(crashed && !begun); /* only the oldest, which is being reused */
			continue;
		}
		begun = true;
		assert_int_equal(((const struct rw_block_hdr *)(const void *)block)->index, index);
		check_block(block, crashed, index + 1 == end, image, &time);
	}
	if (crashed) {
		if (image->records) {
			assert_true(image->first_seq <= image->hdr.first_seq);
			assert_true(image->last_seq + 1 >= image->hdr.next_seq);
		}
		return;
	}
	assert_int_equal(image->hdr.next_seq, image->records ? image->last_seq + 1 : image->hdr.first_seq);
	if (image->records)
		assert_int_equal(image->hdr.first_seq, image->first_seq);
}

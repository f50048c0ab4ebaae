/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A reader of store images for the tests of hv/log. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hv/log/check.h"

uint32_t plain_crc32(const void *p, size_t n)
{
	const uint8_t *byte = p;
	uint32_t crc = 0xffffffffu;
	int bit;

	while (n--) {
		crc ^= *byte++;
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
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
	assert_int_equal(rec->crc, plain_crc32(copy, rec->size));
	assert_in_range(rec->type, 1, RW_REC_TYPE_COUNT - 1);
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
	if (rec->type == RW_REC_DROP) {
		const struct rw_rec_event *drop = (const void *)rec;

		assert_in_range(drop->code, 1, RW_DROP_COUNT - 1);
		image->drops[drop->code]++;
		image->drop_count[drop->code] += drop->arg[0];
		image->last_drop[drop->code] = rec;
	}
}

static void check_block(const uint8_t *data, bool crashed, struct image *image, uint64_t *time)
{
	const struct rw_block_hdr *block = (const void *)data;
	struct rw_block_hdr copy = *block;
	uint32_t pos = sizeof(copy), count = 0;

	copy.crc = 0;
	assert_int_equal(block->crc, plain_crc32(&copy, sizeof(copy)));
	assert_in_range(block->used, sizeof(copy), RW_BLOCK_SIZE);
	assert_true(block->count > 0);
	while (pos < block->used) {
		const struct rw_rec_hdr *rec = (const void *)(data + pos);

		check_record(rec, block->used - pos, image, time);
		if (!count++)
			assert_int_equal(rec->seq, block->first_seq);
		pos += rec->size;
	}
	assert_int_equal(count, block->count);
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
	crc = hdr->crc;
	hdr->crc = 0;
	assert_int_equal(crc, plain_crc32(hdr, sizeof(*hdr)));
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
			assert_true(crashed && !begun); /* only the oldest, being reused */
			continue;
		}
		begun = true;
		assert_int_equal(((const struct rw_block_hdr *)(const void *)block)->index, index);
		check_block(block, crashed, image, &time);
	}
	if (crashed) {
		if (image->records) {
			assert_true(image->first_seq <= image->hdr.first_seq);
			assert_in_range(image->last_seq + 1, image->hdr.next_seq, image->hdr.next_seq + 1);
		}
		return;
	}
	assert_int_equal(image->hdr.next_seq, image->records ? image->last_seq + 1 : image->hdr.first_seq);
	if (image->records)
		assert_int_equal(image->hdr.first_seq, image->first_seq);
}

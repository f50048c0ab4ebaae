/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/log/store.c: layout, order, eviction, drops, sealing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hv/log/check.h"
#include "abi/hypercall.h"
#include "lib/record.h"
#include "log/store.h"

static const struct rw_store_hdr id = {
	.boot_id = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
	.boot_epoch = 1700000000,
	.tsc_hz = 2000000000,
	.backend = 1,
};

static size_t store_size(uint32_t blocks)
{
	return RW_STORE_HDR_SIZE + (size_t)blocks * RW_BLOCK_SIZE;
}

static void *store_new(struct log_store *s, size_t size)
{
	void *mem = aligned_alloc(RW_PAGE_SIZE, (size + RW_PAGE_SIZE - 1) & ~(size_t)(RW_PAGE_SIZE - 1));

	assert_non_null(mem);
	memset(mem, 0xa5, size);
	assert_int_equal(log_store_init(s, mem, size, &id), 0);
	return mem;
}

/* A record of @size bytes whose contents depend on @seed. */
static struct rw_rec_hdr *record_new(void *buf, uint16_t size, uint8_t type, uint64_t time, uint64_t seed)
{
	struct rw_rec_hdr *rec = buf;
	uint8_t *bytes = buf;
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = (uint8_t)random64(&seed);
	rec->size = size;
	rec->type = type;
	rec->verdict = RW_VERDICT_ALLOW;
	rec->time_ns = time;
	rec->cpu = 3;
	rec->flags = 0;
	return rec;
}

static void empty_store(void **state)
{
	size_t sizes[] = { store_size(2), store_size(2) + 1, store_size(3) - 1, store_size(5) };
	uint32_t blocks[] = { 2, 2, 2, 5 };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct rw_status usage;
		struct log_store s;
		struct image image;
		void *mem = store_new(&s, sizes[i]);

		image_check(mem, sizes[i], false, &image);
		assert_int_equal(image.records, 0);
		assert_int_equal(image.hdr.block_count, blocks[i]);
		assert_int_equal(image.hdr.next_seq, 1);
		assert_int_equal(image.hdr.first_seq, 1);
		assert_int_equal(image.hdr.boot_epoch, id.boot_epoch);
		assert_int_equal(image.hdr.tsc_hz, id.tsc_hz);
		assert_int_equal(image.hdr.backend, 1);
		assert_int_equal(image.hdr.end_reason, RW_END_RUNNING);
		assert_memory_equal(image.hdr.boot_id, id.boot_id, 16);
		assert_int_equal(log_store_first_block(&s), s.next_index);
		log_store_usage(&s, &usage);
		assert_int_equal(usage.store_bytes, (uint64_t)blocks[i] * RW_BLOCK_SIZE);
		assert_int_equal(usage.store_used, 0);
		free(mem);
	}
}

static void refused_sizes(void **state)
{
	struct log_store s = { 0 };
	uint8_t mem[8];

	(void)state;
	assert_int_equal(log_store_init(&s, mem, 0, &id), -RW_EINVAL);
	assert_int_equal(log_store_init(&s, mem, store_size(2) - 1, &id), -RW_EINVAL);
	assert_int_equal(log_store_init(&s, mem, 1ull << 32, &id), -RW_EINVAL);
	assert_null(s.hdr);
}

static void refused_records(void **state)
{
	static const uint16_t sizes[] = { 0, 8, 31, 33, 36, RW_REC_MAX + 8, 0xffff, 0xfff8 };
	uint64_t buf[RW_REC_MAX / 8];
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(2));
	struct rw_rec_hdr *rec = record_new(buf, 64, RW_REC_EXEC, 5, 1);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		rec->size = sizes[i];
		assert_int_equal(log_store_append(&s, rec), -RW_EINVAL);
	}
	rec->size = 64;
	rec->type = 0;
	assert_int_equal(log_store_append(&s, rec), -RW_EINVAL);
	rec->type = 190;
	assert_int_equal(log_store_append(&s, rec), -RW_EINVAL);
	image_check(mem, store_size(2), false, &image);
	assert_int_equal(image.records, 0);
	free(mem);
}

static void contents_and_time(void **state)
{
	static const uint64_t times[] = { 10, 20, 15, 20, 21, 0, UINT64_MAX, 3 };
	static const uint64_t kept[] = { 10, 20, 20, 20, 21, 21, UINT64_MAX, UINT64_MAX };
	uint64_t buf[RW_REC_MAX / 8], again[RW_REC_MAX / 8];
	const uint8_t *at;
	struct log_store s;
	struct image image;
	uint8_t *mem = store_new(&s, store_size(2));
	size_t i;

	(void)state;
	at = mem + RW_STORE_HDR_SIZE + sizeof(struct rw_block_hdr);
	for (i = 0; i < 8; i++) {
		struct rw_rec_hdr *rec = record_new(buf, 200, RW_REC_FORK, times[i], i + 1);

		assert_int_equal(log_store_append(&s, rec), 0);
		log_store_seal(&s);
		assert_int_equal(rec->seq, i + 1);
		assert_int_equal(rec->time_ns, kept[i]);
		record_new(again, 200, RW_REC_FORK, times[i], i + 1);
		assert_memory_equal(at, buf, 200);
		assert_memory_equal(at + sizeof(*rec), (uint8_t *)again + sizeof(*rec), 200 - sizeof(*rec));
		at += 200;
		image_check(mem, store_size(2), false, &image);
		assert_int_equal(image.records, i + 1);
		assert_int_equal(image.last->cpu, 3);
		assert_int_equal(image.last->verdict, RW_VERDICT_ALLOW);
	}
	free(mem);
}

static void block_filled_to_the_end(void **state)
{
	/* 65504 bytes after the header: three of 16384 and one of 16352 leave nothing. */
	uint64_t buf[RW_REC_MAX / 8];
	const struct rw_block_hdr *block;
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(2));
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(log_store_append(&s, record_new(buf, RW_REC_MAX, RW_REC_EXEC, 1, 9)), 0);
	assert_int_equal(log_store_append(&s, record_new(buf, 16352, RW_REC_EXEC, 1, 9)), 0);
	log_store_seal(&s);
	block = log_store_block(&s, 0);
	assert_int_equal(block->used, RW_BLOCK_SIZE);
	assert_int_equal(s.next_index, 1);
	assert_int_equal(log_store_append(&s, record_new(buf, 32, RW_REC_EXEC, 1, 9)), 0);
	assert_int_equal(s.next_index, 2);
	log_store_seal(&s);
	image_check(mem, store_size(2), false, &image);
	assert_int_equal(image.records, 5);
	assert_int_equal(image.drops[RW_DROP_EVICTED], 0);
	free(mem);
}

/* Thousands of records of random sizes through stores of few blocks; the numbers always agree. */
static void wrap_around(void **state)
{
	static const uint32_t blocks[] = { 2, 3, 7 };
	uint64_t buf[RW_REC_MAX / 8];
	uint64_t seed = 7;
	size_t i, n;

	(void)state;
	for (i = 0; i < 3; i++) {
		uint64_t mine = 0;
		struct rw_status usage;
		struct log_store s;
		struct image image;
		void *mem = store_new(&s, store_size(blocks[i]));

		for (n = 0; n < 6000; n++) {
			uint64_t shape = random64(&seed);
			uint16_t size = shape % 16 ? 112 + shape / 16 % 40 * 8 :
						     RW_REC_MAX - shape / 16 % 900 * 8;
			struct rw_rec_hdr *rec = record_new(buf, size, 1 + n % 7, n * 10, n + 1);

			assert_int_equal(log_store_append(&s, rec), 0);
			mine++;
			if (n % 97 && n < 5990)
				continue;
			log_store_seal(&s);
			image_check(mem, store_size(blocks[i]), false, &image);
			log_store_usage(&s, &usage);
			assert_int_equal(usage.store_used, image.bytes);
			assert_int_equal(usage.store_first, image.hdr.first_seq);
			assert_int_equal(usage.store_next, image.hdr.next_seq);
			assert_int_equal(usage.evicted, image.hdr.evicted);
			assert_int_equal(usage.store_next - usage.store_first, image.records);
			if (image.hdr.evicted) {
				const struct rw_rec_hdr *drop = image.last_drop[RW_DROP_EVICTED];

				assert_non_null(drop);
				assert_int_equal(record_number(drop, RW_F_TOTAL), image.hdr.evicted);
				assert_in_range(record_number(drop, RW_F_COUNT), 1, image.hdr.evicted);
				assert_int_equal(drop->cpu, 3);
				assert_int_equal(drop->verdict, RW_VERDICT_NONE);
			}
		}
		assert_true(s.next_index > 5 * blocks[i]);
		/* Each block after the first lap begins with one drop record; all others are this test's. */
		assert_int_equal(s.next_seq - 1, mine + s.next_index - blocks[i]);
		for (n = log_store_first_block(&s); n < s.next_index; n++) {
			const struct rw_rec_hdr *first = (const void *)(log_store_block(&s, n) + 1);

			assert_int_equal(log_store_block(&s, n)->index, n);
			assert_int_equal(first->type, RW_REC_DROP);
			assert_int_equal(record_number(first, RW_F_DROP_REASON), RW_DROP_EVICTED);
		}
		free(mem);
	}
}

static void drops(void **state)
{
	const struct log_drop full = {
		.reason = RW_DROP_RING_FULL, .count = 3, .total = UINT64_MAX, .has_ring = true, .ring_cpu = 9
	};
	const struct log_drop bad = {
		.reason = RW_DROP_MALFORMED, .first = RW_BAD_FIELD, .count = 1, .total = 1
	};
	struct rec_field f;
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(2));

	(void)state;
	log_store_drop(&s, &full, 2, 99);
	log_store_seal(&s);
	image_check(mem, store_size(2), false, &image);
	assert_int_equal(image.last->type, RW_REC_DROP);
	assert_int_equal(image.last->cpu, 2);
	assert_int_equal(image.last->time_ns, 99);
	assert_int_equal(record_number(image.last, RW_F_TOTAL), UINT64_MAX);
	assert_int_equal(record_number(image.last, RW_F_RING_CPU), 9);
	assert_false(rec_find(image.last, RW_F_FIRST_REFUSAL, &f));
	log_store_drop(&s, &bad, 2, 100);
	log_store_seal(&s);
	image_check(mem, store_size(2), false, &image);
	assert_int_equal(record_number(image.last, RW_F_FIRST_REFUSAL), RW_BAD_FIELD);
	assert_false(rec_find(image.last, RW_F_RING_CPU, &f));
	free(mem);
}

/* Nothing is counted before the seal; sealing again changes nothing. */
static void sealed_when_asked(void **state)
{
	uint64_t buf[RW_REC_MAX / 8];
	uint8_t before[64 + sizeof(struct rw_store_hdr)];
	struct log_store s;
	struct image image;
	uint8_t *mem = store_new(&s, store_size(2));
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(log_store_append(&s, record_new(buf, 200, RW_REC_FORK, 1, 7)), 0);
	image_check(mem, store_size(2), true, &image);
	assert_int_equal(image.hdr.next_seq, 1);
	assert_int_equal(image.unsealed, 3);
	log_store_seal(&s);
	image_check(mem, store_size(2), false, &image);
	assert_int_equal(image.hdr.next_seq, 4);
	assert_int_equal(image.unsealed, 0);
	memcpy(before, mem, sizeof(before));
	log_store_seal(&s);
	assert_memory_equal(before, mem, sizeof(before));
	free(mem);
}

static void end_reason(void **state)
{
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(2));

	(void)state;
	log_store_set_end(&s, RW_END_POWEROFF);
	image_check(mem, store_size(2), false, &image);
	assert_int_equal(image.hdr.end_reason, RW_END_POWEROFF);
	log_store_drop(&s, &(struct log_drop){ .reason = RW_DROP_RING_FULL, .count = 1, .total = 1 }, 0, 1);
	log_store_set_end(&s, RW_END_STOP);
	image_check(mem, store_size(2), false, &image);
	assert_int_equal(image.hdr.end_reason, RW_END_STOP);
	assert_int_equal(image.records, 1);
	free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_store),
		cmocka_unit_test(refused_sizes),
		cmocka_unit_test(refused_records),
		cmocka_unit_test(contents_and_time),
		cmocka_unit_test(block_filled_to_the_end),
		cmocka_unit_test(wrap_around),
		cmocka_unit_test(drops),
		cmocka_unit_test(sealed_when_asked),
		cmocka_unit_test(end_reason),
	};

	return cmocka_run_group_tests_name("hv/log/store", tests, NULL, NULL);
}

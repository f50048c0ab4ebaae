/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/log/store.c: layout, order, shares, eviction, drops, sealing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hv/log/check.h"
#include "abi/hypercall.h"
#include "lib/events.h"
#include "lib/record.h"
#include "log/store.h"

static const struct rw_store_hdr id = {
	.boot_id = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
	.boot_epoch = 1700000000,
	.tsc_hz = 2000000000,
	.backend = 1,
};

#define BLOCKS 40u /* the least; more in some tests */

static size_t store_size(uint32_t blocks)
{
	return RW_STORE_HDR_SIZE + (size_t)blocks * RW_BLOCK_SMALL;
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
	static const struct {
		size_t size;
		uint32_t block_size, blocks;
	} cases[] = {
		{ LOG_STORE_MIN, RW_BLOCK_SMALL, BLOCKS },
		{ LOG_STORE_MIN + RW_BLOCK_SMALL - 1, RW_BLOCK_SMALL, BLOCKS },
		{ RW_STORE_HDR_SIZE + (1u << 20), RW_BLOCK_SMALL, 42 },
		{ RW_STORE_HDR_SIZE + 63 * RW_BLOCK_SIZE - 1, RW_BLOCK_SMALL, 167 },
		{ RW_STORE_HDR_SIZE + 63 * RW_BLOCK_SIZE, RW_BLOCK_SIZE, 63 },
		{ RW_STORE_HDR_SIZE + (16u << 20), RW_BLOCK_SIZE, 256 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rw_status usage = { 0 };
		struct log_store s;
		struct image image;
		void *mem = store_new(&s, cases[i].size);
		uint32_t shares = 0;

		image_check(mem, cases[i].size, false, &image);
		assert_int_equal(image.records, 0);
		assert_int_equal(image.hdr.block_size, cases[i].block_size);
		assert_int_equal(image.hdr.block_count, cases[i].blocks);
		assert_int_equal(image.hdr.next_seq, 1);
		assert_int_equal(image.hdr.first_seq, 1);
		assert_int_equal(image.hdr.boot_epoch, id.boot_epoch);
		assert_int_equal(image.hdr.tsc_hz, id.tsc_hz);
		assert_int_equal(image.hdr.backend, 1);
		assert_int_equal(image.hdr.end_reason, RW_END_RUNNING);
		assert_memory_equal(image.hdr.boot_id, id.boot_id, 16);
		assert_int_equal(s.places, 0);
		log_store_usage(&s, &usage);
		assert_int_equal(usage.store_bytes, (uint64_t)cases[i].blocks * cases[i].block_size);
		assert_int_equal(usage.store_used, 0);
		assert_memory_equal(usage.boot_id, id.boot_id, 16);
		for (unsigned int class = 0; class < RW_CLASS_COUNT; class ++) {
			assert_true(s.by_class[class].share >= 2);
			assert_true(s.by_class[class].keep < s.by_class[class].share);
			shares += s.by_class[class].share;
		}
		assert_true(shares <= cases[i].blocks);
		free(mem);
	}
}

static void refused_sizes(void **state)
{
	struct log_store s = { 0 };
	uint8_t mem[8];

	(void)state;
	assert_int_equal(log_store_init(&s, mem, 0, &id), -RW_EINVAL);
	assert_int_equal(log_store_init(&s, mem, LOG_STORE_MIN - 1, &id), -RW_EINVAL);
	assert_int_equal(log_store_init(&s, mem, 1ull << 32, &id), -RW_EINVAL);
	assert_null(s.hdr);
}

static void refused_records(void **state)
{
	static const uint16_t sizes[] = { 0, 8, 31, 33, 36, RW_REC_MAX + 8, 0xffff, 0xfff8 };
	uint64_t buf[RW_REC_MAX / 8];
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(BLOCKS));
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
	image_check(mem, store_size(BLOCKS), false, &image);
	assert_int_equal(image.records, 0);
	free(mem);
}

static void contents_and_time(void **state)
{
	static const uint64_t times[] = { 10, 20, 15, 20, 21, 0, UINT64_MAX, 3 };
	uint64_t buf[RW_REC_MAX / 8], again[RW_REC_MAX / 8];
	const uint8_t *at;
	struct log_store s;
	struct image image;
	uint8_t *mem = store_new(&s, store_size(BLOCKS));
	size_t i;

	(void)state;
	at = mem + RW_STORE_HDR_SIZE + sizeof(struct rw_block_hdr);
	for (i = 0; i < 8; i++) {
		struct rw_rec_hdr *rec = record_new(buf, 200, RW_REC_FORK, times[i], i + 1);

		assert_int_equal(log_store_append(&s, rec), 0);
		log_store_seal(&s);
		assert_int_equal(rec->seq, i + 1);
		assert_int_equal(rec->time_ns, times[i]); /* it is the time of the event */
		record_new(again, 200, RW_REC_FORK, times[i], i + 1);
		assert_memory_equal(at, buf, 200);
		assert_memory_equal(at + sizeof(*rec), (uint8_t *)again + sizeof(*rec), 200 - sizeof(*rec));
		at += 200;
		image_check(mem, store_size(BLOCKS), false, &image);
		assert_int_equal(image.records, i + 1);
		assert_int_equal(image.last->cpu, 3);
		assert_int_equal(image.last->verdict, RW_VERDICT_ALLOW);
	}
	free(mem);
}

static void block_filled_to_the_end(void **state)
{
	/* 24496 bytes after the header: one of 16384 and one of 8112 leave nothing. */
	uint64_t buf[RW_REC_MAX / 8];
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(BLOCKS));

	(void)state;
	assert_int_equal(log_store_append(&s, record_new(buf, RW_REC_MAX, RW_REC_EXEC, 1, 9)), 0);
	assert_int_equal(log_store_append(&s, record_new(buf, 8112, RW_REC_EXEC, 1, 9)), 0);
	log_store_seal(&s);
	assert_int_equal(log_store_block(&s, 0)->used, RW_BLOCK_SMALL);
	assert_int_equal(s.places, 1);
	assert_int_equal(log_store_append(&s, record_new(buf, 32, RW_REC_EXEC, 1, 9)), 0);
	assert_int_equal(s.places, 2);
	log_store_seal(&s);
	assert_int_equal(log_store_block(&s, 0)->next, 2);
	image_check(mem, store_size(BLOCKS), false, &image);
	assert_int_equal(image.records, 3);
	assert_int_equal(image.evicted, 0);
	free(mem);
}

/* A type of each class, by class. */
static const uint8_t type_of_class[RW_CLASS_COUNT] = {
	[RW_CLASS_GUARD] = RW_REC_VIOLATION, [RW_CLASS_PATCH] = RW_REC_PATCH,
	[RW_CLASS_EXEC] = RW_REC_EXEC,       [RW_CLASS_TASK] = RW_REC_FORK,
	[RW_CLASS_FILE] = RW_REC_FILE_OPEN,  [RW_CLASS_CODE] = RW_REC_MODULE_LOAD,
};

static void check_usage(const struct log_store *s, const struct image *image)
{
	struct rw_status usage = { 0 };

	log_store_usage(s, &usage);
	assert_int_equal(usage.store_used, image->bytes);
	assert_int_equal(usage.store_first, image->hdr.first_seq);
	assert_int_equal(usage.store_next, image->hdr.next_seq);
	assert_int_equal(usage.evicted, image->evicted);
	assert_int_equal(usage.store_next - 1, image->records + image->evicted);
	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++)
		assert_int_equal(usage.by_class[i].evicted, image->hdr.evicted[i]);
}

/* Thousands of records of random sizes and classes through small stores; the numbers always agree. */
static void wrap_around(void **state)
{
	static const uint32_t blocks[] = { BLOCKS, BLOCKS + 1, 64 };
	uint64_t buf[RW_REC_MAX / 8], seed = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		uint64_t mine = 0;
		struct log_store s;
		struct image image;
		void *mem = store_new(&s, store_size(blocks[i]));

		for (unsigned int n = 0; n < 8000; n++) {
			uint64_t shape = random64(&seed);
			uint16_t size = shape % 16 ? 112 + shape / 16 % 40 * 8 :
						     RW_REC_MAX - shape / 16 % 900 * 8;
			uint8_t type = type_of_class[(shape >> 32) % RW_CLASS_COUNT];

			if (!type || n / 1000 % 3 == 1)
				type = RW_REC_FILE_OPEN;
			s.now_ns = n;
			assert_int_equal(log_store_append(&s, record_new(buf, size, type, n * 10, n + 1)), 0);
			mine++;
			if (n % 97 && n < 7990)
				continue;
			log_store_seal(&s);
			image_check(mem, store_size(blocks[i]), false, &image);
			check_usage(&s, &image);
		}
		assert_true(s.next_index > 3 * blocks[i]);
		assert_true(image.evicted > 2000);
		assert_int_equal(s.next_seq - 1 - mine,
				 image.drops[RW_DROP_EVICTED] + image.hdr.evicted[RW_CLASS_LOSS]);
		free(mem);
	}
}

/* Appends records of one class until it has filled @bytes. */
static void flood(struct log_store *s, unsigned int class, uint64_t bytes)
{
	uint64_t buf[RW_REC_MAX / 8];

	for (uint64_t done = 0; done < bytes; done += 1000)
		assert_int_equal(log_store_append(s, record_new(buf, 1000, type_of_class[class], 7, 1)), 0);
	log_store_seal(s);
}

/* A flood of any one class leaves every record of the others, each of which has filled its share. */
static void flood_takes_nobodys_share(void **state)
{
	(void)state;
	for (unsigned int class = 0; class < RW_CLASS_COUNT; class ++) {
		struct log_store s;
		struct image before, after;
		void *mem;

		if (!type_of_class[class])
			continue;
		mem = store_new(&s, store_size(64));
		for (unsigned int i = 0; i < RW_CLASS_COUNT; i++)
			if (type_of_class[i] && i != class)
				flood(&s, i, (s.by_class[i].share - 1) * 24000);
		image_check(mem, store_size(64), false, &before);
		assert_int_equal(before.evicted, 0);
		flood(&s, class, 5 * store_size(64));
		image_check(mem, store_size(64), false, &after);
		assert_true(after.hdr.evicted[class] > 3000);
		for (unsigned int i = 0; i < RW_CLASS_COUNT; i++) {
			if (i == class || i == RW_CLASS_LOSS)
				continue;
			assert_int_equal(after.hdr.evicted[i], 0);
			assert_int_equal(after.held[i], before.held[i]);
		}
		assert_true(after.held[class] > 24 * (s.by_class[class].share - 1));
		assert_int_equal(after.drops[RW_DROP_EVICTED] > 0, true);
		free(mem);
	}
}

static int excess_of(const struct log_store *s, unsigned int class)
{
	return (int)s->by_class[class].blocks - (int)s->by_class[class].share;
}

/* Free room is for whoever comes first, until those whose share it is need it. */
static void borrowed_room_is_given_back(void **state)
{
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(64));

	(void)state;
	flood(&s, RW_CLASS_FILE, 2 * store_size(64));
	assert_true(s.by_class[RW_CLASS_FILE].blocks >= 62);
	flood(&s, RW_CLASS_EXEC, (s.by_class[RW_CLASS_EXEC].share - 1) * 24000);
	image_check(mem, store_size(64), false, &image);
	assert_int_equal(image.hdr.evicted[RW_CLASS_EXEC], 0);
	flood(&s, RW_CLASS_EXEC, 2 * store_size(64)); /* now both have about the same excess */
	assert_in_range(excess_of(&s, RW_CLASS_EXEC) - excess_of(&s, RW_CLASS_FILE) + 1, 0, 2);
	assert_true(s.by_class[RW_CLASS_FILE].blocks >= s.by_class[RW_CLASS_FILE].share);
	image_check(mem, store_size(64), false, &image);
	free(mem);
}

/* The first violations of a flood of violations stay, and the last. */
static void first_of_the_guard_stay(void **state)
{
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(64));
	uint32_t keep = s.by_class[RW_CLASS_GUARD].keep;

	(void)state;
	assert_true(keep >= 4);
	flood(&s, RW_CLASS_GUARD, 10 * store_size(64));
	flood(&s, RW_CLASS_FILE, 10 * store_size(64));
	image_check(mem, store_size(64), false, &image);
	for (uint64_t seq = 1; seq <= 24 * keep; seq++)
		assert_int_equal(image_record(mem, &image, seq)->type, RW_REC_VIOLATION);
	assert_null(image_record(mem, &image, 24 * keep + 1));
	assert_int_equal(image.hdr.first_seq, 1);
	assert_true(image.held[RW_CLASS_GUARD] >= 24 * (s.by_class[RW_CLASS_GUARD].share - 1));
	free(mem);
}

/* Each eviction is reported: whose records, how many, from when to when; together all that were counted. */
static void evictions_are_reported(void **state)
{
	uint64_t buf[RW_REC_MAX / 8], next = 1, total = 0;
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(BLOCKS));

	(void)state;
	for (uint64_t i = 1; i <= 2500; i++) { /* an older time in each second record */
		uint64_t time = i % 2 ? i * 10 : i * 10 - 15;

		s.now_ns = i * 10 + 5;
		assert_int_equal(log_store_append(&s, record_new(buf, 1000, RW_REC_FILE_OPEN, time, i)), 0);
	}
	log_store_seal(&s);
	image_check(mem, store_size(BLOCKS), false, &image);
	assert_true(image.drops[RW_DROP_EVICTED] > 20);
	for (uint64_t seq = 1; seq < image.hdr.next_seq; seq++) {
		const struct rw_rec_hdr *drop = image_record(mem, &image, seq);

		if (!drop || drop->type != RW_REC_DROP)
			continue;
		assert_int_equal(record_number(drop, RW_F_LOST_CLASS), RW_CLASS_FILE);
		assert_int_equal(record_number(drop, RW_F_DROP_REASON), RW_DROP_EVICTED);
		assert_true(record_number(drop, RW_F_FROM_SEQ) >= next);
		next = record_number(drop, RW_F_TO_SEQ) + 1;
		assert_true(next <= seq);
		total += record_number(drop, RW_F_COUNT);
		assert_int_equal(record_number(drop, RW_F_TOTAL), total);
		assert_int_equal(record_number(drop, RW_F_TO_TIME) - record_number(drop, RW_F_FROM_TIME),
				 record_number(drop, RW_F_COUNT) * 10 - 15);
		assert_int_equal(drop->time_ns % 10, 5);
		assert_int_equal(drop->cpu, 3);
		assert_int_equal(drop->verdict, RW_VERDICT_NONE);
	}
	assert_int_equal(total, image.hdr.evicted[RW_CLASS_FILE]);
	free(mem);
}

/* Nothing that the agent says is of the hypervisor's class, and nothing about losses but a drop. */
static void guard_is_the_hypervisors(void **state)
{
	(void)state;
	for (unsigned int type = 1; type <= RW_REC_AGENT_LAST; type++)
		if (event_desc(type))
			assert_int_not_equal(event_desc(type)->class, RW_CLASS_GUARD);
	assert_int_equal(event_desc(RW_REC_VIOLATION)->class, RW_CLASS_GUARD);
	assert_int_equal(event_desc(RW_REC_DROP)->class, RW_CLASS_LOSS);
}

static void drops(void **state)
{
	const struct log_drop full = { .reason = RW_DROP_RING_FULL,
				       .lost = { .count = 3, .from_ns = 10, .to_ns = 98 },
				       .total = UINT64_MAX,
				       .has_ring = true,
				       .ring_cpu = 9 };
	const struct log_drop bad = {
		.reason = RW_DROP_MALFORMED, .first = RW_BAD_FIELD, .lost.count = 1, .total = 1
	};
	struct rec_field f;
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(BLOCKS));

	(void)state;
	s.now_ns = 99;
	log_store_drop(&s, &full, 2);
	log_store_seal(&s);
	image_check(mem, store_size(BLOCKS), false, &image);
	assert_int_equal(image.last->type, RW_REC_DROP);
	assert_int_equal(image.last->cpu, 2);
	assert_int_equal(image.last->time_ns, 99);
	assert_int_equal(record_number(image.last, RW_F_TOTAL), UINT64_MAX);
	assert_int_equal(record_number(image.last, RW_F_RING_CPU), 9);
	assert_int_equal(record_number(image.last, RW_F_FROM_TIME), 10);
	assert_int_equal(record_number(image.last, RW_F_TO_TIME), 98);
	assert_false(rec_find(image.last, RW_F_FIRST_REFUSAL, &f));
	assert_false(rec_find(image.last, RW_F_LOST_CLASS, &f));
	assert_false(rec_find(image.last, RW_F_FROM_SEQ, &f));
	log_store_drop(&s, &bad, 2);
	log_store_seal(&s);
	image_check(mem, store_size(BLOCKS), false, &image);
	assert_int_equal(record_number(image.last, RW_F_FIRST_REFUSAL), RW_BAD_FIELD);
	assert_false(rec_find(image.last, RW_F_RING_CPU, &f));
	free(mem);
}

/* Reports of losses displace only each other. */
static void flood_of_drops(void **state)
{
	const struct log_drop drop = { .reason = RW_DROP_RING_FULL, .lost.count = 1, .total = 1 };
	struct log_store s;
	struct image image;
	void *mem = store_new(&s, store_size(BLOCKS));

	(void)state;
	flood(&s, RW_CLASS_GUARD, 16000);
	for (unsigned int i = 0; i < 20000; i++)
		log_store_drop(&s, &drop, 0);
	log_store_seal(&s);
	image_check(mem, store_size(BLOCKS), false, &image);
	assert_true(image.hdr.evicted[RW_CLASS_LOSS] > 5000);
	assert_int_equal(image.evicted, image.hdr.evicted[RW_CLASS_LOSS]);
	assert_int_equal(image.held[RW_CLASS_GUARD], 16);
	free(mem);
}

/* Nothing is counted before the seal; sealing again changes nothing. */
static void sealed_when_asked(void **state)
{
	uint64_t buf[RW_REC_MAX / 8];
	uint8_t before[64 + sizeof(struct rw_store_hdr)];
	struct log_store s;
	struct image image;
	uint8_t *mem = store_new(&s, store_size(BLOCKS));
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(log_store_append(&s, record_new(buf, 200, RW_REC_FORK, 1, 7)), 0);
	image_check(mem, store_size(BLOCKS), true, &image);
	assert_int_equal(image.hdr.next_seq, 1);
	assert_int_equal(image.unsealed, 3);
	log_store_seal(&s);
	image_check(mem, store_size(BLOCKS), false, &image);
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
	void *mem = store_new(&s, store_size(BLOCKS));

	(void)state;
	log_store_set_end(&s, RW_END_POWEROFF);
	image_check(mem, store_size(BLOCKS), false, &image);
	assert_int_equal(image.hdr.end_reason, RW_END_POWEROFF);
	log_store_drop(&s, &(struct log_drop){ .reason = RW_DROP_RING_FULL, .lost.count = 1, .total = 1 }, 0);
	log_store_set_end(&s, RW_END_STOP);
	image_check(mem, store_size(BLOCKS), false, &image);
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
		cmocka_unit_test(flood_takes_nobodys_share),
		cmocka_unit_test(borrowed_room_is_given_back),
		cmocka_unit_test(first_of_the_guard_stay),
		cmocka_unit_test(evictions_are_reported),
		cmocka_unit_test(guard_is_the_hypervisors),
		cmocka_unit_test(drops),
		cmocka_unit_test(flood_of_drops),
		cmocka_unit_test(sealed_when_asked),
		cmocka_unit_test(end_reason),
	};

	return cmocka_run_group_tests_name("hv/log/store", tests, NULL, NULL);
}

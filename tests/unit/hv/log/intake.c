/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/log/intake.c: good rings, hostile rings, random rings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hv/log/ring.h"

static void check_init_refused(uint32_t pages, uint32_t page, uint64_t gpa, int code, uint32_t index)
{
	struct log_ring ring = { 0 };
	struct input_error err = { 0 };
	struct rw_ring_desc desc;

	desc_fill(&desc, pages > RW_RING_MAX_PAGES ? 4 : pages);
	desc.data_pages = pages;
	if (page < RW_RING_MAX_PAGES)
		desc.data_gpa[page] = gpa;
	else
		desc.hdr_gpa = gpa ? gpa : desc.hdr_gpa;
	assert_int_equal(log_ring_init(&ring, &desc, 0, &err), code);
	assert_false(ring.in_use);
	assert_non_null(err.what);
	assert_int_equal(err.index, index);
}

static void init_refused(void **state)
{
	static const uint32_t counts[] = { 0, 1, 2, 3, 5, 6, 63, 65, 128, 0x80000000u, UINT32_MAX };
	struct bench *b = bench_new(RW_RING_MAX_PAGES);
	struct log_ring before = b->ring;
	struct input_error err;
	struct rw_ring_desc desc;
	struct log_ring fresh = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		check_init_refused(counts[i], UINT32_MAX, 0, -RW_EINVAL, 0);
	check_init_refused(4, UINT32_MAX, BASE + 8, -RW_EINVAL, 0);              /* header unaligned */
	check_init_refused(4, UINT32_MAX, BASE - RW_PAGE_SIZE, -RW_EFAULT, 0);   /* header not in RAM */
	check_init_refused(4, 3, BASE + 20 * RW_PAGE_SIZE + 8, -RW_EINVAL, 3);   /* data unaligned */
	check_init_refused(4, 2, BASE + HDR_PAGE * RW_PAGE_SIZE, -RW_EINVAL, 2); /* data is the header */
	check_init_refused(64, 63, BASE + 9 * RW_PAGE_SIZE, -RW_EINVAL, 63);     /* same as page 0 */
	check_init_refused(4, 1, ~0xfffull, -RW_EFAULT, 1);
	check_init_refused(4, 0, 0, -RW_EFAULT, 0);

	desc_fill(&desc, 4);
	desc.cpu = RW_MAX_CPUS;
	assert_int_equal(log_ring_init(&fresh, &desc, 0, &err), -RW_EINVAL);
	desc.cpu = RW_MAX_CPUS - 1;
	assert_int_equal(log_ring_init(&fresh, &desc, 0, &err), 0);
	assert_int_equal(log_ring_init(&b->ring, &desc, 0, &err), -RW_EXISTS);
	assert_memory_equal(&before, &b->ring, sizeof(before));
	bench_end(b);
}

static void without_ring(void **state)
{
	struct bench *b = bench_new(4);
	struct log_ring none = { 0 };
	struct rw_ring_hdr hdr;

	(void)state;
	assert_int_equal(log_intake_look(&none, &hdr), -RW_ENOTREADY);
	bench_end(b);
}

static void good_records(void **state)
{
	static const uint16_t lengths[][2] = { { 0, 0 },
					       { 1, 0 },
					       { 8, 0 },
					       { 0, 7 },
					       { 100, 33 },
					       { RW_PATH_MAX, 0 },
					       { RW_PATH_MAX, RW_PATH_MAX } };
	struct bench *b = bench_new(4);
	uint64_t bytes = 0, buf[RW_REC_MAX / 8];
	struct image image;
	size_t i, lap, n = 0;

	(void)state;
	for (lap = 0; lap < 9; lap++) { /* the ring's end falls at every offset */
		for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			struct rw_rec_hdr *rec = make(buf, b->tsc, lengths[i][0], lengths[i][1]);
			const struct rw_rec_hdr *kept;

			rec->verdict = n % RW_VERDICT_COUNT;
			rec->flags = n % 2 ? RW_RECF_SYNC | RW_RECF_PATH_TRUNC : 0;
			push(b, rec);
			b->tsc += 1000;
			assert_int_equal(drain(b, &image), 1);
			n++;
			bytes += rec->size;
			assert_int_equal(ring_hdr()->consumer, b->producer);
			kept = (const void *)image.last;
			assert_int_equal(kept->size, rec->size);
			assert_int_equal(kept->type, rec->type);
			assert_int_equal(kept->verdict, rec->verdict);
			assert_int_equal(kept->cpu, 5);
			assert_int_equal(kept->flags, rec->flags);
			assert_int_equal(kept->time_ns, rec->time_ns);
			assert_memory_equal(kept + 1, rec + 1, rec->size - sizeof(*rec));
		}
	}
	assert_int_equal(b->stats.records, n);
	assert_int_equal(b->stats.bytes, bytes);
	assert_int_equal(b->stats.malformed, 0);
	assert_int_equal(b->stats.lost, 0);
	assert_int_equal(drain(b, &image), 0);
	bench_end(b);
}

static void batches(void **state)
{
	static const int batch[] = { 30, 0, 60, 10, 0 };
	struct bench *b = bench_new(8);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;
	uint64_t taken = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(batch) / sizeof(batch[0]); i++) {
		for (int j = 0; j < batch[i]; j++) {
			const struct rw_rec_hdr *rec = make(buf, b->tsc, 10, 0);

			push(b, rec);
			taken += rec->size;
		}
		assert_int_equal(drain(b, &image), batch[i]);
		assert_int_equal(ring_hdr()->consumer, taken);
	}
	assert_int_equal(image.records, 100);
	assert_int_equal(b->ring.consumer, b->producer);
	bench_end(b);
}

/* A full ring is not an error: producer - consumer is the size. */
static void full_ring(void **state)
{
	struct bench *b = bench_new(4);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;
	int i;

	(void)state;
	b->producer = 0;
	for (i = 0; i < 64; i++)
		push(b, make(buf, b->tsc, 96, 36)); /* 256 bytes */
	assert_int_equal(b->producer, 4 * RW_PAGE_SIZE);
	assert_int_equal(drain(b, &image), 64);
	assert_int_equal(b->stats.malformed, 0);
	bench_end(b);
}

static void time_stamps(void **state)
{
	struct bench *b = bench_new(4);
	uint64_t buf[RW_REC_MAX / 8];
	struct {
		uint64_t now, stamp, kept;
		bool adjusted;
	} cases[] = {
		{ START_TSC + 100, START_TSC - 1, START_TSC + 100, true }, /* before the ring */
		{ START_TSC + 200, START_TSC + 100, START_TSC + 100, false },
		{ START_TSC + 200, START_TSC + 100, START_TSC + 100, false },
		{ START_TSC + 300, START_TSC + 99, START_TSC + 99, false },  /* of an interrupted event */
		{ START_TSC + 310, START_TSC, START_TSC, false },            /* as old as the ring */
		{ START_TSC + 400, START_TSC + 401, START_TSC + 400, true }, /* in the future */
		{ START_TSC + 500, UINT64_MAX, START_TSC + 500, true },
		{ START_TSC + 600, 0, START_TSC + 600, true },
		{ START_TSC + 700, START_TSC + 700, START_TSC + 700, false },
	};
	struct image image;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		push(b, make(buf, cases[i].stamp, 0, 0));
		b->tsc = cases[i].now;
		assert_int_equal(drain(b, &image), 1);
		assert_int_equal(image.last->time_ns, cases[i].kept);
		assert_int_equal(image.last->flags, cases[i].adjusted ? RW_RECF_TIME_ADJ : 0);
	}
	bench_end(b);
}

/* The guest lowers its TSC, so that the clock's start is above every stamp: times stay right. */
static void tsc_lowered(void **state)
{
	struct bench *b = bench_new(4);
	const uint64_t lowered = START_TSC + 500; /* by this much, at that time: the TSC is 0 then */
	const struct log_clock shifted = { .tsc_start = -lowered, .tsc_hz = 1000000000 };
	uint64_t buf[RW_REC_MAX / 8];
	struct rw_ring_hdr hdr;
	struct image image;

	(void)state;
	for (uint64_t stamp = 10; stamp < 14; stamp++) {
		push(b, make(buf, stamp < 13 ? stamp : 0 - lowered + START_TSC - 1, 0, 0));
		assert_int_equal(log_intake_look(&b->ring, &hdr), 0);
		assert_int_equal(log_intake_drain(&b->store, &shifted, &b->ring, &hdr, 20, &b->stats), 1);
		image_check(b->mem, STORE_SIZE, false, &image);
		assert_int_equal(image.last->time_ns, lowered + (stamp < 13 ? stamp : 20));
		assert_int_equal(image.last->flags, stamp < 13 ? 0 : RW_RECF_TIME_ADJ);
	}
	bench_end(b);
}

/* A loss lies between the look before it was seen and the one that saw it. */
static void times_of_losses(void **state)
{
	struct bench *b = bench_new(4);
	struct image image;

	(void)state;
	b->tsc += 100;
	assert_int_equal(drain(b, &image), 0);
	b->tsc += 100;
	ring_hdr()->lost = 3;
	assert_int_equal(drain(b, &image), 0);
	assert_int_equal(record_number(image.last, RW_F_FROM_TIME), START_TSC + 100);
	assert_int_equal(record_number(image.last, RW_F_TO_TIME), START_TSC + 200);
	b->tsc += 50;
	ring_hdr()->lost = 4;
	assert_int_equal(drain(b, &image), 0);
	assert_int_equal(record_number(image.last, RW_F_FROM_TIME), START_TSC + 200);
	assert_int_equal(record_number(image.last, RW_F_TO_TIME), START_TSC + 250);
	bench_end(b);
}

static void bad_index(void **state)
{
	static const uint64_t offsets[] = { 1,
					    4,
					    7,
					    4 * RW_PAGE_SIZE + 8,
					    (uint64_t)-8,
					    (uint64_t)-1,
					    1ull << 63,
					    0x123456789abcull,
					    UINT32_MAX };
	struct bench *b = bench_new(4);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		uint64_t producer = b->ring.consumer + offsets[i];

		ring_hdr()->producer = producer;
		assert_int_equal(drain(b, &image), 0);
		assert_int_equal(b->stats.malformed, i + 1);
		check_drop(&image, RW_DROP_MALFORMED, 1, RW_BAD_INDEX, i + 1);
		assert_int_equal(b->ring.consumer, producer & ~7ull);
		assert_int_equal(ring_hdr()->consumer, producer & ~7ull);
		/* Afterwards the ring works again, also when the indices wrap. */
		b->producer = ring_hdr()->consumer;
		push(b, make(buf, b->tsc, 5, 5));
		push(b, make(buf, b->tsc, 50, 50));
		assert_int_equal(drain(b, &image), 2);
		assert_int_equal(b->stats.malformed, i + 1);
	}
	bench_end(b);
}

/* A whole ring of refused records is one drop record, with the first reason. */
static void one_report_a_drain(void **state)
{
	struct bench *b = bench_new(4);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		struct rw_rec_hdr *rec = make(buf, b->tsc, 8, 0);

		if (i)
			rec->verdict = 200;
		else
			rec->type = 99;
		push(b, rec);
	}
	assert_int_equal(drain(b, &image), 0);
	check_drop(&image, RW_DROP_MALFORMED, 100, RW_BAD_TYPE, 100);
	assert_int_equal(image.records, 1);
	assert_int_equal(b->stats.malformed, 100);
	bench_end(b);
}

static void lost_counter(void **state)
{
	struct bench *b = bench_new(4);
	struct image image;

	(void)state;
	ring_hdr()->lost = 3;
	assert_int_equal(drain(b, &image), 0);
	check_drop(&image, RW_DROP_RING_FULL, 3, 0, 3);
	assert_int_equal(drain(b, &image), 0);
	assert_int_equal(image.records, 1);
	ring_hdr()->lost = 10;
	assert_int_equal(drain(b, &image), 0);
	check_drop(&image, RW_DROP_RING_FULL, 7, 0, 10);
	ring_hdr()->lost = 1; /* decreases: a new base */
	assert_int_equal(drain(b, &image), 0);
	assert_int_equal(image.records, 2);
	ring_hdr()->lost = 2;
	assert_int_equal(drain(b, &image), 0);
	check_drop(&image, RW_DROP_RING_FULL, 1, 0, 11);
	ring_hdr()->lost = 2 + LOG_LOST_MAX; /* the largest step believed */
	assert_int_equal(drain(b, &image), 0);
	check_drop(&image, RW_DROP_RING_FULL, LOG_LOST_MAX, 0, 11 + LOG_LOST_MAX);
	assert_int_equal(b->stats.malformed, 0);
	ring_hdr()->lost = UINT64_MAX;
	assert_int_equal(drain(b, &image), 0);
	check_drop(&image, RW_DROP_RING_FULL, LOG_LOST_MAX, 0, 11 + 2 * LOG_LOST_MAX);
	check_drop(&image, RW_DROP_MALFORMED, 1, RW_BAD_FIELD, 1);
	assert_int_equal(b->stats.lost, 11 + 2 * LOG_LOST_MAX);
	bench_end(b);
}

static void memory_goes_away(void **state)
{
	struct bench *b = bench_new(4);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;
	int i;

	(void)state;
	for (i = 0; i < 50; i++)
		push(b, make(buf, b->tsc, 96, 36)); /* 256 bytes */
	bad_page = (uint32_t)((b->desc.data_gpa[1] - BASE) / RW_PAGE_SIZE);
	assert_int_equal(drain(b, &image), -RW_EFAULT);
	assert_int_equal(image.records, 16);
	assert_int_equal(b->ring.consumer, b->producer);
	bad_page = HDR_PAGE;
	assert_int_equal(drain(b, &image), -RW_EFAULT);
	assert_int_equal(image.records, 16);
	bench_end(b);

	b = bench_new(4); /* in the middle of a record */
	push(b, make(buf, b->tsc, 16, 0));
	push(b, make(buf, b->tsc, RW_PATH_MAX, 0));
	push(b, make(buf, b->tsc, 16, 0));
	bad_page = (uint32_t)((b->desc.data_gpa[1] - BASE) / RW_PAGE_SIZE);
	assert_int_equal(drain(b, &image), -RW_EFAULT);
	assert_int_equal(image.records, 1);
	assert_int_equal(ring_hdr()->consumer, b->producer);
	bench_end(b);
}

/* If guest memory cannot be written: no new ring; from an existing ring each record is still taken once. */
static void header_read_only(void **state)
{
	struct bench *b = bench_new(4);
	struct log_ring fresh = { 0 };
	uint64_t buf[RW_REC_MAX / 8];
	struct input_error err;
	struct image image;

	(void)state;
	no_writes = true;
	assert_int_equal(log_ring_init(&fresh, &b->desc, 0, &err), -RW_EFAULT);
	assert_false(fresh.in_use);
	push(b, make(buf, b->tsc, 16, 0));
	assert_int_equal(drain(b, &image), -RW_EFAULT);
	assert_int_equal(drain(b, &image), -RW_EFAULT);
	assert_int_equal(image.records, 1);
	no_writes = false;
	assert_int_equal(drain(b, &image), 0);
	assert_int_equal(ring_hdr()->consumer, b->producer);
	bench_end(b);
}

/* A guest that overwrites each byte after it was read changes nothing: no value is read twice. */
static void read_once(void **state)
{
	struct bench *b = bench_new(4);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;
	uint32_t size = 0;
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		push(b, make(buf, b->tsc, 200, 9));
		size = ((struct rw_rec_hdr *)(void *)buf)->size;
	}
	guest_racer = 6;
	assert_int_equal(drain(b, &image), 40);
	assert_int_equal(image.types[RW_REC_FILE_RENAME], 40);
	assert_int_equal(image.bytes, 40 * size);
	assert_int_equal(b->stats.malformed, 0);
	guest_racer = 0;
	assert_memory_equal((const uint8_t *)image.last + sizeof(struct rw_rec_hdr),
			    (uint8_t *)make(buf, b->tsc, 200, 9) + sizeof(struct rw_rec_hdr), size - 32);
	bench_end(b);
}

/* Random bytes, indices, sizes at limits, and a guest that overwrites what was just read. */
static void random_rings(void **state)
{
	static const uint16_t limits[] = { 0, 8, 24, 32, 40, 104, 4096, RW_REC_MAX, RW_REC_MAX + 8, 0xffff };
	uint64_t buf[RW_REC_MAX / 8], seed = 2026, stored = 0, refused = 0;
	struct bench *b = bench_new(4);
	struct image image;
	int round;

	(void)state;
	for (round = 0; round < 4000; round++) {
		uint64_t dice = random64(&seed), before;
		size_t i, n = dice % 40;

		if (dice >> 8 & 1)
			b->producer = ring_hdr()->consumer;
		for (i = 0; i < n; i++) {
			struct rw_rec_hdr *rec = make(buf, random64(&seed) % (2 * b->tsc),
						      random64(&seed) % 300, random64(&seed) % 20);
			uint64_t what = random64(&seed);

			switch (what % 8) {
			case 0:
				((uint8_t *)buf)[what / 8 % rec->size] ^= 1u << (what >> 40 & 7);
				break;
			case 1:
				ring_write(b, b->producer, &what, sizeof(what));
				b->producer += 8;
				continue;
			case 2:
				rec->size = limits[what / 8 % (sizeof(limits) / sizeof(limits[0]))];
				break;
			default:
				break;
			}
			ring_write(b, b->producer, buf, rec->size % RW_REC_MAX);
			b->producer += rec->size;
		}
		ring_hdr()->producer = b->producer;
		if (!(dice >> 9 & 31))
			ring_hdr()->producer = random64(&seed) >> (dice >> 16 & 63);
		if (!(dice >> 22 & 7))
			ring_hdr()->lost = random64(&seed) >> (dice >> 26 & 63);
		guest_racer = dice >> 32 & 7 ? 0 : dice;
		b->tsc += dice >> 36 & 0xffff;
		before = bytes_read;
		n = (size_t)drain_only(b);
		guest_racer = 0;
		assert_true(n <= b->ring.size / sizeof(struct rw_rec_hdr));
		assert_true(bytes_read - before <= b->ring.size + sizeof(struct rw_ring_hdr));
		assert_int_equal(b->ring.consumer % RW_REC_ALIGN, 0);
		assert_int_equal(ring_hdr()->consumer, b->ring.consumer);
		stored += n;
		assert_int_equal(b->stats.records, stored);
		assert_true(b->stats.malformed >= refused);
		refused = b->stats.malformed;
		if (round % 16 == 0)
			image_check(b->mem, STORE_SIZE, false, &image);
	}
	image_check(b->mem, STORE_SIZE, false, &image);
	assert_true(stored > 5000 && refused > 1000);
	/* The ring still works. */
	b->producer = ring_hdr()->consumer;
	push(b, make(buf, b->tsc, 1, 1));
	assert_int_equal(drain(b, &image), 1);
	bench_end(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_refused),     cmocka_unit_test(without_ring),
		cmocka_unit_test(good_records),     cmocka_unit_test(batches),
		cmocka_unit_test(full_ring),        cmocka_unit_test(time_stamps),
		cmocka_unit_test(bad_index),        cmocka_unit_test(one_report_a_drain),
		cmocka_unit_test(lost_counter),     cmocka_unit_test(memory_goes_away),
		cmocka_unit_test(header_read_only), cmocka_unit_test(read_once),
		cmocka_unit_test(random_rings),     cmocka_unit_test(tsc_lowered),
		cmocka_unit_test(times_of_losses),
	};

	return cmocka_run_group_tests_name("hv/log/intake", tests, NULL, NULL);
}

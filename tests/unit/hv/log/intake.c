/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/log/intake.c: good rings, hostile rings, random rings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hv/log/check.h"
#include "abi/bootinfo.h"
#include "log/intake.h"
#include "mm/guest_copy.h"

#define PAGES      80u /* of the mock's guest memory */
#define BASE       0x100000000ull
#define HDR_PAGE   2u
#define START_TSC  1000000ull
#define STORE_SIZE (RW_STORE_HDR_SIZE + 4 * RW_BLOCK_SIZE)

static uint8_t guest[PAGES][RW_PAGE_SIZE] __attribute__((aligned(4096)));
static uint32_t bad_page = PAGES; /* this one does not answer */
static bool no_writes;            /* nor does any to writes */
static uint64_t bytes_read;
static uint64_t guest_racer; /* not 0: seed of a guest that changes what was just read */

static uint8_t *at(uint64_t gpa, size_t n)
{
	uint64_t off = gpa - BASE;

	assert_true(off % RW_PAGE_SIZE + n <= RW_PAGE_SIZE); /* no call crosses a page */
	if (gpa < BASE || off / RW_PAGE_SIZE >= PAGES || off / RW_PAGE_SIZE == bad_page)
		return NULL;
	return &guest[off / RW_PAGE_SIZE][off % RW_PAGE_SIZE];
}

int guest_read(uint64_t gpa, void *dst, size_t n)
{
	uint8_t *from = at(gpa, n);
	size_t i;

	if (!from)
		return -RW_EFAULT;
	memcpy(dst, from, n);
	bytes_read += n;
	for (i = 0; guest_racer && i < n; i++)
		from[i] = (uint8_t)random64(&guest_racer);
	return 0;
}

int guest_write(uint64_t gpa, const void *src, size_t n)
{
	uint8_t *to = at(gpa, n);

	if (!to || no_writes)
		return -RW_EFAULT;
	memcpy(to, src, n);
	return 0;
}

static const struct log_clock tsc_clock = { .tsc_start = 0, .tsc_hz = 1000000000 };

/* What each test starts with: one ring, an empty store, a clock at START_TSC. */
struct bench {
	struct log_store store;
	struct log_ring ring;
	struct rw_ring_desc desc;
	struct rw_cpu_stats stats;
	uint8_t *mem;
	uint64_t tsc;
	uint64_t producer; /* the agent's own idea of it */
};

static struct rw_ring_hdr *ring_hdr(void)
{
	return (void *)guest[HDR_PAGE];
}

static void desc_fill(struct rw_ring_desc *desc, uint32_t pages)
{
	uint32_t i;

	memset(desc, 0, sizeof(*desc));
	desc->cpu = 5;
	desc->data_pages = pages;
	desc->hdr_gpa = BASE + HDR_PAGE * RW_PAGE_SIZE;
	for (i = 0; i < pages; i++) /* scattered, not ascending */
		desc->data_gpa[i] = BASE + (8 + (i ^ 1)) * (uint64_t)RW_PAGE_SIZE;
}

static struct bench *bench_new(uint32_t pages)
{
	static const struct rw_store_hdr id = { .tsc_hz = 1000000000 };
	struct bench *b = calloc(1, sizeof(*b));
	struct input_error err;

	assert_non_null(b);
	memset(guest, 0, sizeof(guest));
	bad_page = PAGES;
	guest_racer = 0;
	b->mem = aligned_alloc(RW_PAGE_SIZE, STORE_SIZE);
	assert_non_null(b->mem);
	assert_int_equal(log_store_init(&b->store, b->mem, STORE_SIZE, &id), 0);
	b->tsc = START_TSC;
	desc_fill(&b->desc, pages);
	ring_hdr()->consumer = 77;
	assert_int_equal(log_ring_init(&b->ring, &b->desc, b->tsc, &err), 0);
	assert_int_equal(ring_hdr()->consumer, 0);
	return b;
}

static void bench_end(struct bench *b)
{
	free(b->mem);
	free(b);
}

static int drain(struct bench *b, struct image *image)
{
	int ret = log_intake_drain(&b->store, &tsc_clock, &b->ring, b->tsc, &b->stats);

	image_check(b->mem, STORE_SIZE, false, image);
	return ret;
}

/* Writes into the ring's data as the agent does. */
static void ring_write(const struct bench *b, uint64_t pos, const void *src, size_t n)
{
	const uint8_t *from = src;
	size_t i;

	for (i = 0; i < n; i++) {
		uint32_t off = (uint32_t)(pos + i) % b->ring.size;

		*at(b->desc.data_gpa[off / RW_PAGE_SIZE] + off % RW_PAGE_SIZE, 1) = from[i];
	}
}

/* Builds a good record with paths of these lengths. */
static struct rw_rec_agent *make(void *buf, uint64_t tsc, uint16_t path, uint16_t path2)
{
	struct rw_rec_agent *rec = buf;

	memset(rec, 0, RW_REC_MAX);
	rec->hdr.magic = RW_REC_MAGIC;
	rec->hdr.size = (uint16_t)((sizeof(*rec) + path + path2 + 7u) & ~7u);
	rec->hdr.type = RW_REC_FILE_OPEN;
	rec->hdr.verdict = RW_VERDICT_ALLOW;
	rec->hdr.seq = 0xdead; /* not the agent's to say */
	rec->hdr.cpu = 9;
	rec->hdr.crc = 1;
	rec->hdr.time_ns = tsc;
	rec->proc.pid = 42;
	rec->path_len = path;
	rec->path2_len = path2;
	memset(rec->data, 'a', path);
	memset(rec->data + path, 'b', path2);
	return rec;
}

static void push(struct bench *b, const struct rw_rec_agent *rec)
{
	ring_write(b, b->producer, rec, rec->hdr.size);
	b->producer += rec->hdr.size;
	ring_hdr()->producer = b->producer;
}

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
	check_init_refused(4, UINT32_MAX, BASE - RW_PAGE_SIZE, -RW_EFAULT, 0);   /* header no RAM */
	check_init_refused(4, 3, BASE + 20 * RW_PAGE_SIZE + 8, -RW_EINVAL, 3);   /* data unaligned */
	check_init_refused(4, 2, BASE + HDR_PAGE * RW_PAGE_SIZE, -RW_EINVAL, 2); /* data is the header */
	check_init_refused(64, 63, BASE + 9 * RW_PAGE_SIZE, -RW_EINVAL, 63);     /* as page 0 */
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

	(void)state;
	assert_int_equal(log_intake_drain(&b->store, &tsc_clock, &none, 0, &b->stats), -RW_ENOTREADY);
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
	for (lap = 0; lap < 9; lap++) { /* the ring's end comes at every place */
		for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			struct rw_rec_agent *rec = make(buf, b->tsc, lengths[i][0], lengths[i][1]);
			const struct rw_rec_agent *kept;

			rec->hdr.type = 1 + n % RW_REC_AGENT_LAST;
			rec->hdr.verdict = n % RW_VERDICT_COUNT;
			rec->hdr.flags = n % 2 ? RW_RECF_SYNC | RW_RECF_PATH_TRUNC : 0;
			push(b, rec);
			b->tsc += 1000;
			assert_int_equal(drain(b, &image), 1);
			n++;
			bytes += rec->hdr.size;
			assert_int_equal(ring_hdr()->consumer, b->producer);
			kept = (const void *)image.last;
			assert_int_equal(kept->hdr.size, rec->hdr.size);
			assert_int_equal(kept->hdr.type, rec->hdr.type);
			assert_int_equal(kept->hdr.verdict, rec->hdr.verdict);
			assert_int_equal(kept->hdr.cpu, 5);
			assert_int_equal(kept->hdr.flags, rec->hdr.flags);
			assert_int_equal(kept->hdr.time_ns, rec->hdr.time_ns);
			assert_memory_equal(&kept->proc, &rec->proc, rec->hdr.size - sizeof(rec->hdr));
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
	int taken = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(batch) / sizeof(batch[0]); i++) {
		for (int j = 0; j < batch[i]; j++)
			push(b, make(buf, b->tsc, 10, 0));
		assert_int_equal(drain(b, &image), batch[i]);
		taken += batch[i];
		assert_int_equal(ring_hdr()->consumer, taken * 128);
	}
	assert_int_equal(image.records, 100);
	assert_int_equal(b->ring.consumer, b->producer);
	bench_end(b);
}

/* A full ring is no error: producer - consumer is the size. */
static void full_ring(void **state)
{
	struct bench *b = bench_new(4);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;
	int i;

	(void)state;
	b->producer = 0;
	for (i = 0; i < 128; i++)
		push(b, make(buf, b->tsc, 16, 0));
	assert_int_equal(b->producer, 4 * RW_PAGE_SIZE);
	assert_int_equal(drain(b, &image), 128);
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
		{ START_TSC + 300, START_TSC + 99, START_TSC + 300, true },  /* before the last one */
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

static void check_drop(const struct image *image, uint32_t code, uint64_t count, uint64_t reason,
		       uint64_t total)
{
	const struct rw_rec_event *drop = (const void *)image->last_drop[code];

	assert_non_null(drop);
	assert_int_equal(drop->arg[0], count);
	assert_int_equal(drop->arg[1], reason);
	assert_int_equal(drop->arg[2], total);
	assert_int_equal(drop->arg[3], 5);
	assert_int_equal(drop->hdr.cpu, 5);
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
		/* From there on the ring works again, also over the indices' own end. */
		b->producer = ring_hdr()->consumer;
		push(b, make(buf, b->tsc, 5, 5));
		push(b, make(buf, b->tsc, 50, 50));
		assert_int_equal(drain(b, &image), 2);
		assert_int_equal(b->stats.malformed, i + 1);
	}
	bench_end(b);
}

/* One bad record between two good ones, of which the second is only found when the bad one's end is known. */
static void check_bad(const struct rw_rec_agent *bad, size_t len, uint64_t reason, bool skips_rest)
{
	struct bench *b = bench_new(8);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;

	push(b, make(buf, b->tsc, 20, 0));
	ring_write(b, b->producer, bad, len);
	b->producer += len;
	push(b, make(buf, b->tsc, 21, 0));
	assert_int_equal(drain(b, &image), skips_rest ? 1 : 2);
	check_drop(&image, RW_DROP_MALFORMED, 1, reason, 1);
	assert_int_equal(image.drops[RW_DROP_MALFORMED], 1);
	assert_int_equal(b->stats.malformed, 1);
	assert_int_equal(ring_hdr()->consumer, b->producer);
	push(b, make(buf, b->tsc, 22, 0));
	assert_int_equal(drain(b, &image), 1);
	assert_int_equal(image.last->type, RW_REC_FILE_OPEN);
	bench_end(b);
}

static void bad_sizes(void **state)
{
	static const uint16_t sizes[] = { 0,      8,      32,  104, 111, 113, 116, 124, RW_REC_MAX + 8,
					  0xfff8, 0xffff, 4096 };
	uint64_t buf[RW_REC_MAX / 8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct rw_rec_agent *rec = make(buf, START_TSC, 8, 0);

		rec->hdr.size = sizes[i]; /* 4096 lies behind the producer */
		check_bad(rec, 120, RW_BAD_SIZE, true);
	}
}

static void bad_magic_and_type(void **state)
{
	static const uint8_t types[] = { 0,           RW_REC_AGENT_LAST + 1, RW_REC_VIOLATION,
					 RW_REC_LOCK, RW_REC_DROP,           RW_REC_TYPE_COUNT,
					 255 };
	uint64_t buf[RW_REC_MAX / 8];
	struct rw_rec_agent *rec = make(buf, START_TSC, 8, 0);
	size_t i;

	(void)state;
	rec->hdr.magic ^= 0x100;
	check_bad(rec, 120, RW_BAD_MAGIC, true);
	for (i = 0; i < sizeof(types); i++) {
		rec = make(buf, START_TSC, 8, 0);
		rec->hdr.type = types[i];
		check_bad(rec, 120, RW_BAD_TYPE, false);
	}
}

static void bad_fields(void **state)
{
	uint64_t buf[(RW_REC_MAX + 64) / 8];
	struct rw_rec_agent *rec;
	uint32_t flag;

	(void)state;
	rec = make(buf, START_TSC, 8, 0);
	rec->hdr.verdict = RW_VERDICT_COUNT;
	check_bad(rec, 120, RW_BAD_FIELD, false);
	for (flag = 1; flag < 0x10000; flag <<= 1) {
		if (flag & (RW_RECF_SYNC | RW_RECF_PATH_TRUNC))
			continue;
		rec = make(buf, START_TSC, 8, 0);
		rec->hdr.flags = (uint16_t)flag;
		check_bad(rec, 120, RW_BAD_FIELD, false);
	}
	rec = make(buf, START_TSC, 16, 0); /* shorter than its size */
	rec->path_len = 8;
	check_bad(rec, 128, RW_BAD_FIELD, false);
	rec = make(buf, START_TSC, 16, 0); /* longer than its size */
	rec->path2_len = 1;
	check_bad(rec, 128, RW_BAD_FIELD, false);
	rec = make(buf, START_TSC, 16, 0);
	rec->path_len = 0xffff;
	rec->path2_len = 0xffff;
	check_bad(rec, 128, RW_BAD_FIELD, false);
	rec = make(buf, START_TSC, RW_PATH_MAX, 0); /* one path too long */
	rec->path_len = RW_PATH_MAX + 1;
	check_bad(rec, rec->hdr.size, RW_BAD_FIELD, false);
	rec = make(buf, START_TSC, 0, RW_PATH_MAX);
	rec->path2_len = RW_PATH_MAX + 1;
	check_bad(rec, rec->hdr.size, RW_BAD_FIELD, false);
	rec = make(buf, START_TSC, 9, 0); /* padding */
	rec->data[15] = 1;
	check_bad(rec, 128, RW_BAD_FIELD, false);
	rec->data[15] = 0;
	rec->data[9] = 0x80;
	check_bad(rec, 128, RW_BAD_FIELD, false);
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
		struct rw_rec_agent *rec = make(buf, b->tsc, 8, 0);

		if (i)
			rec->hdr.verdict = 200;
		else
			rec->hdr.type = 99;
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
	ring_hdr()->lost = 1; /* falls back: a new base */
	assert_int_equal(drain(b, &image), 0);
	assert_int_equal(image.records, 2);
	ring_hdr()->lost = 2;
	assert_int_equal(drain(b, &image), 0);
	check_drop(&image, RW_DROP_RING_FULL, 1, 0, 11);
	ring_hdr()->lost = 2 + LOG_LOST_MAX; /* just believed */
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
	for (i = 0; i < 100; i++)
		push(b, make(buf, b->tsc, 16, 0));
	bad_page = (uint32_t)((b->desc.data_gpa[1] - BASE) / RW_PAGE_SIZE);
	assert_int_equal(drain(b, &image), -RW_EFAULT);
	assert_int_equal(image.records, 32);
	assert_int_equal(b->ring.consumer, b->producer);
	bad_page = HDR_PAGE;
	assert_int_equal(drain(b, &image), -RW_EFAULT);
	assert_int_equal(image.records, 32);
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

/* Where nothing can be written: no ring; of one that there is, each record is still taken once. */
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

/* A guest that writes over each byte once it was read changes nothing: no value is read twice. */
static void read_once(void **state)
{
	struct bench *b = bench_new(4);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;
	int i;

	(void)state;
	for (i = 0; i < 40; i++)
		push(b, make(buf, b->tsc, 200, 9));
	guest_racer = 6;
	assert_int_equal(drain(b, &image), 40);
	assert_int_equal(image.types[RW_REC_FILE_OPEN], 40);
	assert_int_equal(image.bytes, 40 * 328);
	assert_int_equal(b->stats.malformed, 0);
	guest_racer = 0;
	assert_memory_equal((const uint8_t *)image.last + sizeof(struct rw_rec_hdr),
			    (uint8_t *)make(buf, b->tsc, 200, 9) + sizeof(struct rw_rec_hdr), 328 - 32);
	bench_end(b);
}

/* Random bytes, indices, sizes at limits, and a guest that writes over what was just read. */
static void random_rings(void **state)
{
	static const uint16_t limits[] = { 0, 8, 104, 112, 120, 4096, RW_REC_MAX, RW_REC_MAX + 8, 0xffff };
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
			struct rw_rec_agent *rec = make(buf, random64(&seed) % (2 * b->tsc),
							random64(&seed) % 300, random64(&seed) % 20);
			uint64_t what = random64(&seed);

			switch (what % 8) {
			case 0:
				((uint8_t *)buf)[what / 8 % rec->hdr.size] ^= 1u << (what >> 40 & 7);
				break;
			case 1:
				ring_write(b, b->producer, &what, sizeof(what));
				b->producer += 8;
				continue;
			case 2:
				rec->hdr.size = limits[what / 8 % (sizeof(limits) / sizeof(limits[0]))];
				break;
			default:
				break;
			}
			ring_write(b, b->producer, buf, rec->hdr.size % RW_REC_MAX);
			b->producer += rec->hdr.size;
		}
		ring_hdr()->producer = b->producer;
		if (!(dice >> 9 & 31))
			ring_hdr()->producer = random64(&seed) >> (dice >> 16 & 63);
		if (!(dice >> 22 & 7))
			ring_hdr()->lost = random64(&seed) >> (dice >> 26 & 63);
		guest_racer = dice >> 32 & 7 ? 0 : dice;
		b->tsc += dice >> 36 & 0xffff;
		before = bytes_read;
		n = (size_t)log_intake_drain(&b->store, &tsc_clock, &b->ring, b->tsc, &b->stats);
		guest_racer = 0;
		assert_true(n <= b->ring.size / sizeof(struct rw_rec_agent));
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
	/* And still it works. */
	b->producer = ring_hdr()->consumer;
	push(b, make(buf, b->tsc, 1, 1));
	assert_int_equal(drain(b, &image), 1);
	bench_end(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_refused),       cmocka_unit_test(without_ring),
		cmocka_unit_test(good_records),       cmocka_unit_test(batches),
		cmocka_unit_test(full_ring),          cmocka_unit_test(time_stamps),
		cmocka_unit_test(bad_index),          cmocka_unit_test(bad_sizes),
		cmocka_unit_test(bad_magic_and_type), cmocka_unit_test(bad_fields),
		cmocka_unit_test(one_report_a_drain), cmocka_unit_test(lost_counter),
		cmocka_unit_test(memory_goes_away),   cmocka_unit_test(header_read_only),
		cmocka_unit_test(read_once),          cmocka_unit_test(random_rings),
	};

	return cmocka_run_group_tests_name("hvlog_intake", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A ring in a mock of guest memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/record.h"
#include "mm/guest_copy.h"
#include "tests/unit/hv/log/ring.h"

static uint8_t guest[PAGES][RW_PAGE_SIZE] __attribute__((aligned(4096)));
uint32_t bad_page = PAGES; /* this page does not answer */
bool no_writes;            /* no page answers to writes */
uint64_t bytes_read;
uint64_t guest_racer; /* not 0: seed of a guest that changes bytes just read */

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

const struct log_clock tsc_clock = { .tsc_start = 0, .tsc_hz = 1000000000 };

struct rw_ring_hdr *ring_hdr(void)
{
	return (void *)guest[HDR_PAGE];
}

void desc_fill(struct rw_ring_desc *desc, uint32_t pages)
{
	uint32_t i;

	memset(desc, 0, sizeof(*desc));
	desc->cpu = 5;
	desc->data_pages = pages;
	desc->hdr_gpa = BASE + HDR_PAGE * RW_PAGE_SIZE;
	for (i = 0; i < pages; i++) /* scattered, not ascending */
		desc->data_gpa[i] = BASE + (8 + (i ^ 1)) * (uint64_t)RW_PAGE_SIZE;
}

struct bench *bench_new(uint32_t pages)
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

void bench_end(struct bench *b)
{
	free(b->mem);
	free(b);
}

int drain_only(struct bench *b)
{
	struct rw_ring_hdr hdr;
	int ret = log_intake_look(&b->ring, &hdr);

	return ret ? ret : log_intake_drain(&b->store, &tsc_clock, &b->ring, &hdr, b->tsc, &b->stats);
}

int drain(struct bench *b, struct image *image)
{
	int ret = drain_only(b);

	image_check(b->mem, STORE_SIZE, false, image);
	return ret;
}

void ring_write(const struct bench *b, uint64_t pos, const void *src, size_t n)
{
	const uint8_t *from = src;
	size_t i;

	for (i = 0; i < n; i++) {
		uint32_t off = (uint32_t)(pos + i) % b->ring.size;

		*at(b->desc.data_gpa[off / RW_PAGE_SIZE] + off % RW_PAGE_SIZE, 1) = from[i];
	}
}

struct rw_rec_hdr *make(void *buf, uint64_t tsc, uint16_t path, uint16_t path2)
{
	static const struct rw_task task = { .pid = 42, .comm = "somebody" };
	uint8_t name[RW_PATH_MAX], name2[RW_PATH_MAX];
	struct rec_writer w;

	memset(buf, 0, RW_REC_MAX);
	memset(name, 'a', sizeof(name));
	memset(name2, 'b', sizeof(name2));
	rec_begin(&w, buf, RW_REC_MAX, RW_REC_FILE_RENAME, RW_VERDICT_ALLOW);
	rec_bytes(&w, RW_F_TASK, &task, RW_TASK_MIN);
	rec_bytes(&w, RW_F_PATH, name, path);
	rec_bytes(&w, RW_F_NEW_PATH, name2, path2);
	rec_u32(&w, RW_F_RENAME_FLAGS, 1);
	rec_end(&w);
	assert_false(w.full);
	w.hdr->seq = 0xdead; /* not for the agent to set */
	w.hdr->cpu = 9;
	w.hdr->crc = 1;
	w.hdr->time_ns = tsc;
	return w.hdr;
}

void push(struct bench *b, const struct rw_rec_hdr *rec)
{
	ring_write(b, b->producer, rec, rec->size);
	b->producer += rec->size;
	ring_hdr()->producer = b->producer;
}

void check_drop(const struct image *image, uint32_t code, uint64_t count, uint64_t reason, uint64_t total)
{
	const struct rw_rec_hdr *drop = image->last_drop[code];
	struct rec_field f;

	assert_non_null(drop);
	assert_int_equal(record_number(drop, RW_F_COUNT), count);
	assert_int_equal(record_number(drop, RW_F_TOTAL), total);
	assert_int_equal(record_number(drop, RW_F_RING_CPU), 5);
	if (reason)
		assert_int_equal(record_number(drop, RW_F_FIRST_REFUSAL), reason);
	else
		assert_false(rec_find(drop, RW_F_FIRST_REFUSAL, &f));
	assert_int_equal(drop->cpu, 5);
	assert_int_equal(record_number(drop, RW_F_TO_TIME), drop->time_ns);
}

void check_bad(const void *bad, size_t len, uint64_t reason, bool skips_rest)
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
	assert_int_equal(image.last->type, RW_REC_FILE_RENAME);
	bench_end(b);
}

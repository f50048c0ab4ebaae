/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/log/journal.c on the real store and intake: order of custody, times, rings, dumps, ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/state.h"
#include "dev/uart.h"
#include "lib/record.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/guest_copy.h"
#include "tests/unit/hv/log/ring.h"

#define CPUS 6u /* the ring of ring.c is that of CPU 5 */

struct hv_state hv;

static struct percpu cpus[CPUS];
static struct rw_bootinfo boot;
static uint8_t *mem;
static uint64_t tsc;
static uint64_t read_jump; /* the clock shows this much more once the guest's memory was read */
static unsigned int lines, frames, flushes;

struct percpu *percpu_of(uint32_t index)
{
	assert_true(index < CPUS);
	return &cpus[index];
}

void *hv_virt(uint64_t phys)
{
	assert_int_equal(phys, boot.store_phys);
	return mem;
}

uint64_t rdtsc(void)
{
	return tsc + (bytes_read ? read_jump : 0);
}

void printk(const char *format, ...)
{
	assert_non_null(strstr(format, "%u"));
	lines++;
}

void printk_raw(const char *s, size_t n)
{
	assert_memory_equal(s, "@RW2 ", 5);
	assert_memory_equal(s + n - 2, "\r\n", 2);
	frames++;
}

void uart_flush(void)
{
	flushes++;
}

/* The journal of a fresh boot; this CPU is 0. */
static int start(void **state)
{
	static struct hv_state fresh;

	(void)state;
	lock_order_reset();
	memset(cpus, 0, sizeof(cpus));
	for (uint32_t i = 0; i < CPUS; i++) {
		cpus[i].self = &cpus[i];
		cpus[i].index = i;
	}
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, &cpus[0]))
		return -1;
	free(mem);
	mem = aligned_alloc(RW_PAGE_SIZE, STORE_SIZE);
	boot = (struct rw_bootinfo){ .store_phys = 0x40000000,
				     .store_size = STORE_SIZE,
				     .tsc_hz = 1000000000,
				     .tsc_start = 1000,
				     .boot_epoch = 1700000000,
				     .boot_id = { 0xaa, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xbb },
				     .cpu_count = CPUS };
	hv = fresh;
	hv.boot = &boot;
	tsc = START_TSC;
	read_jump = 0;
	bytes_read = 0;
	lines = frames = flushes = 0;
	return journal_init(&boot, 1) ? -1 : 0;
}

static int stop(void **state)
{
	(void)state;
	assert_int_equal(lock_order_held(), 0);
	return 0;
}

/* A lock record, as the hypervisor makes it. */
static struct rw_rec_hdr *own_record(uint64_t *buf)
{
	struct rec_writer w;

	rec_begin(&w, buf, 256, RW_REC_LOCK, RW_VERDICT_NONE);
	rec_u32(&w, RW_F_RANGES, 1);
	rec_u64(&w, RW_F_PAGES, 2);
	rec_end(&w);
	return w.hdr;
}

/* Gives CPU 5 its ring, which ring.c holds. Return: the writer of it. */
static struct bench ring_of_5(void)
{
	struct bench b = { 0 };

	bad_page = PAGES;
	desc_fill(&b.desc, 4);
	assert_int_equal(journal_ring(&cpus[0], &b.desc), 0);
	b.ring = cpus[5].ring;
	b.producer = 0;
	memset(ring_hdr(), 0, sizeof(*ring_hdr()));
	return b;
}

static struct image checked(void)
{
	struct image image;

	image_check(mem, STORE_SIZE, false, &image);
	return image;
}

/* Before there is a store, a panic has nothing to dump. */
static void panic_before_init(void **state)
{
	(void)state;
	journal_panic();
	assert_int_equal(frames, 0);
}

static void init_refused(void **state)
{
	(void)state;
	boot.tsc_hz = 0;
	assert_non_null(strstr(journal_init(&boot, 0), "TSC"));
	boot.tsc_hz = LOG_CLOCK_HZ_MAX + 1;
	assert_non_null(strstr(journal_init(&boot, 0), "TSC"));
	boot.tsc_hz = LOG_CLOCK_HZ_MAX;
	boot.store_size = LOG_STORE_MIN - 1;
	assert_non_null(strstr(journal_init(&boot, 0), "size"));
}

static void status_names_the_log(void **state)
{
	struct rw_status status = { 0 };
	uint64_t buf[32];

	(void)state;
	journal_append(&cpus[0], own_record(buf));
	journal_usage(&status);
	assert_memory_equal(status.boot_id, boot.boot_id, sizeof(boot.boot_id));
	assert_memory_equal(checked().hdr.boot_id, boot.boot_id, sizeof(boot.boot_id));
	assert_int_equal(checked().hdr.backend, 1);
	assert_int_equal(status.store_next, 2);
	assert_int_equal(status.by_class[RW_CLASS_GUARD].used, status.store_used);
	assert_true(status.store_used > 0);
}

/* What waits in the CPU's ring is older and gets lower numbers; each keeps the time of its event. */
static void own_record_follows_the_ring(void **state)
{
	uint64_t buf[RW_REC_MAX / 8], own[32];
	struct bench b = ring_of_5();
	struct image image;

	(void)state;
	push(&b, make(buf, START_TSC + 30, 5, 5));
	push(&b, make(buf, START_TSC + 10, 5, 5)); /* of the event that the first one interrupted */
	tsc += 50;
	journal_append(&cpus[5], own_record(own));
	image = checked();
	assert_int_equal(image.records, 3);
	assert_int_equal(image_record(mem, &image, 1)->time_ns, START_TSC + 30 - 1000);
	assert_int_equal(image_record(mem, &image, 2)->time_ns, START_TSC + 10 - 1000);
	assert_int_equal(image_record(mem, &image, 3)->type, RW_REC_LOCK);
	assert_int_equal(image_record(mem, &image, 3)->time_ns, START_TSC + 50 - 1000);
	assert_int_equal(image_record(mem, &image, 3)->cpu, 5);
	assert_int_equal(image_record(mem, &image, 1)->flags | image_record(mem, &image, 2)->flags, 0);
	assert_int_equal(cpus[5].stats.records, 2);
}

/* The record's time is that of the call, not of the end of the intake before it. */
static void own_record_has_the_time_of_the_call(void **state)
{
	uint64_t own[32];
	struct image image;

	(void)state;
	ring_of_5();
	bytes_read = 0;
	read_jump = 700;
	journal_append(&cpus[5], own_record(own));
	image = checked();
	assert_int_equal(image.last->time_ns, START_TSC - 1000);
}

/* Another CPU adds a record while this one drains all rings: its stamp is above the clock of a moment ago. */
static void ring_of_a_running_cpu(void **state)
{
	uint64_t buf[RW_REC_MAX / 8];
	struct bench b = ring_of_5();
	struct image image;

	(void)state;
	push(&b, make(buf, START_TSC + 600, 5, 5));
	bytes_read = 0;
	read_jump = 700;
	assert_int_equal(journal_drain(&cpus[5]), 1);
	image = checked();
	assert_int_equal(image.last->time_ns, START_TSC + 600 - 1000);
	assert_int_equal(image.last->flags, 0);
}

/* The guest sets its TSC, forth and back below the log's start: the log's clock does not follow. */
static void guest_moves_the_tsc(void **state)
{
	static const uint64_t bias[] = { 0, 1ull << 40, (uint64_t)-5, 0 - START_TSC - 500, 1ull << 63 };
	uint64_t buf[RW_REC_MAX / 8];
	struct bench b = ring_of_5();

	(void)state;
	for (size_t i = 0; i < sizeof(bias) / sizeof(bias[0]); i++) {
		struct image image;

		tsc = START_TSC + 1000 * (i + 1);
		cpus[5].tsc_bias = bias[i];
		push(&b, make(buf, tsc - 10 + bias[i], 5, 5));
		assert_int_equal(journal_drain(&cpus[5]), 1);
		image = checked();
		assert_int_equal(image.last->time_ns, tsc - 10 - 1000);
		assert_int_equal(image.last->flags, 0);
		assert_int_equal(journal_now(&cpus[5]), tsc - 1000);
	}
}

static void rings(void **state)
{
	struct rw_ring_desc desc;

	(void)state;
	assert_int_equal(journal_drain(&cpus[5]), -RW_ENOTREADY);
	desc_fill(&desc, 4);
	desc.cpu = CPUS;
	assert_int_equal(journal_ring(&cpus[0], &desc), -RW_EINVAL);
	desc.cpu = 5;
	desc.data_pages = 3;
	assert_int_equal(journal_ring(&cpus[0], &desc), -RW_EINVAL);
	assert_int_equal(lines, 1);
	ring_of_5();
	assert_true(cpus[5].ring.in_use);
	desc.data_pages = 4;
	assert_int_equal(journal_ring(&cpus[0], &desc), -RW_EXISTS);
}

static void release_takes_the_rest(void **state)
{
	uint64_t buf[RW_REC_MAX / 8];
	struct bench b = ring_of_5();

	(void)state;
	push(&b, make(buf, START_TSC, 5, 5));
	journal_release();
	assert_int_equal(checked().records, 1);
	assert_false(cpus[5].ring.in_use);
	assert_int_equal(journal_drain(&cpus[5]), -RW_ENOTREADY);
}

/* A request for records from @seq on, into pages of the mock's guest, the last ones first. */
static struct rw_read read_from(uint64_t seq)
{
	struct rw_read req = { .seq = seq };

	for (unsigned int i = 0; i < RW_READ_PAGES; i++)
		req.page[i] = BASE + (uint64_t)(PAGES - 1 - i) * RW_PAGE_SIZE;
	return req;
}

/* Reads, and checks that what arrives is what the store has. Return: records. */
static unsigned int check_read(struct rw_read *req)
{
	static uint8_t got[RW_READ_BYTES];
	uint64_t seq = req->seq ? req->seq : 1;
	int64_t bytes = journal_read(req);
	struct image image = checked();
	unsigned int records = 0;

	assert_true(bytes >= 0 && bytes <= (int64_t)sizeof(got));
	for (unsigned int i = 0; i < RW_READ_PAGES; i++)
		assert_int_equal(guest_read(req->page[i], got + i * RW_PAGE_SIZE, RW_PAGE_SIZE), 0);
	for (int64_t at = 0; at < bytes; records++, seq++) {
		const struct rw_rec_hdr *rec = image_record(mem, &image, seq);

		assert_memory_equal(got + at, rec, rec->size);
		at += rec->size;
	}
	assert_int_equal(req->seq, seq);
	assert_int_equal(req->next_seq, image.hdr.next_seq);
	assert_int_equal(req->boot_epoch, boot.boot_epoch);
	return records;
}

static void records_are_read(void **state)
{
	uint64_t buf[RW_REC_MAX / 8], own[32];
	struct bench b = ring_of_5();
	struct rw_read req = read_from(0);
	unsigned int calls = 0;

	(void)state;
	assert_int_equal(check_read(&req), 0);
	assert_int_equal(req.seq, 1);
	for (unsigned int i = 0; i < 30; i++) {
		push(&b, make(buf, START_TSC, (uint16_t)(5 + 137 * i), 5)); /* across pages, at any place */
		if (i % 3 == 0)
			assert_true(journal_drain(&cpus[5]) > 0);
		journal_append(&cpus[0], own_record(own));
	}
	push(&b, make(buf, START_TSC, 5, 5)); /* what is in a ring is not read */
	for (unsigned int got = 0; got < 58; calls++)
		got += check_read(&req);
	assert_true(calls > 3);
	assert_int_equal(check_read(&req), 0);
	assert_int_equal(req.seq, req.next_seq);
	req.seq = 7;
	assert_true(check_read(&req) > 0); /* again */
	req.seq = UINT64_MAX;
	assert_int_equal(journal_read(&req), 0);
	assert_int_equal(req.seq, req.next_seq);
}

static void bad_requests_to_read(void **state)
{
	uint64_t own[32];
	struct rw_read req, bad;

	(void)state;
	for (unsigned int i = 0; i < 400; i++)
		journal_append(&cpus[0], own_record(own));
	for (unsigned int i = 0; i < RW_READ_PAGES; i++) {
		req = read_from(1);
		req.page[i] += 8;
		assert_int_equal(journal_read(&req), -RW_EINVAL);
		req.page[i] = BASE + (uint64_t)PAGES * RW_PAGE_SIZE;
		assert_int_equal(journal_read(&req), -RW_EFAULT);
		req.page[i] = ~0ull & ~(uint64_t)(RW_PAGE_SIZE - 1);
		assert_int_equal(journal_read(&req), -RW_EFAULT);
		assert_int_equal(lock_order_held(), 0);
		bad = read_from(1);
		assert_true(check_read(&bad) > 0); /* the failed one has not moved anything */
	}
	no_writes = true;
	req = read_from(1);
	assert_int_equal(journal_read(&req), -RW_EFAULT);
	no_writes = false;
}

static void malformed_own_record(void **state)
{
	uint64_t own[32];
	struct rw_rec_hdr *rec = own_record(own);

	(void)state;
	rec->size = 33;
	journal_append(&cpus[0], rec);
	assert_int_equal(lines, 1);
	assert_int_equal(checked().records, 0);
}

static void dump_and_end(void **state)
{
	uint64_t buf[RW_REC_MAX / 8];
	struct bench b = ring_of_5();
	unsigned int first;

	(void)state;
	push(&b, make(buf, START_TSC, 5, 5));
	journal_dump();
	first = frames;
	assert_true(first >= 3 + 2 * CPUS); /* BEGIN, END, a block, and two for each CPU's counters */
	assert_int_equal(flushes, 1);
	assert_int_equal(checked().records, 1);
	assert_int_equal(checked().hdr.end_reason, RW_END_RUNNING);
	journal_end(RW_END_RESET);
	assert_int_equal(frames, 2 * first);
	assert_int_equal(checked().hdr.end_reason, RW_END_RESET);
	push(&b, make(buf, START_TSC, 5, 5));
	journal_panic(); /* leaves the rings alone */
	assert_int_equal(checked().hdr.end_reason, RW_END_STOP);
	assert_int_equal(checked().records, 1);
	assert_int_equal(frames, 3 * first);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panic_before_init),
		TEST(init_refused),
		TEST(status_names_the_log),
		TEST(own_record_follows_the_ring),
		TEST(own_record_has_the_time_of_the_call),
		TEST(ring_of_a_running_cpu),
		TEST(guest_moves_the_tsc),
		TEST(rings),
		TEST(release_takes_the_rest),
		TEST(records_are_read),
		TEST(bad_requests_to_read),
		TEST(malformed_own_record),
		TEST(dump_and_end),
	};
	int failed = cmocka_run_group_tests_name("hv/log/journal", tests, NULL, NULL);

	free(mem);
	return failed;
}

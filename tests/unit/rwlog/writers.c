/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests that rwlog reads what the hypervisor's own code writes: its store and its frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/drain.h"
#include "log/printk.h"
#include "log/store.h"
#include "tests/unit/rwlog/build.h"

#define STORE_SIZE ((LOG_STORE_MIN + RW_PAGE_SIZE - 1) / RW_PAGE_SIZE * RW_PAGE_SIZE)

static FILE *out;

/* Replaces the serial line. */
void printk_raw(const char *s, size_t n)
{
	fwrite(s, 1, n, out);
}

/* Record @i: the agent's types in turn, with a path of varying length. */
static void append(struct log_store *s, unsigned int i)
{
	static uint8_t path[RW_PATH_MAX];
	static union {
		uint64_t align;
		uint8_t bytes[RW_REC_MAX];
	} buf;
	struct rec_writer w;

	memset(path, 'a', sizeof(path));
	rec_begin(&w, buf.bytes, sizeof(buf.bytes), (uint8_t)(RW_REC_EXEC + i % RW_REC_FILE_CHMOD), 0);
	build_agent_fields(&w, path, i * 37 % RW_PATH_MAX, "/other");
	rec_end(&w);
	w.hdr->time_ns = i % 3 ? i * 1000 : i * 1000 - 2500; /* as of an event that was interrupted */
	s->now_ns = i * 1000;
	assert_int_equal(log_store_append(s, w.hdr), 0);
}

/* A store in memory of its own. */
static void *start(struct log_store *store)
{
	static const struct rw_store_hdr id = { .boot_id = { 1, 2, 3 },
						.boot_epoch = BUILD_EPOCH,
						.backend = 1 };
	void *mem = aligned_alloc(RW_PAGE_SIZE, STORE_SIZE);

	assert_int_equal(log_store_init(store, mem, STORE_SIZE, &id), 0);
	return mem;
}

/* Dumps of stores from empty to wrapped several times, and the store's memory itself. */
static void store_and_frames(void **state)
{
	struct rw_cpu_stats stats = { .records = 1000 };
	struct log_store store;
	void *mem = start(&store);
	const struct log_dump last = { store.hdr->boot_id, 1000 };
	struct input in;
	size_t len;
	char *s;

	(void)state;
	out = open_memstream(&s, &len);
	log_drain_dump(&store, 1);
	for (unsigned int i = 1; i <= 1000; i++) {
		append(&store, i);
		if (i == 10 || i == 40) {
			log_store_seal(&store);
			log_drain_dump(&store, i);
		}
	}
	log_store_set_end(&store, RW_END_RESET);
	log_drain_stats(&last, &stats, 0);
	stats.cpu = 1;
	log_drain_stats(&last, &stats, 1);
	log_drain_dump(&store, 1000);
	fclose(out);
	assert_true(build_verify(s, len));
	assert_true(build_verify(mem, STORE_SIZE));
	assert_int_equal(build_parse(&in, s, len), 0);
	assert_int_equal(in.nboot, 1);
	assert_int_equal(in.boot[0].npart, 4);
	assert_int_equal(boot_rec(&in.boot[0], 0).hdr.seq, 1);
	assert_int_equal(boot_rec(&in.boot[0], in.boot[0].nrec - 1).hdr.seq, store.hdr->next_seq - 1);
	assert_true(store_evicted(store.hdr) > 0);
	assert_int_equal(in.boot[0].newest->hdr.end_reason, RW_END_RESET);
	assert_int_equal(in.capture.dumps.set[in.capture.dumps.nset - 1].buf.len, 2 * sizeof(stats));
	input_free(&in);
	free(s);
	free(mem);
}

/* The memory of a running machine after each record, in batches of all lengths: every record is read. */
static void amid_batches(void **state)
{
	struct log_store store;
	void *mem = start(&store);
	unsigned int left = 1, batch = 1;

	(void)state;
	for (unsigned int i = 1; i <= 700; i++) {
		struct input in;

		append(&store, i);
		assert_int_equal(build_parse(&in, mem, STORE_SIZE), 0);
		if (in.problems.count)
			fail_msg("after record %u: %s", i, in.problems.v[0].text);
		assert_int_equal(boot_rec(&in.boot[0], in.boot[0].nrec - 1).hdr.seq, store.next_seq - 1);
		assert_int_equal(in.boot[0].nrec, store.next_seq - 1 - store_evicted(store.hdr));
		input_free(&in);
		if (--left)
			continue;
		log_store_seal(&store);
		left = ++batch;
	}
	assert_true(store_evicted(store.hdr) > 0);
	free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(store_and_frames),
		cmocka_unit_test(amid_batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

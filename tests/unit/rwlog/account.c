/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests that rwlog accounts for every record by class, names what is missing, and sorts by number or time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "tests/unit/rwlog/out.h"
#include "verify.h"

#define BLOCKS 12u

/* A full store: execs and forks among many opens, whose oldest blocks are gone. */
static void full_store(struct build *b)
{
	char path[700];

	memset(path, 'x', sizeof(path));
	build_start(b, BLOCKS, 1);
	for (unsigned int i = 0; i < 160; i++) {
		if (i % 8 == 0)
			build_agent(b, RW_REC_EXEC, path, sizeof(path), "");
		if (i % 4 == 0)
			build_agent(b, RW_REC_FORK, "", 0, "");
		build_agent(b, RW_REC_FILE_OPEN, path, sizeof(path), "");
	}
	assert_true(b->hdr.evicted[RW_CLASS_FILE] > 50 && b->hdr.evicted[RW_CLASS_EXEC] == 4);
}

/* The block of a class that was opened as the @n-th of those that are there, from 0. */
static struct rw_block_hdr *block_of(const struct build *b, uint32_t class, unsigned int n)
{
	struct rw_block_hdr *found = NULL;

	for (uint64_t index = 0; index < b->next_index; index++)
		for (uint32_t i = 0; i < b->places; i++)
			if (build_block(b, i)->index == index && build_block(b, i)->class == class &&
			    n-- == 0)
				found = build_block(b, i);
	assert_non_null(found);
	return found;
}

/* What verify says of a store, which is damaged. */
static char *verdict(const struct build *b)
{
	struct input in;
	char *s;
	size_t len;
	FILE *out = open_memstream(&s, &len);

	assert_int_equal(build_parse(&in, b->p, b->len), 0);
	assert_int_not_equal(verify(&in, "", 50, out), STATUS_GOOD);
	fclose(out);
	input_free(&in);
	return s;
}

static void says(const struct build *b, const char *text)
{
	char *s = verdict(b);

	if (!strstr(s, text))
		fail_msg("\"%s\" is not in:\n%s", text, s);
	free(s);
}

static void full_store_is_good(void **state)
{
	struct build b;
	struct input in;
	uint64_t last = 0, there = 0;

	(void)state;
	full_store(&b);
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_int_equal(in.problems.count, 0);
	for (size_t i = 0; i < in.boot[0].nrec; i++) {
		assert_true(boot_rec(&in.boot[0], i).hdr.seq > last);
		last = boot_rec(&in.boot[0], i).hdr.seq;
	}
	assert_int_equal(last + 1, b.hdr.next_seq);
	for (uint32_t i = 0; i < RW_STORE_CLASSES; i++) {
		struct account a = account_class(in.image, i);

		assert_int_equal(a.evicted, b.hdr.evicted[i]);
		there += a.records;
	}
	assert_int_equal(account_class(in.image, RW_CLASS_EXEC).records + b.hdr.evicted[RW_CLASS_EXEC], 20);
	assert_int_equal(account_class(in.image, RW_CLASS_TASK).records, 40);
	assert_int_equal(there, in.boot[0].nrec);
	input_free(&in);
	build_free(&b);
}

/* Each block in turn is wiped: it is missed, and its class is named. */
static void wiped_block(void **state)
{
	static const char *const names[] = {
		[RW_CLASS_EXEC] = "exec", [RW_CLASS_TASK] = "task", [RW_CLASS_FILE] = "file"
	};

	(void)state;
	for (uint32_t place = 0; place < BLOCKS; place++) {
		char text[128];
		struct build b;
		struct rw_block_hdr *block;

		full_store(&b);
		block = build_block(&b, place);
		snprintf(text, sizeof(text), "class %s: ", names[block->class]);
		memset(block, 0, BUILD_BLOCK);
		says(&b, text);
		b.hdr.end_reason = RW_END_RUNNING;
		build_seal_hdr(&b);
		assert_false(build_verify(b.p, b.len));
		build_free(&b);
	}
}

static void named_gaps(void **state)
{
	char text[160];
	struct build b;
	struct rw_block_hdr *block;
	uint64_t before, after;

	(void)state;
	full_store(&b);
	assert_true(block_of(&b, RW_CLASS_EXEC, 2) != NULL);
	before = block_of(&b, RW_CLASS_EXEC, 0)->last_seq;
	block = block_of(&b, RW_CLASS_EXEC, 1);
	after = block_of(&b, RW_CLASS_EXEC, 2)->first_seq;
	snprintf(text, sizeof(text), "class exec: %u records are missing between records %u and %u",
		 block->count, (unsigned int)before, (unsigned int)after);
	memset(block, 0, BUILD_BLOCK);
	says(&b, text);
	build_free(&b);
}

/* Counts of evictions moved from one class to another, with all CRCs right. */
static void forged_counts(void **state)
{
	struct build b;

	(void)state;
	full_store(&b);
	b.hdr.evicted[RW_CLASS_FILE]--;
	b.hdr.evicted[RW_CLASS_EXEC]++;
	build_seal_hdr(&b);
	says(&b, "class exec: 4 records are missing before record 45, but the header counts 5 as evicted");
	b.hdr.evicted[RW_CLASS_EXEC]--;
	build_seal_hdr(&b);
	says(&b, "class file: ");
	b.hdr.evicted[RW_CLASS_FILE] += 2;
	build_seal_hdr(&b);
	says(&b, "class file: ");
	b.hdr.evicted[RW_CLASS_FILE]--;
	b.hdr.evicted[RW_CLASS_NET]++; /* a class that never had a record */
	build_seal_hdr(&b);
	says(&b, "were evicted, but there were");
	build_free(&b);
}

/* Headers of blocks changed by someone who recomputes the CRC. */
static void forged_blocks(void **state)
{
	struct build b;
	struct rw_block_hdr *block, saved;

	(void)state;
	full_store(&b);
	block = block_of(&b, RW_CLASS_EXEC, 1);
	saved = *block;
	block->class = RW_CLASS_TASK;
	build_seal_block(block);
	says(&b, "of class exec stands in a block of class task");
	*block = saved;
	block->before++;
	build_seal_block(block);
	says(&b, "class exec: 1 records are missing between");
	*block = saved;
	block->last_seq++;
	build_seal_block(block);
	says(&b, "ends with record");
	*block = saved;
	block->from_ns++;
	build_seal_block(block);
	says(&b, "has times from");
	*block = saved;
	block->place++;
	build_seal_block(block);
	says(&b, "does not belong here");
	*block = saved;
	block->next = 0;
	build_seal_block(block);
	says(&b, "says that it is the newest");
	*block = saved;
	assert_true(build_verify(b.p, b.len));
	memcpy(block_of(&b, RW_CLASS_FILE, 1), block, BUILD_BLOCK); /* a block twice */
	assert_false(build_verify(b.p, b.len));
	build_free(&b);
}

/* The moments of an eviction in the memory of a running machine. */
static void amid_eviction(void **state)
{
	struct build b;
	struct rw_block_hdr *block;

	(void)state;
	full_store(&b);
	b.hdr.end_reason = RW_END_RUNNING;
	block = block_of(&b, RW_CLASS_FILE, 0);
	b.hdr.evicted[RW_CLASS_FILE] += block->count; /* counted, and still there */
	build_seal_hdr(&b);
	assert_true(build_verify(b.p, b.len));
	memset(block, 0, sizeof(*block)); /* its header is cleared */
	assert_true(build_verify(b.p, b.len));
	memset(block, 0, BUILD_BLOCK / 2);
	assert_true(build_verify(b.p, b.len));
	b.hdr.end_reason = RW_END_POWEROFF;
	build_seal_hdr(&b);
	assert_false(build_verify(b.p, b.len));
	build_free(&b);
}

static void verify_names_evictions(void **state)
{
	struct build b;
	struct input in;
	char *s, text[128];
	size_t len;
	FILE *out = open_memstream(&s, &len);

	(void)state;
	full_store(&b);
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_int_equal(verify(&in, "", 50, out), STATUS_GOOD);
	fclose(out);
	snprintf(text, sizeof(text), ", evicted %u (exec 4, file %u), ended by poweroff\n",
		 (unsigned int)store_evicted(&b.hdr), (unsigned int)b.hdr.evicted[RW_CLASS_FILE]);
	assert_non_null(strstr(s, text));
	free(s);
	input_free(&in);
	build_free(&b);
}

/* By number, then by time; records of the same time stay in the order of their numbers. */
static void sorted_by_time(void **state)
{
	static const uint64_t times[] = { 500, 300, 400, 300, 200, 500 };
	static const uint64_t order[] = { 5, 2, 4, 3, 1, 6 };
	struct build b;
	struct input in;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	for (size_t i = 0; i < 6; i++) {
		b.now_ns = times[i] - 1234567;
		build_agent(&b, i % 2 ? RW_REC_EXEC : RW_REC_FORK, "/x", 2, "");
	}
	assert_true(build_verify(b.p, b.len)); /* times need not ascend */
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(boot_rec(&in.boot[0], i).hdr.seq, i + 1);
	boot_sort_by_time(&in.boot[0]);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(boot_rec(&in.boot[0], i).hdr.seq, order[i]);
	input_free(&in);
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_store_is_good),
		cmocka_unit_test(wiped_block),
		cmocka_unit_test(named_gaps),
		cmocka_unit_test(forged_counts),
		cmocka_unit_test(forged_blocks),
		cmocka_unit_test(amid_eviction),
		cmocka_unit_test(verify_names_evictions),
		cmocka_unit_test(sorted_by_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of lib/record.c: records are built, parsed and checked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/events.h"
#include "lib/record.h"

#define NEW_EVENT 77u
#define NEW_FIELD 2000u /* above the numbers that are checked for duplicates */

static union {
	uint64_t align;
	uint8_t bytes[RW_REC_MAX];
} buf;

static struct rec_writer w;

static void begin(uint8_t type)
{
	memset(&buf, 0xee, sizeof(buf));
	rec_begin(&w, buf.bytes, sizeof(buf.bytes), type, RW_VERDICT_ALLOW);
}

/* Checks the record in buf, in memory that ends with it. Return: the fault, or NULL. */
static const char *wrong(bool strict, struct rec_fault *fault)
{
	uint32_t size = w.hdr->size;
	void *copy = malloc(size);
	int err;

	memcpy(copy, buf.bytes, size);
	*fault = (struct rec_fault){ 0 };
	err = rec_check_fields(copy, size, strict, fault);
	free(copy);
	assert_int_equal(err, fault->what ? -1 : 0);
	return fault->what;
}

static void is_good(bool strict)
{
	struct rec_fault fault;

	rec_end(&w);
	if (wrong(strict, &fault))
		fail_msg("field %u: %s", fault.id, fault.what);
}

static void is_bad(bool strict, uint16_t id, const char *what)
{
	struct rec_fault fault;

	rec_end(&w);
	assert_non_null(wrong(strict, &fault));
	assert_string_equal(fault.what, what);
	assert_int_equal(fault.id, id);
}

static void add_task(void)
{
	static const struct rw_task task = { .pid = 1 };

	rec_bytes(&w, RW_F_TASK, &task, sizeof(task));
}

/* A fork record without its last field, THREAD. */
static void begin_fork(void)
{
	begin(RW_REC_FORK);
	add_task();
	rec_u32(&w, RW_F_CHILD_PID, 2);
	rec_u32(&w, RW_F_CHILD_TGID, 2);
}

static void layout(void **state)
{
	static const uint8_t want[] = {
		0x10, 0, 3, 0, 'a', 'b', 'c', 0, 0x34, 0, 8, 0, 8, 7, 6, 5, 4, 3, 2, 1
	};

	(void)state;
	begin(RW_REC_EXEC);
	rec_bytes(&w, 16, "abc", 3);
	rec_u64(&w, 52, 0x0102030405060708);
	assert_int_equal(rec_end(&w), sizeof(struct rw_rec_hdr) + 24);
	assert_int_equal(w.hdr->size, sizeof(struct rw_rec_hdr) + 24);
	assert_int_equal(w.hdr->magic, RW_REC_MAGIC);
	assert_int_equal(w.hdr->type, RW_REC_EXEC);
	assert_int_equal(w.hdr->seq, 0);
	assert_memory_equal(buf.bytes + sizeof(struct rw_rec_hdr), want, sizeof(want));
	assert_memory_equal(buf.bytes + sizeof(struct rw_rec_hdr) + sizeof(want), "\0\0\0\0", 4);
	assert_int_equal(buf.bytes[sizeof(struct rw_rec_hdr) + 24], 0xee);
	assert_false(w.full);
}

static void no_room(void **state)
{
	uint8_t value[64] = { 0 };

	(void)state;
	rec_begin(&w, buf.bytes, 64, RW_REC_EXEC, RW_VERDICT_ALLOW);
	rec_bytes(&w, 16, value, 24);
	assert_false(w.full);
	rec_bytes(&w, 11, value, 1);
	assert_true(w.full);
	rec_bytes(&w, 11, value, 0);
	assert_int_equal(rec_end(&w), 64);
	assert_int_equal(w.used, 64);
}

static void walk(void **state)
{
	uint32_t pos = sizeof(struct rw_rec_hdr);
	struct rec_field f;

	(void)state;
	begin(RW_REC_EXEC);
	rec_bytes(&w, 10, "/a", 2);
	rec_bytes(&w, NEW_FIELD, "", 0);
	rec_u32(&w, RW_F_RESULT, 9);
	rec_end(&w);
	assert_int_equal(rec_next(w.hdr, w.hdr->size, &pos, &f), 1);
	assert_true(f.id == 10 && f.len == 2 && memcmp(f.value, "/a", 2) == 0);
	assert_int_equal(rec_next(w.hdr, w.hdr->size, &pos, &f), 1);
	assert_true(f.id == NEW_FIELD && f.len == 0);
	assert_int_equal(rec_next(w.hdr, w.hdr->size, &pos, &f), 1);
	assert_true(f.id == RW_F_RESULT && f.len == 4);
	assert_int_equal(rec_next(w.hdr, w.hdr->size, &pos, &f), 0);
	assert_true(rec_find(w.hdr, RW_F_RESULT, &f));
	assert_true(rec_find(w.hdr, NEW_FIELD, &f));
	assert_false(rec_find(w.hdr, RW_F_MODE, &f));
}

static void good_records(void **state)
{
	(void)state;
	begin_fork();
	rec_u32(&w, RW_F_THREAD, 1);
	is_good(true);
	is_good(false);
	begin(RW_REC_DIR_MAKE); /* not in the table's order, with optional fields */
	rec_u32(&w, RW_F_RESULT, (uint32_t)-17);
	rec_u32(&w, RW_F_MODE, 0755);
	rec_bytes(&w, RW_F_PATH, "", 0);
	add_task();
	is_good(true);
	rec_u32(&w, RW_F_REPEAT, 3); /* folded: any record can have it */
	is_good(true);
	rec_u32(&w, RW_F_REPEAT, 3);
	is_bad(true, RW_F_REPEAT, "it occurs twice");
}

/* Adds the fields of a file_open record that the letters of @order name. */
static void add_in_order(const char *order)
{
	static const struct rw_file file;

	begin(RW_REC_FILE_OPEN);
	for (; *order; order++)
		switch (*order) {
		case 't':
			add_task();
			break;
		case 'p':
			rec_bytes(&w, RW_F_PATH, "/tmp/a", 6);
			break;
		case 'f':
			rec_bytes(&w, RW_F_FILE, &file, sizeof(file));
			break;
		case 'o':
			rec_u32(&w, RW_F_OPEN_FLAGS, 0);
			break;
		case 'c':
			rec_u32(&w, RW_F_CREATED, 1);
			break;
		default:
			rec_u32(&w, RW_F_MODE, 0600);
			break;
		}
}

/* Any order of fields is valid, whether or not it is the one that the quick check knows. */
static void any_order(void **state)
{
	static const char *const good[] = {
		"tpfo", "tfop", "tfocmp", "tfcmop", "pofmct", "mctfop", "tfomcp"
	};
	static const struct {
		const char *order;
		uint16_t id;
	} twice[] = { { "tfopp", RW_F_PATH },     { "tfopt", RW_F_TASK },       { "ttfop", RW_F_TASK },
		      { "tpfop", RW_F_PATH },     { "tfopo", RW_F_OPEN_FLAGS }, { "tfcpoc", RW_F_CREATED },
		      { "tfopcmc", RW_F_CREATED } };
	static const struct {
		const char *order;
		uint16_t id;
	} missing[] = { { "tfo", RW_F_PATH }, { "fop", RW_F_TASK }, { "tpcm", RW_F_FILE } };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		add_in_order(good[i]);
		is_good(true);
	}
	for (size_t i = 0; i < sizeof(twice) / sizeof(twice[0]); i++) {
		add_in_order(twice[i].order);
		is_bad(true, twice[i].id, "it occurs twice");
	}
	/* A word of zeros where the list ends, but not the record. */
	add_in_order("tfocm");
	rec_u32(&w, RW_F_RDEV, 0);
	rec_u32(&w, RW_F_RESULT, 0);
	rec_bytes(&w, 0, "", 0);
	rec_bytes(&w, RW_F_PATH, "", 0);
	is_bad(true, 0, "its fields do not fill the record");
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		add_in_order(missing[i].order);
		is_bad(true, missing[i].id, "it is missing");
	}
}

static void faults_of_fields(void **state)
{
	uint8_t *value;

	(void)state;
	begin_fork();
	is_bad(true, RW_F_THREAD, "it is missing");
	is_bad(false, RW_F_THREAD, "it is missing");
	rec_u32(&w, RW_F_CHILD_PID, 2);
	is_bad(true, RW_F_CHILD_PID, "it occurs twice");
	begin_fork();
	rec_u64(&w, RW_F_THREAD, 1);
	is_bad(false, RW_F_THREAD, "its length is wrong for its kind");
	begin_fork();
	rec_u32(&w, RW_F_THREAD, 1);
	rec_end(&w);
	value = buf.bytes + w.used - 4;
	*value = 2;
	is_bad(true, RW_F_THREAD, "it is neither 0 nor 1");
	*value = 1;
	value[-2] = 9; /* the length of THREAD */
	is_bad(true, 0, "its fields do not fill the record");
	value[-2] = 0;
	is_bad(true, RW_F_THREAD, "its length is wrong for its kind");
}

static void rules(void **state)
{
	(void)state;
	begin(NEW_EVENT);
	rec_u32(&w, RW_F_RESULT, 1);
	is_bad(false, RW_F_RESULT, "it is neither 0 nor a negative error");
	begin(NEW_EVENT);
	rec_u32(&w, RW_F_TARGET, 0);
	is_bad(false, RW_F_TARGET, "it is 0, which is not a valid value");
	begin(NEW_EVENT);
	rec_u32(&w, RW_F_TARGET, 191);
	rec_u32(&w, RW_F_KEXEC_STEP, 0);
	rec_bytes(&w, RW_F_ARGUMENTS, "a\0b", 4);
	rec_bytes(&w, RW_F_IDS, "", 0);
	is_good(false);
	begin(NEW_EVENT);
	rec_bytes(&w, RW_F_ARGUMENTS, "a\0b", 3);
	is_bad(false, RW_F_ARGUMENTS, "its last string is not terminated");
	begin(NEW_EVENT);
	rec_bytes(&w, RW_F_IDS, "abcdef", 6);
	is_bad(false, RW_F_IDS, "its length is not a multiple of 4");
	begin(NEW_EVENT);
	rec_bytes(&w, RW_F_AREAS, "0123456789abcdefgh", 18);
	is_bad(false, RW_F_AREAS, "its length is not a multiple of 16");
}

/* Fields of a newer version: valid unless the reader is strict. */
static void newer(void **state)
{
	uint8_t task[sizeof(struct rw_task) + 9] = { 0 };

	(void)state;
	begin(NEW_EVENT);
	rec_bytes(&w, NEW_FIELD, "abc", 3);
	is_good(false);
	is_bad(true, 0, "unknown type of record");
	begin_fork();
	rec_u32(&w, RW_F_THREAD, 0);
	rec_bytes(&w, NEW_FIELD, "abc", 3);
	is_good(false);
	is_bad(true, NEW_FIELD, "records of this type do not have it");
	begin_fork();
	rec_u32(&w, RW_F_THREAD, 0);
	rec_u32(&w, RW_F_MODE, 0);
	is_good(false);
	is_bad(true, RW_F_MODE, "records of this type do not have it");
	begin(RW_REC_EXIT);
	rec_bytes(&w, RW_F_TASK, task, sizeof(task));
	rec_u32(&w, RW_F_EXIT_STATUS, 0);
	rec_u32(&w, RW_F_LAST_THREAD, 0);
	is_good(false);
	is_bad(true, RW_F_TASK, "its length is wrong for its kind");
}

/* A path of the maximum length, and of one byte more. */
static void long_path(void **state)
{
	static uint8_t path[RW_PATH_MAX + 1];

	(void)state;
	begin(NEW_EVENT);
	rec_bytes(&w, RW_F_PATH, path, RW_PATH_MAX);
	is_good(false);
	begin(NEW_EVENT);
	rec_bytes(&w, RW_F_PATH, path, RW_PATH_MAX + 1);
	is_bad(false, RW_F_PATH, "its length is wrong for its kind");
}

static void padding(void **state)
{
	(void)state;
	begin(NEW_EVENT);
	rec_bytes(&w, RW_F_PATH, "abcde", 5);
	rec_end(&w);
	buf.bytes[sizeof(struct rw_rec_hdr) + 4 + 5] = 1;
	is_bad(false, 0, "its fields do not fill the record");
	begin(NEW_EVENT);
	rec_bytes(&w, RW_F_PATH, "abcd", 4);
	is_good(false);
	memset(buf.bytes + w.hdr->size, 0, 8); /* a record longer than its fields */
	w.used += 8;
	is_bad(false, 0, "its fields do not fill the record");
}

/* Any bytes: the check reads nothing outside them, and a record that passes can be walked to its end. */
static void random_bytes(void **state)
{
	uint32_t seed = 1, passed = 0;

	(void)state;
	for (unsigned int i = 0; i < 200000; i++) {
		struct rec_fault fault;

		begin_fork();
		rec_u32(&w, RW_F_THREAD, 0);
		rec_bytes(&w, NEW_FIELD, "abcdefg", 7);
		rec_end(&w);
		for (unsigned int n = i % 3; n; n--) {
			seed = seed * 1664525 + 1013904223;
			buf.bytes[sizeof(struct rw_rec_hdr) +
				  (seed >> 8) % (w.hdr->size - sizeof(struct rw_rec_hdr))] = (uint8_t)(seed >>
												       24);
		}
		if (!wrong(false, &fault)) {
			uint32_t pos = sizeof(struct rw_rec_hdr);
			struct rec_field f;
			int more;

			while ((more = rec_next(buf.bytes, w.hdr->size, &pos, &f)) > 0)
				assert_true(f.value + f.len <= buf.bytes + w.hdr->size);
			assert_int_equal(more, 0);
			passed++;
		}
	}
	assert_true(passed > 70000 && passed < 200000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),       cmocka_unit_test(no_room),          cmocka_unit_test(walk),
		cmocka_unit_test(good_records), cmocka_unit_test(faults_of_fields), cmocka_unit_test(rules),
		cmocka_unit_test(newer),        cmocka_unit_test(long_path),        cmocka_unit_test(padding),
		cmocka_unit_test(random_bytes), cmocka_unit_test(any_order),
	};

	return cmocka_run_group_tests_name("lib/record", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/log/intake.c: which records it accepts, and which it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/events.h"
#include "lib/record.h"
#include "tests/unit/hv/log/ring.h"

static void bad_sizes(void **state)
{
	static const uint16_t sizes[] = { 0, 8, 24, 31, 33, 36, 100, RW_REC_MAX + 8, 0xfff8, 0xffff, 4096 };
	uint64_t buf[RW_REC_MAX / 8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct rw_rec_hdr *rec = make(buf, START_TSC, 8, 0);
		size_t len = rec->size;

		rec->size = sizes[i]; /* 4096 is past the producer */
		check_bad(rec, len, RW_BAD_SIZE, true);
	}
}

static void bad_magic_and_type(void **state)
{
	static const uint8_t types[] = { 0,           13,          190, RW_REC_AGENT_LAST, RW_REC_VIOLATION,
					 RW_REC_LOCK, RW_REC_DROP, 255 };
	uint64_t buf[RW_REC_MAX / 8];
	struct rw_rec_hdr *rec = make(buf, START_TSC, 8, 0);
	size_t i;

	(void)state;
	rec->magic ^= 0x100;
	check_bad(rec, rec->size, RW_BAD_MAGIC, true);
	for (i = 0; i < sizeof(types); i++) {
		rec = make(buf, START_TSC, 8, 0);
		rec->type = types[i];
		check_bad(rec, rec->size, RW_BAD_TYPE, false);
	}
}

static void bad_verdict_and_flags(void **state)
{
	uint64_t buf[RW_REC_MAX / 8];
	struct rw_rec_hdr *rec = make(buf, START_TSC, 8, 0);
	uint32_t flag;

	(void)state;
	rec->verdict = RW_VERDICT_COUNT;
	check_bad(rec, rec->size, RW_BAD_FIELD, false);
	for (flag = 1; flag < 0x10000; flag <<= 1) {
		if (flag & (RW_RECF_SYNC | RW_RECF_PATH_TRUNC))
			continue;
		rec = make(buf, START_TSC, 8, 0);
		rec->flags = (uint16_t)flag;
		check_bad(rec, rec->size, RW_BAD_FIELD, false);
	}
}

/* An unfinished rename record that lacks a required part. */
static void begin_without(struct rec_writer *w, void *buf, uint16_t left_out)
{
	static const struct rw_task task = { .pid = 42 };

	memset(buf, 0, RW_REC_MAX);
	rec_begin(w, buf, RW_REC_MAX, RW_REC_FILE_RENAME, RW_VERDICT_ALLOW);
	w->hdr->time_ns = START_TSC;
	if (left_out != RW_F_TASK)
		rec_bytes(w, RW_F_TASK, &task, sizeof(task));
	if (left_out != RW_F_PATH)
		rec_bytes(w, RW_F_PATH, "old", 3);
	if (left_out != RW_F_NEW_PATH)
		rec_bytes(w, RW_F_NEW_PATH, "new", 3);
	if (left_out != RW_F_RENAME_FLAGS)
		rec_u32(w, RW_F_RENAME_FLAGS, 0);
}

static void check_bad_fields(struct rec_writer *w)
{
	rec_end(w);
	check_bad(w->hdr, w->hdr->size, RW_BAD_FIELD, false);
}

static void bad_fields(void **state)
{
	static const uint16_t needed[] = { RW_F_TASK, RW_F_PATH, RW_F_NEW_PATH, RW_F_RENAME_FLAGS };
	static const uint8_t zeros[RW_PATH_MAX + 1];
	uint64_t buf[RW_REC_MAX / 8];
	struct rec_writer w;

	(void)state;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) { /* missing */
		begin_without(&w, buf, needed[i]);
		check_bad_fields(&w);
	}
	begin_without(&w, buf, 0); /* twice */
	rec_bytes(&w, RW_F_PATH, "again", 5);
	check_bad_fields(&w);
	begin_without(&w, buf, 0); /* another event's */
	rec_u32(&w, RW_F_OPEN_FLAGS, 0);
	check_bad_fields(&w);
	begin_without(&w, buf, 0); /* no event's */
	rec_u32(&w, RW_FIELD_COUNT + 100, 0);
	check_bad_fields(&w);
	begin_without(&w, buf, 0);
	rec_u32(&w, UINT16_MAX, 0);
	check_bad_fields(&w);
	begin_without(&w, buf, RW_F_RENAME_FLAGS); /* too short, too long for its kind */
	rec_bytes(&w, RW_F_RENAME_FLAGS, zeros, 3);
	check_bad_fields(&w);
	begin_without(&w, buf, RW_F_RENAME_FLAGS);
	rec_bytes(&w, RW_F_RENAME_FLAGS, zeros, 8);
	check_bad_fields(&w);
	begin_without(&w, buf, RW_F_TASK);
	rec_bytes(&w, RW_F_TASK, zeros, sizeof(struct rw_task) + 4);
	check_bad_fields(&w);
	begin_without(&w, buf, RW_F_PATH);
	rec_bytes(&w, RW_F_PATH, zeros, RW_PATH_MAX + 1);
	check_bad_fields(&w);
}

/* Spoiled bytes: lengths that lead out of the record, zeros in the middle, padding. */
static void bad_framing(void **state)
{
	static const uint16_t lengths[] = { 4, 5, 100, 0x7fff, 0xfffc, 0xffff };
	uint64_t buf[RW_REC_MAX / 8];
	struct rec_writer w;
	struct rw_field f;
	size_t at;

	(void)state;
	begin_without(&w, buf, RW_F_RENAME_FLAGS);
	at = w.used;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		begin_without(&w, buf, 0);
		rec_end(&w);
		f = (struct rw_field){ RW_F_RENAME_FLAGS, lengths[i] };
		memcpy((uint8_t *)buf + at, &f, sizeof(f));
		w.hdr->size =
			(uint16_t)(at / 8 *
				   8); /* the last field begins where the record ends, or 4 bytes before */
		check_bad(w.hdr, w.hdr->size, RW_BAD_FIELD, false);
	}
	begin_without(&w, buf, 0); /* a field without a number in the middle */
	rec_end(&w);
	f = (struct rw_field){ 0, 4 };
	memcpy((uint8_t *)buf + at, &f, sizeof(f));
	check_bad(w.hdr, w.hdr->size, RW_BAD_FIELD, false);
	begin_without(&w, buf, 0); /* 8 zeros after the last field */
	rec_end(&w);
	w.hdr->size += 8;
	check_bad(w.hdr, w.hdr->size, RW_BAD_FIELD, false);
	begin_without(&w, buf, 0); /* padding of a value: "old" has one byte */
	rec_end(&w);
	((uint8_t *)buf)[sizeof(struct rw_rec_hdr) + sizeof(f) + sizeof(struct rw_task) + 7] = 1;
	check_bad(w.hdr, w.hdr->size, RW_BAD_FIELD, false);
}

/* Every event of the agent, with every field that it may have. */
static void every_event(void **state)
{
	static const uint8_t zeros[128], one[128] = { 1 };
	struct bench *b = bench_new(8);
	uint64_t buf[RW_REC_MAX / 8];
	struct image image;
	unsigned int count = 0;

	(void)state;
	for (unsigned int type = 1; type <= RW_REC_AGENT_LAST; type++) {
		struct rec_writer w;

		if (!event_desc(type))
			continue;
		rec_begin(&w, buf, sizeof(buf), (uint8_t)type, RW_VERDICT_ALLOW);
		w.hdr->time_ns = b->tsc;
		for (const struct event_field *e = event_desc(type)->fields; e->id; e++) {
			const struct kind_desc *kind = kind_desc(field_desc(e->id)->kind);

			rec_bytes(&w, e->id, kind->rule == VALUE_NOT_ZERO ? one : zeros, kind->min);
		}
		rec_end(&w);
		assert_false(w.full);
		push(b, w.hdr);
		assert_int_equal(drain(b, &image), 1);
		assert_int_equal(image.last->type, type);
		count++;
	}
	assert_true(count >= 12);
	assert_int_equal(b->stats.malformed, 0);
	bench_end(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_sizes),
		cmocka_unit_test(bad_magic_and_type),
		cmocka_unit_test(bad_verdict_and_flags),
		cmocka_unit_test(bad_fields),
		cmocka_unit_test(bad_framing),
		cmocka_unit_test(every_event),
	};

	return cmocka_run_group_tests_name("hv/log/intake_records", tests, NULL, NULL);
}

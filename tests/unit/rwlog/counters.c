/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog's counters: which belong to which boot's store, and how both are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "tests/unit/rwlog/build.h"

/* Files read together, and their boots. */
struct set {
	struct input file[3], *in[3];
	size_t n;
	struct log log;
	struct boot_counters *list;
	size_t boots;
};

static void add(struct set *s, struct build_text *t)
{
	build_text_stop(t);
	s->in[s->n] = &s->file[s->n];
	assert_int_equal(build_parse(s->in[s->n], t->p, t->len), 0);
	s->n++;
	free(t->p);
}

static void list(struct set *s)
{
	log_open(&s->log, s->in, s->n);
	s->boots = counters_list(&s->log, &s->list);
}

static void drop(struct set *s)
{
	free(s->list);
	log_free(&s->log);
	for (size_t i = 0; i < s->n; i++)
		input_free(s->in[i]);
}

/* A capture of a boot: its counters, of so many CPUs, and its store. 0 CPUs: no counters. */
static void put_boot(struct build_text *t, uint8_t boot, uint32_t dump, uint32_t cpus, bool store)
{
	struct build b;

	build_start(&b, BUILD_FEW, boot);
	build_samples(&b);
	if (cpus)
		build_stats(t->f, boot, dump, cpus);
	if (store)
		build_dump(&b, t->f, dump);
	build_free(&b);
}

static size_t cpus_of(const struct boot_counters *b)
{
	return b->set ? b->set->buf.len / sizeof(struct rw_cpu_stats) : 0;
}

static void is(const struct boot_counters *b, const char *id, size_t cpus, bool store)
{
	char own[TEXT_BOOT_LEN];

	assert_string_equal(b->id, id);
	assert_int_equal(cpus_of(b), cpus);
	assert_int_equal(b->store != NULL, store);
	if (store) {
		text_boot(own, &b->store->hdr);
		assert_string_equal(own, id);
	}
}

static json_t *json_of(const struct boot_counters *b)
{
	struct build_text t;
	json_t *j;

	build_text_start(&t);
	counters_json(b, t.f);
	build_text_stop(&t);
	assert_ptr_equal(memchr(t.p, '\n', t.len), t.p + t.len - 1);
	j = json_loads(t.p, 0, NULL);
	assert_non_null(j);
	free(t.p);
	return j;
}

static void has_number(const json_t *j, const char *name, json_int_t value)
{
	assert_int_equal(json_integer_value(json_object_get(j, name)), value);
}

/* What the counters and the store of one boot look like. */
static void one_boot(void **state)
{
	struct set s = { .n = 0 };
	struct build_text t;
	json_t *j, *cpu;

	(void)state;
	build_text_start(&t);
	put_boot(&t, 1, 1, 2, true);
	add(&s, &t);
	list(&s);
	assert_int_equal(s.boots, 1);
	is(&s.list[0], "01010101010101010101010101010101", 2, true);
	j = json_of(&s.list[0]);
	assert_int_equal(json_object_size(j), 11);
	cpu = json_array_get(json_object_get(j, "cpus"), 1);
	has_number(cpu, "apic_id", 2);
	has_number(json_object_get(cpu, "exits"), "msr_read", 1001);
	has_number(cpu, "shootdowns", 1000 + RW_EXIT_COUNT + 8);
	has_number(json_object_get(j, "exits"), "cpuid", 1000);
	has_number(j, "hv_cycles", 1000 + 2 * RW_EXIT_COUNT);
	has_number(j, "drops", 2000 + 4 * RW_EXIT_COUNT + 14);
	has_number(json_object_get(j, "store"), "records", BUILD_SAMPLES);
	assert_string_equal(json_string_value(json_object_get(json_object_get(j, "store"), "end")),
			    "poweroff");
	json_decref(j);
	build_text_start(&t);
	counters_text(&s.list[0], false, t.f);
	build_text_stop(&t);
	assert_memory_equal(t.p, "counters of boot 01010101010101010101010101010101\n", 50);
	assert_non_null(strstr(t.p, "msr_read                    1           1001           1002\n"));
	assert_non_null(strstr(t.p, "\n\nstore of boot 01010101010101010101010101010101\n"));
	assert_non_null(strstr(t.p, "9 blocks of 4096 bytes\n"));
	free(t.p);
	drop(&s);
}

/* Each has its own counters, whatever stands between; the last set of a boot counts. */
static void several_boots(void **state)
{
	struct set s = { .n = 0 };
	struct build_text t;

	(void)state;
	build_text_start(&t);
	put_boot(&t, 1, 1, 1, true);
	put_boot(&t, 2, 1, 2, false);
	put_boot(&t, 1, 2, 3, true);
	put_boot(&t, 3, 1, 0, true);
	put_boot(&t, 2, 2, 4, true);
	put_boot(&t, 4, 1, 5, false);
	add(&s, &t);
	list(&s);
	assert_int_equal(s.boots, 4);
	is(&s.list[0], "01010101010101010101010101010101", 3, true);
	is(&s.list[1], "03030303030303030303030303030303", 0, true);
	is(&s.list[2], "02020202020202020202020202020202", 4, true);
	is(&s.list[3], "04040404", 5, false);
	assert_true(s.list[1].captured);
	assert_false(s.list[3].several);
	drop(&s);
}

/* A memory's image has no counters: those of a capture of the same boot are its. */
static void several_files(void **state)
{
	struct set s = { .n = 0 };
	struct build_text t;
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 2);
	build_samples(&b);
	build_text_start(&t);
	fwrite(b.p, 1, b.len, t.f);
	add(&s, &t);
	build_free(&b);
	build_start(&b, BUILD_FEW, 3);
	build_samples(&b);
	build_text_start(&t);
	fwrite(b.p, 1, b.len, t.f);
	add(&s, &t);
	build_free(&b);
	build_text_start(&t);
	put_boot(&t, 1, 1, 1, true);
	put_boot(&t, 2, 1, 2, false);
	add(&s, &t);
	list(&s);
	assert_int_equal(s.boots, 3);
	is(&s.list[0], "01010101010101010101010101010101", 1, true);
	is(&s.list[1], "02020202020202020202020202020202", 2, true);
	is(&s.list[2], "03030303030303030303030303030303", 0, true);
	assert_false(s.list[2].captured);
	drop(&s);
}

/* Frames have four bytes of the id: where two stores' ids begin so, nobody knows whose the counters are. */
static void ids_alike(void **state)
{
	struct set s = { .n = 0 };
	struct build_text t;
	struct build b;
	json_t *j;

	(void)state;
	build_text_start(&t);
	put_boot(&t, 1, 1, 2, true);
	add(&s, &t);
	build_start(&b, BUILD_FEW, 1);
	b.hdr.boot_id[15] = 9;
	build_seal_hdr(&b);
	build_samples(&b);
	build_text_start(&t);
	build_dump(&b, t.f, 1);
	add(&s, &t);
	build_free(&b);
	list(&s);
	assert_int_equal(s.boots, 3);
	is(&s.list[0], "01010101010101010101010101010101", 0, true);
	is(&s.list[1], "01010101010101010101010101010109", 0, true);
	is(&s.list[2], "01010101", 2, false);
	assert_true(s.list[2].several);
	j = json_of(&s.list[0]);
	assert_null(json_object_get(j, "cpus"));
	assert_null(json_object_get(j, "exits_total"));
	json_decref(j);
	build_text_start(&t);
	counters_text(&s.list[2], true, t.f);
	build_text_stop(&t);
	assert_memory_equal(t.p, "\ncounters of boot 01010101: of one of several boots whose ids begin so\n",
			    71);
	free(t.p);
	drop(&s);
}

/* --boot chooses the counters, too, also of a boot without a store. */
static void one_chosen(void **state)
{
	static const char *const boots[] = { "0101", "02020202", "020202020202" };
	struct build_text t;

	(void)state;
	build_text_start(&t);
	put_boot(&t, 1, 1, 1, true);
	put_boot(&t, 2, 1, 2, false);
	build_text_stop(&t);
	for (size_t i = 0; i < 3; i++) {
		struct set s = { .n = 1, .in = { &s.file[0] } };

		assert_int_equal(build_parse_as(s.in[0], t.p, t.len, INPUT_AS_IT_LOOKS,
						(struct image_choice){ .boot = boots[i] }),
				 0);
		list(&s);
		assert_int_equal(s.boots, 1);
		assert_int_equal(cpus_of(&s.list[0]), i ? 2 : 1);
		drop(&s);
	}
	free(t.p);
}

/* A store whose header is damaged is no boot's, above all not that of number 0. */
static void unknown_store(void **state)
{
	struct set s = { .n = 0 };
	struct build_text t;
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 0);
	build_samples(&b);
	b.p[64] ^= 1;
	build_text_start(&t);
	fwrite(b.p, 1, b.len, t.f);
	add(&s, &t);
	build_text_start(&t);
	put_boot(&t, 0, 1, 2, false);
	add(&s, &t);
	list(&s);
	assert_int_equal(s.boots, 2);
	is(&s.list[0], "unknown", 0, false);
	is(&s.list[1], "00000000", 2, false);
	drop(&s);
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_boot),  cmocka_unit_test(several_boots), cmocka_unit_test(several_files),
		cmocka_unit_test(ids_alike), cmocka_unit_test(one_chosen),    cmocka_unit_test(unknown_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

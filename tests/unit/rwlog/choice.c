/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of what rwlog reads where a file holds more than one log, some of them planted by a guest. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/rwlog/build.h"

/* A guest that can write to the serial line sends a store of its own: the frames are read all the same. */
static void planted_store(void **state)
{
	struct build_text t;
	struct build fake;
	struct input in;

	(void)state;
	build_start(&fake, BUILD_FEW, 9);
	for (size_t lead = 0; lead < 2; lead++) {
		char *frames;
		size_t len;

		build_capture(&t);
		frames = t.p;
		len = t.len;
		build_text_start(&t);
		for (size_t i = 0; i < 64 * lead; i++)
			fputs("some text first", t.f); /* a multiple of 8 bytes */
		fwrite(fake.p, 1, fake.len, t.f);
		for (size_t i = 0; i < 33; i++)
			fwrite(frames, 1, len, t.f);
		build_text_stop(&t);
		assert_int_equal(build_parse(&in, t.p, t.len), 0);
		assert_true(in.is_capture);
		assert_int_equal(in.nboot, 1);
		assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
		assert_int_equal(in.problems.count, 1); /* that somebody did this */
		input_free(&in);
		assert_int_equal(
			build_parse_as(&in, t.p, t.len, INPUT_AS_CAPTURE, (struct image_choice){ 0 }), 0);
		assert_int_equal(in.problems.count, 0);
		input_free(&in);
		assert_int_equal(build_parse_as(&in, t.p, t.len, INPUT_AS_MEMORY, (struct image_choice){ 0 }),
				 0);
		assert_int_equal(in.image->hdr.boot_id[0], 9);
		input_free(&in);
		free(frames);
		free(t.p);
	}
	build_free(&fake);
}

/* A guest writes a whole dump of its own as text into its memory: the store is read all the same. */
static void planted_dump(void **state)
{
	size_t len = 1u << 20, at = 0x40000;
	uint8_t *mem = calloc(1, len);
	struct build_text t;
	struct build real;
	struct input in;

	(void)state;
	build_start(&real, BUILD_FEW, 9);
	build_note(&real, RW_REC_AGENT, "6.1");
	build_capture(&t);
	memcpy(mem + 0x8000, t.p, t.len);
	memcpy(mem + at, real.p, real.len);
	assert_int_equal(build_parse(&in, mem, len), 0);
	assert_int_equal(in.image->base, at);
	assert_int_equal(in.problems.count, 1);
	input_free(&in);
	assert_int_equal(build_parse_as(&in, mem, len, INPUT_AS_MEMORY, (struct image_choice){ 0 }), 0);
	assert_int_equal(in.problems.count, 0);
	input_free(&in);
	/* What the hypervisor's own buffer holds of the last dump is no reason to ask. */
	memset(mem + 0x8000, 0, t.len - 200);
	assert_int_equal(build_parse(&in, mem, len), 0);
	assert_int_equal(in.problems.count, 0);
	input_free(&in);
	free(mem);
	free(t.p);
	build_free(&real);
}

/* Two machines on one line: a choice reads one of them, and what is wrong with the other does not matter. */
static void one_of_two(void **state)
{
	struct build_text t;
	struct build b;
	struct input in;

	(void)state;
	build_text_start(&t);
	for (uint8_t boot = 1; boot < 3; boot++) {
		build_start(&b, BUILD_FEW, boot);
		build_samples(&b);
		build_dump(&b, t.f, 1);
		build_free(&b);
	}
	build_text_stop(&t);
	*strstr(t.p + t.len / 2, "@RW2 D") = '#'; /* a line of the second one is lost */
	assert_false(build_verify(t.p, t.len));
	assert_int_equal(
		build_parse_as(&in, t.p, t.len, INPUT_AS_IT_LOOKS, (struct image_choice){ .boot = "01" }), 0);
	assert_int_equal(in.nboot, 1);
	assert_int_equal(in.problems.count, 0);
	input_free(&in);
	assert_int_equal(build_parse_as(&in, t.p, t.len, INPUT_AS_IT_LOOKS,
					(struct image_choice){ .boot = "0202" }),
			 0);
	assert_int_equal(in.nboot, 1);
	assert_true(in.problems.count > 0);
	input_free(&in);
	assert_int_equal(build_parse_as(&in, t.p, t.len, INPUT_AS_IT_LOOKS,
					(struct image_choice){ .boot = "3" }),
			 -ESRCH);
	input_free(&in);
	free(t.p);
}

/* The text of image_list(). */
static char *list_of(const struct input *in)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	image_list(&in->scan, out);
	fclose(out);
	return text;
}

/* Parses with a choice, and tells where the store that was read begins; 0: none was. */
static size_t chosen(const uint8_t *mem, size_t len, struct image_choice choice, uint64_t problems)
{
	struct input in;
	size_t base = 0;
	int ret = build_parse_as(&in, mem, len, INPUT_AS_IT_LOOKS, choice);

	if (!ret) {
		base = in.image->base;
		assert_int_equal(in.problems.count, problems);
	} else {
		assert_int_equal(ret, -ESRCH);
	}
	input_free(&in);
	return base;
}

#define PLANTED (IMAGE_EXAMINED + 3u)

/* A guest has planted stores before the real one: which one is the real one, only a choice can say. */
static void planted_stores(void **state)
{
	struct build fake, real;
	struct input in;
	size_t len, at;
	uint8_t *mem;
	char *list;

	(void)state;
	build_start(&fake, BUILD_FEW, 1);
	build_start(&real, BUILD_FEW, 2);
	build_samples(&real);
	len = (PLANTED + 1) * real.len;
	at = PLANTED * real.len;
	mem = calloc(1, len);
	assert_non_null(mem);
	for (size_t i = 0; i < PLANTED; i++) {
		build_note(&fake, RW_REC_AGENT, "6.1");
		memcpy(mem + i * real.len, fake.p, fake.len);
	}
	memcpy(mem + at, real.p, real.len);
	assert_false(build_verify(mem, len));
	assert_int_equal(build_parse(&in, mem, len), 0);
	assert_non_null(strstr(in.problems.v[in.problems.kept - 1].text, "68 different stores are here"));
	list = list_of(&in);
	assert_non_null(strstr(list, "store at address 0x0 (offset 0x0), boot 01"));
	assert_non_null(strstr(list, ", boot 02"));
	free(list);
	input_free(&in);
	assert_int_equal(chosen(mem, len, (struct image_choice){ .have_at = true, .at = at }, 0), at);
	assert_int_equal(chosen(mem, len, (struct image_choice){ .have_at = true, .at = at + 8 }, 0), 0);
	assert_int_equal(chosen(mem, len, (struct image_choice){ .boot = "02" }, 0), at);
	assert_int_equal(chosen(mem, len, (struct image_choice){ .boot = "03" }, 0), 0);
	assert_int_equal(
		chosen(mem, len, (struct image_choice){ .boot = "01", .have_at = true, .at = at }, 0), 0);
	free(mem);
	build_free(&fake);
	build_free(&real);
}

/* Beside a capture of the same machine, the loader's line in that chooses the store. */
static void by_a_capture(void **state)
{
	struct capture c = { .problems = NULL };
	struct build fake, real;
	char line[128];
	uint8_t *mem;
	size_t len;

	(void)state;
	build_start(&fake, BUILD_FEW, 1);
	build_start(&real, BUILD_FEW, 2);
	build_samples(&fake);
	len = real.len * 3;
	mem = calloc(1, len);
	assert_non_null(mem);
	memcpy(mem + real.len, fake.p, fake.len);
	memcpy(mem + 2 * real.len, real.p, real.len);
	snprintf((char *)mem, 128, "ringward: guarding this machine, store 8 MiB at 0x%zx, starting x\r\n",
		 real.len);
	snprintf(line, sizeof(line),
		 "[09:20] ringward: guarding this machine, store 8 MiB at 0x%zx, starting \\EFI\\x.efi\r\n",
		 2 * real.len);
	assert_false(build_verify(mem, len));
	capture_console(&c, line, strlen(line));
	assert_int_equal(chosen(mem, len, (struct image_choice){ .console = &c.console }, 0), 2 * real.len);
	capture_free(&c);
	c = (struct capture){ .problems = NULL };
	capture_console(&c, "nothing\n", 8);
	assert_false(console_store_at(&c.console, 0));
	assert_int_equal(chosen(mem, len, (struct image_choice){ .console = &c.console }, 0), 0);
	capture_free(&c);
	free(mem);
	build_free(&fake);
	build_free(&real);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planted_store), cmocka_unit_test(planted_dump),
		cmocka_unit_test(one_of_two),    cmocka_unit_test(planted_stores),
		cmocka_unit_test(by_a_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Feeds damaged logs and random bytes to all of rwlog, reproducibly: nothing may crash or hang. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "export.h"
#include "report.h"
#include "extract.h"
#include "tests/unit/rwlog/build.h"
#include "show.h"
#include "verify.h"

#define ROUNDS 3000u

static uint32_t seed = 1;

static uint32_t next(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)(seed >> 4) * below) >> 28);
}

static void try_all(const uint8_t *data, size_t len, FILE *null)
{
	static const struct filter all = FILTER_ALL;
	struct input file, *in = &file;
	struct log log;

	if (build_parse(in, data, len) == 0) {
		log_open(&log, &in, 1);
		verify(in, "", 5, null);
		show(&log, &all, NULL, false, null);
		for (int format = 0; format < EXPORT_FORMATS; format++)
			export_records((enum export_format)format, &log, &all, null);
		report(&log, &all, NULL, null);
		(void)extract_choose(in);
		if (counters_present(in)) {
			counters_json(in, null);
			counters_table(in, null);
		}
		log_free(&log);
	}
	input_free(in);
}

/* Flips, overwrites, moves and truncates some of the bytes. */
static size_t damage(uint8_t *p, size_t len)
{
	for (uint32_t n = 1 + next(6); n && len > 16; n--) {
		size_t at = next((uint32_t)len - 8), from = next((uint32_t)len - 8);

		switch (next(5)) {
		case 0:
			p[at] ^= (uint8_t)(1u << next(8));
			break;
		case 1:
			memset(p + at, (int)next(256), 1 + next(8));
			break;
		case 2:
			memmove(p + at, p + from, next((uint32_t)(len - (at > from ? at : from))));
			break;
		case 3:
			memset(p + at, 0xff, 4);
			break;
		default:
			if (next(8) == 0)
				len = at;
		}
	}
	return len;
}

static void damaged(const uint8_t *data, size_t len)
{
	FILE *null = fopen("/dev/null", "w");
	uint8_t *copy = malloc(len);

	for (unsigned int i = 0; i < ROUNDS; i++) {
		memcpy(copy, data, len);
		try_all(copy, damage(copy, len), null);
	}
	free(copy);
	fclose(null);
}

static void image(void **state)
{
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	build_samples(&b);
	damaged(b.p, b.len);
	build_free(&b);
}

static void capture(void **state)
{
	struct build b;
	size_t len;
	char *s;
	FILE *out = open_memstream(&s, &len);

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	build_dump(&b, out, 1);
	fputs("ringward: hypervisor 0.1\r\n"
	      "ringward: ALERT write of MSR c0000082 ignored, rip ffffffffc0000123,\r\n by insmod[96]\r\n",
	      out);
	build_samples(&b);
	build_stats(out, 1, 2, 2);
	build_dump(&b, out, 2);
	build_dump(&b, out, 2);
	fclose(out);
	damaged((const uint8_t *)s, len);
	free(s);
	build_free(&b);
}

/* The lines of a capture, broken at 40 characters. */
static void broken_lines(void **state)
{
	struct build_text t, broken;

	(void)state;
	build_capture(&t);
	build_text_start(&broken);
	for (size_t i = 0; i < t.len; i++) {
		putc(t.p[i], broken.f);
		if (i % 40 == 39)
			fputs("\r\n[09:20:53] ", broken.f);
	}
	build_text_stop(&broken);
	damaged((const uint8_t *)broken.p, broken.len);
	free(t.p);
	free(broken.p);
}

/* Damage with corrected CRCs: only the later checks can find it. */
static void sealed(void **state)
{
	FILE *null = fopen("/dev/null", "w");
	struct build b;

	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct input in;
		size_t at;

		build_start(&b, BUILD_FEW, 1);
		build_samples(&b);
		assert_int_equal(build_parse(&in, b.p, b.len), 0);
		for (uint32_t n = next(15); n; n--) {
			struct rec r = boot_rec(&in.boot[0], next((uint32_t)in.boot[0].nrec));

			at = next(r.hdr.size);
			if (at >= sizeof(r.hdr.magic) + sizeof(r.hdr.size))
				b.p[(size_t)(r.p - in.data) + at] = (uint8_t)next(256);
			build_seal_record(b.p + (r.p - in.data));
		}
		input_free(&in);
		for (uint32_t n = next(4); n; n--) {
			struct rw_block_hdr *block = build_block(&b, next(b.places));

			((uint8_t *)block)[8 + next(sizeof(*block) - 8)] = (uint8_t)next(256);
			build_seal_block(block);
		}
		at = 8 + next(sizeof(b.hdr) - 8);
		((uint8_t *)&b.hdr)[at] = (uint8_t)next(256);
		build_seal_hdr(&b);
		try_all(b.p, b.len, null);
		build_free(&b);
	}
	fclose(null);
}

static void random_bytes(void **state)
{
	static const char *const starts[] = { "",
					      RW_STORE_MAGIC,
					      "\x7f"
					      "ELF\2\1\1",
					      "@RW2 D 01010101 00000001 00000000 ",
					      "\x1f\x8b\x08",
					      "\xfd"
					      "7zXZ",
					      "\x28\xb5\x2f\xfd",
					      "00000000: 4052 5732 2044  @RW2 D\n00000010: 40",
					      "00000000  40 52 57 32  |@RW2|\n*\n000000a0\n",
					      "ringward: ALERT hypercall 1 refused, rip 1, by a[1]\n" };
	FILE *null = fopen("/dev/null", "w");
	static uint8_t data[20000];

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		size_t len = next(sizeof(data));
		const char *s = starts[i % (sizeof(starts) / sizeof(starts[0]))];

		for (size_t j = 0; j < len; j++)
			data[j] = (uint8_t)(next(16) ? next(256) : 0);
		if (len > 64)
			memcpy(data, s, strlen(s));
		try_all(data, len, null);
	}
	fclose(null);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image),  cmocka_unit_test(capture),      cmocka_unit_test(broken_lines),
		cmocka_unit_test(sealed), cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

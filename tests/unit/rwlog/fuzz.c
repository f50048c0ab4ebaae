/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Feeds damaged logs and random bytes to all of rwlog, reproducibly: nothing may crash or hang, and no damage
 * is accepted in silence but what a CRC cannot see. RWLOG_FUZZ_ROUNDS says how often (`make soak`: a million
 * in all), RWLOG_FUZZ_FORM with which form.
 */
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
#include "lib/crc32c.h"

#define ROUNDS_DEFAULT 700u
#define OUTPUTS_EACH   4u /* rounds of which one also makes all outputs */

static uint32_t seed = 1;

static unsigned int rounds(void)
{
	const char *given = getenv("RWLOG_FUZZ_ROUNDS");

	return given ? (unsigned int)strtoul(given, NULL, 10) : ROUNDS_DEFAULT;
}

static uint32_t next(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)(seed >> 4) * below) >> 28);
}

/* What an undamaged log holds. */
struct truth {
	const uint8_t *data; /* the file */
	size_t len;
	struct input in;
};

/* Whether the record is one of the undamaged log, byte by byte. */
static bool is_true(const struct truth *t, const struct rec *r)
{
	for (size_t i = 0; i < t->in.nboot; i++) {
		const struct boot *b = &t->in.boot[i];

		for (size_t j = 0; j < b->nrec; j++)
			if (b->rec[j].seq == r->hdr.seq && boot_rec(b, j).hdr.size == r->hdr.size &&
			    memcmp(b->rec[j].p, r->p, r->hdr.size) == 0)
				return true;
	}
	return false;
}

/* Whether a dump with this header was whole in the undamaged log. */
static bool was_whole(const struct truth *t, const struct part *p)
{
	if (!t->in.is_capture)
		return memcmp(&p->hdr, &t->in.image->hdr, sizeof(p->hdr)) == 0;
	for (size_t i = 0; i < t->in.capture.dumps.npart; i++) {
		const struct part *q = t->in.capture.dumps.part[i];

		if (q->complete && memcmp(&p->hdr, &q->hdr, sizeof(p->hdr)) == 0 && p->nrec == q->nrec)
			return true;
	}
	return false;
}

/*
 * What verify accepts is the whole content of an undamaged image, or of dumps of the undamaged capture: a CRC
 * cannot see that a dump is there no more, or twice.
 */
static void check_accepted(const struct truth *t, const struct input *in)
{
	assert_int_equal(in->is_capture, t->in.is_capture);
	for (size_t i = 0; i < in->nboot; i++) {
		const struct boot *b = &in->boot[i];

		assert_true(was_whole(t, b->newest));
		if (!in->is_capture)
			assert_int_equal(b->nrec, t->in.boot[0].nrec);
		for (size_t j = 0; j < b->nrec; j++) {
			struct rec r = boot_rec(b, j);

			assert_true(is_true(t, &r));
		}
	}
}

static void try_outputs(struct input *in, FILE *null)
{
	static const struct filter all = FILTER_ALL;
	struct boot_counters *list;
	struct log log;
	size_t n;

	log_open(&log, &in, 1);
	show(&log, &all, NULL, false, null);
	for (int format = 0; format < EXPORT_FORMATS; format++)
		export_records((enum export_format)format, &log, &all, null);
	report(&log, &all, NULL, null);
	(void)extract_choose(in);
	n = counters_list(&log, &list);
	for (size_t i = 0; i < n; i++) {
		counters_json(&list[i], null);
		counters_text(&list[i], i > 0, null);
	}
	free(list);
	log_free(&log);
}

/* @truth: what verify may accept; NULL: anything. */
static void try_all(const struct truth *truth, const uint8_t *data, size_t len, bool outputs, FILE *null)
{
	struct input in;

	if (build_parse(&in, data, len) == 0) {
		if (verify(&in, "", 5, null) == STATUS_GOOD && truth)
			check_accepted(truth, &in);
		if (outputs)
			try_outputs(&in, null);
	}
	input_free(&in);
}

/* Two places with @n bytes each that do not overlap, the lower one first. Return: whether there are any. */
static bool two_places(size_t len, size_t n, size_t *a, size_t *b)
{
	if (len < 2 * n + 2)
		return false;
	*a = next((uint32_t)(len - 2 * n));
	*b = *a + n + next((uint32_t)(len - 2 * n - *a));
	return true;
}

static void swap(uint8_t *p, uint8_t *q, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t kept = p[i];

		p[i] = q[i];
		q[i] = kept;
	}
}

/* A store's header as a guest would write it: right in itself, of the same boot or another, perhaps newer. */
static void plant(uint8_t *p, size_t len, const struct truth *from)
{
	struct rw_store_hdr h = from->in.nboot ? from->in.boot[0].newest->hdr : (struct rw_store_hdr){ 0 };
	size_t at = next((uint32_t)len);

	h.next_seq += next(3);
	h.boot_id[next(sizeof(h.boot_id))] ^= (uint8_t)next(2);
	h.crc = 0;
	h.crc = crc32c(0, &h, sizeof(h));
	if (next(4))
		at &= ~(size_t)7;
	memcpy(p + at, &h, sizeof(h) < len - at ? sizeof(h) : len - at);
}

/* One change to @len of @cap bytes at @p. @from: the undamaged log. Return: the new length. */
static size_t damage_once(uint8_t *p, size_t len, size_t cap, const struct truth *from)
{
	size_t n = 1 + next(next(8) ? 64 : (uint32_t)len / 2), at = next((uint32_t)len), a, b;

	n = n < len - at ? n : len - at;
	switch (next(9)) {
	case 0: /* flip */
		p[at] ^= (uint8_t)(1u << next(8));
		return len;
	case 1: /* overwrite */
		memset(p + at, (int)next(256), n);
		return len;
	case 2: /* cut */
		memmove(p + at, p + at + n, len - at - n);
		return len - n;
	case 3: /* end */
		return next(4) ? len : at;
	case 4: /* duplicate */
		n = n < cap - len ? n : cap - len;
		memmove(p + at + n, p + at, len - at);
		return len + n;
	case 5: /* swap */
		if (two_places(len, n, &a, &b))
			swap(p + a, p + b, n);
		return len;
	case 6: /* move */
		memmove(p + at, p + next((uint32_t)(len - n + 1)), n);
		return len;
	case 7: /* plant a store */
		plant(p, len, from);
		return len;
	default: /* replay a piece of the undamaged log elsewhere */
		a = next((uint32_t)(from->len - (n < from->len ? n : from->len) + 1));
		n = n < from->len - a ? n : from->len - a;
		memcpy(p + at, from->data + a, n < len - at ? n : len - at);
		return len;
	}
}

static void damaged(const uint8_t *data, size_t len)
{
	FILE *null = fopen("/dev/null", "w");
	size_t cap = len + len / 2;
	uint8_t *copy = malloc(cap);
	struct truth truth = { .data = data, .len = len };

	assert_non_null(copy);
	assert_int_equal(build_parse(&truth.in, data, len), 0);
	for (unsigned int i = 0; i < rounds(); i++) {
		size_t now = len;

		memcpy(copy, data, len);
		for (uint32_t n = 1 + next(next(2) ? 6 : 1); n && now > 16; n--)
			now = damage_once(copy, now, cap, &truth);
		try_all(&truth, copy, now, i % OUTPUTS_EACH == 0, null);
	}
	input_free(&truth.in);
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

/* A store amid a memory's other pages. */
static void memory(void **state)
{
	struct build_text t;
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	build_text_start(&t);
	for (size_t i = 0; i < 2 * BUILD_BLOCK; i++)
		putc((int)(i * i >> 3 & 0xff), t.f);
	fwrite(b.p, 1, b.len, t.f);
	for (size_t i = 0; i < BUILD_BLOCK; i++)
		putc(0, t.f);
	build_text_stop(&t);
	damaged((const uint8_t *)t.p, t.len);
	free(t.p);
	build_free(&b);
}

/* A capture, compressed, and in UTF-16. */
static void compressed(void **state)
{
	struct build_text t, packed;

	(void)state;
	build_capture(&t);
	build_text_start(&packed);
	build_gzip(packed.f, (const uint8_t *)t.p, t.len);
	build_text_stop(&packed);
	damaged((const uint8_t *)packed.p, packed.len);
	free(t.p);
	free(packed.p);
}

static void wide(void **state)
{
	struct build_text t, to;

	(void)state;
	build_capture(&t);
	build_text_start(&to);
	for (size_t i = 0; i < t.len; i++) {
		putc(t.p[i], to.f);
		putc(0, to.f);
	}
	build_text_stop(&to);
	damaged((const uint8_t *)to.p, to.len);
	free(t.p);
	free(to.p);
}

/* Damage with corrected CRCs: only the later checks can find it. */
static void sealed(void **state)
{
	FILE *null = fopen("/dev/null", "w");
	struct build b;

	(void)state;
	for (unsigned int i = 0; i < rounds(); i++) {
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
		try_all(NULL, b.p, b.len, i % OUTPUTS_EACH == 0, null);
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
	for (unsigned int i = 0; i < rounds() / 2; i++) {
		size_t len = next(sizeof(data));
		const char *s = starts[i % (sizeof(starts) / sizeof(starts[0]))];

		for (size_t j = 0; j < len; j++)
			data[j] = (uint8_t)(next(16) ? next(256) : 0);
		if (len > 64)
			memcpy(data, s, strlen(s));
		try_all(NULL, data, len, i % OUTPUTS_EACH == 0, null);
	}
	fclose(null);
}

/* Each form is reproducible by itself. */
static int same_start(void **state)
{
	(void)state;
	seed = 1;
	return 0;
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, same_start)
	const struct CMUnitTest tests[] = {
		TEST(image),      TEST(memory), TEST(capture), TEST(broken_lines),
		TEST(compressed), TEST(wide),   TEST(sealed),  TEST(random_bytes),
	};

	cmocka_set_test_filter(getenv("RWLOG_FUZZ_FORM"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

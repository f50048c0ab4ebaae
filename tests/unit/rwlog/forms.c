/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog on files that are compressed, in UTF-16 or hex dumps; and on what limits them. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "kind.h"
#include "tests/unit/rwlog/build.h"

/* Writes bytes in another form. */
typedef void form_fn(FILE *out, const uint8_t *p, size_t n);

/* As rotated files that were put together. */
static void two_members(FILE *out, const uint8_t *p, size_t n)
{
	build_gzip(out, p, n / 2);
	build_gzip(out, p + n / 2, n - n / 2);
}

static void xz(FILE *out, const uint8_t *p, size_t n)
{
	size_t max = lzma_stream_buffer_bound(n), len = 0;
	uint8_t *to = malloc(max);

	assert_non_null(to);
	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, p, n, to, &len, max), LZMA_OK);
	fwrite(to, 1, len, out);
	free(to);
}

static void zstd(FILE *out, const uint8_t *p, size_t n)
{
	size_t max = ZSTD_compressBound(n), len;
	void *to = malloc(max);

	assert_non_null(to);
	len = ZSTD_compress(to, max, p, n, 3);
	assert_false(ZSTD_isError(len));
	fwrite(to, 1, len, out);
	free(to);
}

static void utf16(FILE *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		putc(p[i], out);
		putc(0, out);
	}
}

static void utf16_mark(FILE *out, const uint8_t *p, size_t n)
{
	fputs("\xff\xfe", out);
	utf16(out, p, n);
}

static void utf16_big(FILE *out, const uint8_t *p, size_t n)
{
	fputs("\xfe\xff", out);
	for (size_t i = 0; i < n; i++) {
		putc(0, out);
		putc(p[i], out);
	}
}

static void text_of(FILE *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		putc(p[i] >= ' ' && p[i] <= '~' ? p[i] : '.', out);
}

static void xxd(FILE *out, const uint8_t *p, size_t n)
{
	for (size_t at = 0; at < n; at += 16) {
		size_t len = n - at < 16 ? n - at : 16;

		fprintf(out, "%08zx:", at);
		for (size_t i = 0; i < 16; i++)
			fprintf(out, i < len ? "%s%02x" : "%s  ", i % 2 ? "" : " ", i < len ? p[at + i] : 0u);
		fputs("  ", out);
		text_of(out, p + at, len);
		putc('\n', out);
	}
}

static void xxd_plain(FILE *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%02x%s", p[i], i % 30 == 29 || i + 1 == n ? "\n" : "");
}

/* hexdump -C, which leaves out repeated lines. */
static void canonical(FILE *out, const uint8_t *p, size_t n)
{
	bool same = false;

	for (size_t at = 0; at < n; at += 16) {
		size_t len = n - at < 16 ? n - at : 16;

		if (at && len == 16 && memcmp(p + at, p + at - 16, 16) == 0) {
			fputs(same ? "" : "*\n", out);
			same = true;
			continue;
		}
		same = false;
		fprintf(out, "%08zx  ", at);
		for (size_t i = 0; i < len; i++)
			fprintf(out, "%02x %s", p[at + i], i == 7 ? " " : "");
		fputs(" |", out);
		text_of(out, p + at, len);
		fputs("|\n", out);
	}
	fprintf(out, "%08zx\n", n);
}

/* hexdump without options: words, low byte first. */
static void words(FILE *out, const uint8_t *p, size_t n)
{
	for (size_t at = 0; at < n; at += 16) {
		fprintf(out, "%07zx", at);
		for (size_t i = at; i < at + 16 && i < n; i += 2)
			fprintf(out, " %02x%02x", i + 1 < n ? p[i + 1] : 0u, p[i]);
		putc('\n', out);
	}
	fprintf(out, "%07zx\n", n);
}

static void gzip_of_hex_of_utf16(FILE *out, const uint8_t *p, size_t n)
{
	struct build_text a, b;

	build_text_start(&a);
	utf16_mark(a.f, p, n);
	build_text_stop(&a);
	build_text_start(&b);
	xxd(b.f, (const uint8_t *)a.p, a.len);
	build_text_stop(&b);
	build_gzip(out, (const uint8_t *)b.p, b.len);
	free(a.p);
	free(b.p);
}

static const struct {
	const char *name;
	form_fn *write;
	bool text; /* it can hold text only */
} forms[] = {
	{ "gzip", build_gzip, false },
	{ "two_members", two_members, false },
	{ "xz", xz, false },
	{ "zstd", zstd, false },
	{ "utf16", utf16, true },
	{ "utf16_mark", utf16_mark, true },
	{ "utf16_big", utf16_big, true },
	{ "xxd", xxd, false },
	{ "xxd_plain", xxd_plain, false },
	{ "canonical", canonical, false },
	{ "words", words, false },
	{ "gzip_of_hex_of_utf16", gzip_of_hex_of_utf16, true },
};

static void write_form(size_t i, struct build_text *to, const void *p, size_t n)
{
	build_text_start(to);
	forms[i].write(to->f, p, n);
	build_text_stop(to);
}

/* A capture, and an image, in each form. */
static void all_forms(void **state)
{
	struct build_text capture, t;
	struct build b;

	(void)state;
	build_capture(&capture);
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		write_form(i, &t, capture.p, capture.len);
		if (!build_verify(t.p, t.len))
			fail_msg("a capture as %s", forms[i].name);
		free(t.p);
		write_form(i, &t, b.p, b.len);
		if (build_verify(t.p, t.len) == forms[i].text)
			fail_msg("an image as %s", forms[i].name);
		free(t.p);
	}
	free(capture.p);
	build_free(&b);
}

/* Cut anywhere, and with changed bytes: nothing crashes, and no record is accepted that was not there. */
static void damaged_forms(void **state)
{
	struct build_text capture, t;

	(void)state;
	build_capture(&capture);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		write_form(i, &t, capture.p, capture.len);
		for (size_t n = 0; n + 60 < t.len; n += 1 + t.len / 10)
			if (build_verify(t.p, n))
				fail_msg("%s, cut at %zu, is good", forms[i].name, n);
		for (size_t at = i; at < t.len; at += 1 + t.len / 25) {
			struct input in;

			t.p[at] ^= (char)(1 << at % 8);
			if (build_parse(&in, t.p, t.len) == 0 && !in.problems.count) {
				assert_int_equal(in.nboot, 1);
				assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
			}
			input_free(&in);
			t.p[at] ^= (char)(1 << at % 8);
		}
		free(t.p);
	}
	free(capture.p);
}

/* What a few kilobytes can become is limited. */
static void bombs(void **state)
{
	static form_fn *const bomb[] = { build_gzip, xz, zstd };
	size_t n = 8u << 20;
	uint8_t *zeros = calloc(1, n);

	(void)state;
	assert_non_null(zeros);
	for (size_t i = 0; i < sizeof(bomb) / sizeof(bomb[0]); i++) {
		struct build_text t;
		struct input in = { .limit = 1u << 20 };

		build_text_start(&t);
		bomb[i](t.f, zeros, n);
		build_text_stop(&t);
		in.data = malloc(t.len);
		in.len = t.len;
		memcpy(in.data, t.p, t.len);
		assert_int_equal(input_parse(&in), -EFBIG);
		input_free(&in);
		free(t.p);
	}
	free(zeros);
}

/* A line of a hex dump that asks for 2^60 bytes by its offset. */
static void far_offset(void **state)
{
	static const char text[] = "00000000  41 42\n1000000000000000  41 42\n";
	struct input in;

	(void)state;
	assert_int_equal(build_parse(&in, text, sizeof(text) - 1), -EFBIG);
	input_free(&in);
}

static void endless_device(void **state)
{
	struct input in = { .limit = 4u << 20 };

	(void)state;
	assert_int_equal(input_load(&in, "/dev/zero"), -EFBIG);
	input_free(&in);
}

static void kinds(void **state)
{
	(void)state;
	assert_string_equal(kind_of_file((const uint8_t *)"\x89PNG\r\n\x1a\n", 8), "a PNG image");
	assert_string_equal(kind_of_file((const uint8_t *)"\xd4\xc3\xb2\xa1....", 8), "a pcap file");
	assert_string_equal(kind_of_file((const uint8_t *)"hello\n", 6), "text");
	assert_string_equal(kind_of_file((const uint8_t *)"\1\2\3\4", 4), "data of an unknown kind");
	assert_string_equal(kind_of_file((const uint8_t *)"\0\0\0\0", 4), "zeros at its beginning");
	assert_string_equal(kind_of_file(NULL, 0), "an empty file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_forms),  cmocka_unit_test(damaged_forms),  cmocka_unit_test(bombs),
		cmocka_unit_test(far_offset), cmocka_unit_test(endless_device), cmocka_unit_test(kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

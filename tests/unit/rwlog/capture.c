/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog on serial captures. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "extract.h"
#include "framing.h"
#include "tests/unit/rwlog/build.h"

static void one_dump(void **state)
{
	struct build_text t;
	struct input in;

	(void)state;
	build_capture(&t);
	assert_int_equal(build_parse(&in, t.p, t.len), 0);
	assert_true(in.is_capture);
	assert_int_equal(in.problems.count, 0);
	assert_int_equal(in.nboot, 1);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	input_free(&in);
	assert_true(build_verify(t.p, t.len));
	free(t.p);
}

static void empty_store(void **state)
{
	struct build_text t;
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_text_start(&t);
	build_dump(&b, t.f, 1);
	build_text_stop(&t);
	assert_true(build_verify(t.p, t.len));
	free(t.p);
	build_free(&b);
}

/* Time stamps in front, noise between and after frames, no CR, several frames in a line, marks in text. */
static void mixed_with_text(void **state)
{
	struct build_text t, mixed;
	unsigned int line = 0;
	size_t i = 0;

	(void)state;
	build_capture(&t);
	build_text_start(&mixed);
	fwrite("\0\xff\0\x1b[31m", 1, 8, mixed.f);
	while (i < t.len) {
		size_t n = (size_t)((char *)memchr(t.p + i, '\n', t.len - i) - (t.p + i)) + 1;

		if (line % 3 == 0)
			fprintf(mixed.f, "[ %u.123456] \xff\xfe <6>", line);
		if (line % 5 == 0)
			fwrite("\0\0\n@RW2 \n @RW2 nothing @RW \n\0", 1, 29, mixed.f);
		fwrite(t.p + i, 1, n - 2, mixed.f);
		fputs(line % 4 == 0 ? "" :
		      line % 4 == 1 ? "\n" :
		      line % 4 == 2 ? "\r\n" :
				      " [tail] ",
		      mixed.f);
		line++;
		i += n;
	}
	build_text_stop(&mixed);
	assert_true(build_verify(mixed.p, mixed.len));
	free(t.p);
	free(mixed.p);
}

/* Truncated anywhere: never good before the END is whole. */
static void truncation(void **state)
{
	struct build_text t;
	const char *tail;

	(void)state;
	build_capture(&t);
	tail = memmem(t.p, t.len, "\r\nringward: the guest is off", 28);
	for (size_t n = 0; n < t.len; n++) {
		bool whole = n >= (size_t)(tail - t.p);

		if (build_verify(t.p, n) != whole)
			fail_msg("cut at %zu: judged %s", n, whole ? "bad" : "good");
	}
	free(t.p);
}

static void lost_lines(void **state)
{
	struct build_text t;
	struct input in;
	char *cut;

	(void)state;
	build_capture(&t);
	cut = malloc(t.len);
	for (char *p = t.p; (p = memmem(p, t.len - (size_t)(p - t.p), "@RW2", 4)); p += 4) {
		char *end = (char *)memchr(p, '\n', t.len - (size_t)(p - t.p)) + 1;
		size_t before = (size_t)(p - t.p), after = t.len - (size_t)(end - t.p);

		memcpy(cut, t.p, before);
		memcpy(cut + before, end, after);
		assert_int_equal(build_parse(&in, cut, before + after), 0);
		assert_true(in.problems.count > 0);
		assert_int_equal(in.nboot, 1);
		assert_true(in.boot[0].nrec >= 11); /* a line without its frame costs few records */
		assert_null(extract_choose(&in));
		input_free(&in);
	}
	free(cut);
	free(t.p);
}

static bool same_records(const struct input *a, const struct input *b)
{
	if (a->nboot != 1 || b->nboot != 1 || a->boot[0].nrec != b->boot[0].nrec)
		return false;
	for (size_t i = 0; i < a->boot[0].nrec; i++) {
		struct rec x = boot_rec(&a->boot[0], i), y = boot_rec(&b->boot[0], i);

		if (x.hdr.size != y.hdr.size || memcmp(x.p, y.p, x.hdr.size) != 0)
			return false;
	}
	return memcmp(&a->boot[0].newest->hdr, &b->boot[0].newest->hdr, sizeof(struct rw_store_hdr)) == 0;
}

/* A flip of any bit in a frame is detected or harmless: line ends and the case of the CRC's digits. */
static void bit_flips(void **state)
{
	struct build_text t;
	struct input whole;
	size_t unseen = 0;

	(void)state;
	build_capture(&t);
	assert_int_equal(build_parse(&whole, t.p, t.len), 0);
	for (size_t i = 0; i < t.len; i++) {
		char bit = (char)(1 << (i * 3 % 8));
		struct input in;

		t.p[i] ^= bit;
		if (build_parse(&in, t.p, t.len) == 0 && !in.problems.count) {
			assert_true(same_records(&in, &whole));
			unseen++;
		}
		input_free(&in);
		t.p[i] ^= bit;
	}
	assert_true(unseen < 200);
	input_free(&whole);
	free(t.p);
}

static void several_dumps(void **state)
{
	struct build_text t;
	struct build b, other;
	struct input in;
	size_t cut;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_start(&other, BUILD_FEW, 2);
	build_samples(&other);
	build_text_start(&t);
	for (uint32_t i = 1; i <= 12; i++) {
		build_samples(&b);
		b.hdr.end_reason = i == 12 ? RW_END_RESET : RW_END_RUNNING;
		build_seal_hdr(&b);
		build_dump(&b, t.f, i);
	}
	assert_true(store_evicted(&b.hdr) > 0);
	build_dump(&other, t.f, 1);
	fflush(t.f);
	cut = t.len;
	build_dump(&other, t.f, 2);
	build_text_stop(&t);
	assert_int_equal(build_parse(&in, t.p, t.len), 0);
	assert_int_equal(in.problems.count, 0);
	assert_int_equal(in.nboot, 2);
	assert_int_equal(in.boot[0].npart, 12);
	assert_int_equal(in.boot[0].nrec, 12 * BUILD_SAMPLES); /* those evicted meanwhile too */
	assert_int_equal(in.boot[0].newest->hdr.end_reason, RW_END_RESET);
	assert_int_equal(in.boot[1].nrec, BUILD_SAMPLES);
	assert_ptr_equal(extract_choose(&in), in.capture.dumps.part[13]);
	input_free(&in);
	/* The last dump is truncated: the one before it is chosen, and the damage is reported. */
	assert_int_equal(build_parse(&in, t.p, cut + 500), 0);
	assert_true(in.problems.count > 0);
	assert_int_equal(in.boot[1].nrec, BUILD_SAMPLES);
	assert_ptr_equal(extract_choose(&in), in.capture.dumps.part[12]);
	input_free(&in);
	free(t.p);
	build_free(&b);
	build_free(&other);
}

/* Two dumps of one boot that disagree on a record. */
static void conflict(void **state)
{
	struct build_text t;
	struct build a, b;

	(void)state;
	build_start(&a, BUILD_FEW, 1);
	build_start(&b, BUILD_FEW, 1);
	build_agent(&a, RW_REC_EXEC, "/bin/ls", 7, "");
	build_agent(&b, RW_REC_EXEC, "/bin/rm", 7, "");
	build_text_start(&t);
	build_dump(&a, t.f, 1);
	build_dump(&b, t.f, 2);
	build_text_stop(&t);
	assert_false(build_verify(t.p, t.len));
	free(t.p);
	build_free(&a);
	build_free(&b);
}

static void extraction(void **state)
{
	char name[] = "/tmp/rwlog_test.XXXXXX";
	int fd = mkstemp(name), pipe_fd[2];
	struct input in = { 0 }, back = { 0 };
	char why[128], stream[32], *got;
	struct build_text t;
	struct build b;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	build_start(&b, BUILD_FEW, 1);
	for (size_t i = 0; i < 15; i++)
		build_samples(&b);
	assert_true(store_evicted(&b.hdr) > 0);
	build_text_start(&t);
	build_dump(&b, t.f, 7);
	build_text_stop(&t);
	assert_int_equal(build_parse(&in, t.p, t.len), 0);
	assert_int_equal(extract_write(extract_choose(&in), name, NULL, why, sizeof(why)), 0);
	assert_int_equal(input_load(&back, name), 0);
	assert_int_equal(input_parse(&back), 0);
	assert_int_equal(back.problems.count, 0);
	assert_true(same_records(&in, &back));
	assert_true(back.len == b.len && memcmp(back.data, b.p, b.len) == 0);
	assert_int_equal(extract_write(extract_choose(&in), name, &back.st, why, sizeof(why)), -1);
	assert_string_equal(why, "is also the input; nothing was written");
	assert_int_equal(extract_write(extract_choose(&in), "/dev/full", NULL, why, sizeof(why)), -1);
	assert_string_equal(why, "No space left on device");
	unlink(name);
	/* The bytes through a pipe, which has room for them. */
	assert_int_equal(pipe(pipe_fd), 0);
	snprintf(stream, sizeof(stream), "/dev/fd/%d", pipe_fd[1]);
	assert_int_equal(extract_write(extract_choose(&in), stream, NULL, why, sizeof(why)), 0);
	close(pipe_fd[1]);
	got = malloc(b.len + 1);
	assert_non_null(got);
	assert_int_equal(read(pipe_fd[0], got, b.len + 1), b.len);
	assert_memory_equal(got, b.p, b.len);
	free(got);
	close(pipe_fd[0]);
	input_free(&in);
	input_free(&back);
	free(t.p);
	build_free(&b);
}

static void counters(void **state)
{
	struct build_text t;
	struct input in;

	(void)state;
	build_text_start(&t);
	build_stats(t.f, 1, 1, 3);
	build_stats(t.f, 1, 2, 3);
	build_text_stop(&t);
	assert_int_equal(build_parse(&in, t.p, t.len), 0);
	assert_int_equal(in.problems.count, 0);
	assert_int_equal(in.capture.dumps.nset, 2);
	assert_int_equal(in.capture.dumps.set[1].dump, 2);
	assert_int_equal(in.capture.dumps.set[1].buf.len, 3 * sizeof(struct rw_cpu_stats));
	input_free(&in);
	for (size_t n = 0; n < t.len - 2; n++) { /* truncated: the first set stays the last complete one */
		if (build_parse(&in, t.p, n) == 0 && in.capture.dumps.nset) {
			assert_int_equal(in.capture.dumps.nset, 1);
			assert_int_equal(in.capture.dumps.set[0].dump, 1);
		}
		input_free(&in);
	}
	free(t.p);
}

static void frames(void **state)
{
	uint8_t data[RW_FRAME_MAX_BYTES];
	const char *why;
	struct frame f;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof(data); n++) {
		struct build_text t;

		build_text_start(&t);
		build_frame(t.f, RW_FRAME_DATA, (struct build_dump){ 0xfedcba98, 0xffffffff }, 0xfffffff8,
			    data, n);
		build_text_stop(&t);
		assert_int_equal(frame_parse(t.p, t.len, &f, &why), FRAME_GOOD);
		assert_int_equal(f.len, n);
		assert_memory_equal(f.payload, data, n);
		assert_int_equal(f.boot, 0xfedcba98);
		assert_int_equal(f.dump, 0xffffffff);
		assert_int_equal(f.offset, 0xfffffff8);
		for (size_t cut = 5; cut < t.len - 2; cut++)
			assert_int_not_equal(frame_parse(t.p, cut, &f, &why), FRAME_GOOD);
		free(t.p);
	}
}

/* The lines of two texts, alternating. */
static void interleave(struct build_text *to, const struct build_text *a, const struct build_text *b)
{
	const char *at[2] = { a->p, b->p }, *end[2] = { a->p + a->len, b->p + b->len };

	build_text_start(to);
	for (unsigned int i = 0; at[0] < end[0] || at[1] < end[1]; i ^= 1) {
		const char *nl;

		if (at[i] >= end[i])
			continue;
		nl = memchr(at[i], '\n', (size_t)(end[i] - at[i]));
		fwrite(at[i], 1, (size_t)(nl + 1 - at[i]), to->f);
		at[i] = nl + 1;
	}
	build_text_stop(to);
}

/* Two machines whose lines alternate, with the same numbers of dumps, and counters in between. */
static void two_machines(void **state)
{
	struct build_text one[2], both;
	struct input in;

	(void)state;
	for (uint8_t i = 0; i < 2; i++) {
		struct build b;

		build_start(&b, BUILD_FEW, i + 1);
		build_text_start(&one[i]);
		for (uint32_t dump = 1; dump <= 3; dump++) {
			build_samples(&b);
			build_stats(one[i].f, i + 1, dump, 2 + i);
			build_dump(&b, one[i].f, dump);
		}
		build_text_stop(&one[i]);
		build_free(&b);
	}
	interleave(&both, &one[0], &one[1]);
	assert_int_equal(build_parse(&in, both.p, both.len), 0);
	assert_int_equal(in.problems.count, 0);
	assert_int_equal(in.nboot, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(in.boot[i].npart, 3);
		assert_int_equal(in.boot[i].nrec, 3 * BUILD_SAMPLES);
		assert_int_equal(in.boot[i].newest->hdr.boot_id[15], i + 1);
		free(one[i].p);
	}
	assert_int_equal(in.capture.dumps.nset, 2 * 3);
	input_free(&in);
	free(both.p);
}

/* A dump without its BEGIN: alone it has an unknown header; by its boot it belongs to the others. */
static void lost_begin(void **state)
{
	struct build_text t;
	struct build b;
	struct input in;
	size_t first;
	char name[TEXT_BOOT_LEN];

	(void)state;
	build_start(&b, BUILD_FEW, 0xa5);
	build_samples(&b);
	build_text_start(&t);
	build_dump(&b, t.f, 1);
	fflush(t.f);
	first = t.len;
	build_agent(&b, RW_REC_EXEC, "/bin/ls", 7, "");
	build_dump(&b, t.f, 2);
	build_text_stop(&t);
	t.p[1] = 'X'; /* the mark of the first BEGIN */
	assert_int_equal(build_parse(&in, t.p, first), 0);
	assert_int_equal(in.nboot, 1);
	assert_false(in.boot[0].newest->have_hdr);
	boot_name(&in.boot[0], name);
	assert_string_equal(name, "a5a5a5a5");
	assert_non_null(strstr(in.problems.v[0].text, "a dump of boot a5a5a5a5 without its BEGIN"));
	input_free(&in);
	assert_int_equal(build_parse(&in, t.p, t.len), 0);
	assert_int_equal(in.nboot, 1);
	assert_int_equal(in.boot[0].npart, 2);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES + 1);
	boot_name(&in.boot[0], name);
	assert_string_equal(name, "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5");
	input_free(&in);
	free(t.p);
	build_free(&b);
}

/* Many boots, of each of which there is one frame. */
static void many_machines(void **state)
{
	const uint32_t count = 200;
	struct build_text t;
	struct input in;
	uint8_t byte = 0;

	(void)state;
	build_text_start(&t);
	for (uint32_t i = 0; i < count; i++)
		build_frame(t.f, RW_FRAME_DATA, (struct build_dump){ i, 1 }, 0, &byte, 1);
	build_text_stop(&t);
	assert_int_equal(build_parse(&in, t.p, t.len), 0);
	assert_int_equal(in.capture.dumps.npart, count);
	assert_int_equal(in.nboot, count);
	assert_true(in.problems.count >= 2 * count); /* no BEGIN, no END */
	input_free(&in);
	free(t.p);
}

/* A header of another boot than the frame's is ignored. */
static void foreign_header(void **state)
{
	struct build_text t;
	struct build b;
	struct input in;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_text_start(&t);
	build_frame(t.f, RW_FRAME_BEGIN, (struct build_dump){ 2, 1 }, 0, &b.hdr, sizeof(b.hdr));
	build_text_stop(&t);
	assert_int_equal(build_parse(&in, t.p, t.len), 0);
	assert_false(in.boot[0].newest->have_hdr);
	assert_non_null(strstr(in.problems.v[0].text, "the header in BEGIN is that of boot 01010101"));
	input_free(&in);
	free(t.p);
	build_free(&b);
}

static void other_versions(void **state)
{
	static const uint32_t versions[] = { 1, 3, 17 };
	struct build_text t, mixed;
	struct input in;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		build_text_start(&t);
		fputs("[ 1.0] some text ", t.f);
		build_other_frame(t.f, versions[i]);
		build_text_stop(&t);
		assert_int_equal(build_parse(&in, t.p, t.len), -EPROTONOSUPPORT);
		assert_int_equal(in.other_version, versions[i]);
		input_free(&in);
		for (size_t k = 17; k < t.len - 2; k++) { /* damaged, it is not a frame of any version */
			if (t.p[k] == '3' && t.p[k - 1] == 'W')
				continue; /* a damaged frame of this version */
			t.p[k] ^= 1;
			assert_int_equal(build_parse(&in, t.p, t.len), -ENOENT);
			input_free(&in);
			t.p[k] ^= 1;
		}
		free(t.p);
	}
	build_capture(&t);
	build_text_start(&mixed);
	build_other_frame(mixed.f, 1);
	fwrite(t.p, 1, t.len, mixed.f);
	build_text_stop(&mixed);
	assert_int_equal(build_parse(&in, mixed.p, mixed.len), 0); /* this version's is read */
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	assert_int_equal(in.problems.count, 0);
	assert_int_equal(in.other_version, 1);
	input_free(&in);
	free(mixed.p);
	free(t.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_dump),        cmocka_unit_test(empty_store),
		cmocka_unit_test(mixed_with_text), cmocka_unit_test(truncation),
		cmocka_unit_test(lost_lines),      cmocka_unit_test(bit_flips),
		cmocka_unit_test(several_dumps),   cmocka_unit_test(conflict),
		cmocka_unit_test(extraction),      cmocka_unit_test(counters),
		cmocka_unit_test(frames),          cmocka_unit_test(two_machines),
		cmocka_unit_test(lost_begin),      cmocka_unit_test(many_machines),
		cmocka_unit_test(foreign_header),  cmocka_unit_test(other_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of files that rwlog reads step by step, and of what it keeps in a temporary file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "resident.h"
#include "runs.h"
#include "spool.h"
#include "tests/unit/rwlog/build.h"

#define PIECE  192u
#define PIECES (SPOOL_MEMORY / PIECE + 20000u)

/* Adds more than stays in memory, and reads it back. Return: whether it was in a file. */
static bool fill_spool(void)
{
	struct spool s = { .p = NULL };
	bool in_file;
	uint8_t *p;

	for (uint32_t i = 0; i < PIECES; i++)
		memset(spool_add(&s, PIECE), (int)(i % 251), PIECE);
	p = spool_bytes(&s);
	in_file = s.file != 0;
	assert_ptr_equal(spool_bytes(&s), p);
	assert_int_equal(s.len, PIECES * PIECE);
	for (uint32_t i = 0; i < PIECES; i++)
		if (p[i * PIECE] != i % 251 || p[i * PIECE + PIECE - 1] != i % 251)
			fail_msg("piece %u is wrong", i);
	p[s.len / 2] ^= 1;
	resident_drop();
	assert_int_equal(p[s.len / 2], p[s.len / 2 - s.len / 2 % PIECE] ^ (s.len / 2 % PIECE ? 1 : 0));
	spool_free(&s);
	return in_file;
}

static void in_a_file(void **state)
{
	(void)state;
	unsetenv("TMPDIR");
	assert_true(fill_spool());
}

static void without_a_file(void **state)
{
	(void)state;
	setenv("TMPDIR", "/nonexistent", 1);
	assert_false(fill_spool());
	unsetenv("TMPDIR");
}

/* The disk becomes full: at once, and later. */
static void on_a_full_disk(void **state)
{
	struct rlimit old, limit;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = SPOOL_MEMORY / 2;
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_false(fill_spool());
	limit.rlim_cur = SPOOL_MEMORY + (1u << 20);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_false(fill_spool());
	setrlimit(RLIMIT_FSIZE, &old);
}

/* Loads and parses bytes from a file. */
static void parse_file(struct input *in, const void *data, size_t len)
{
	char name[] = "/tmp/rwlog-large-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
	*in = (struct input){ .name = NULL };
	assert_int_equal(input_load(in, name), 0);
	unlink(name);
	assert_true(in->mapped);
	assert_int_equal(input_parse(in), 0);
}

/* A store whose dump takes several steps. */
static void big_store(struct build *b)
{
	static const char path[] = "/a/path/that/makes/the/record/somewhat/longer/than/it/would/be";

	build_start(b, 2048, 1);
	for (unsigned int i = 0; i < 28000; i++)
		build_agent(b, RW_REC_FILE_OPEN, path, 1 + i % (sizeof(path) - 1), NULL);
}

static void a_large_image(void **state)
{
	struct input in;
	struct build b;

	(void)state;
	big_store(&b);
	assert_true(b.len >= 8u << 20);
	parse_file(&in, b.p, b.len);
	assert_int_equal(in.problems.count, 0);
	assert_int_equal(in.boot[0].nrec, 28000);
	for (size_t i = 0; i < 28000; i++)
		assert_int_equal(boot_rec(&in.boot[0], i).hdr.seq, i + 1);
	input_free(&in);
	build_free(&b);
}

/* Frames and lines of Ringward lie across the ends of many steps. */
static void a_large_capture(void **state)
{
	static const char alert[] = "ringward: ALERT hypercall 1 refused, rip 1, by a[1]\r\n";
	const unsigned int alerts = (8u << 20) / (sizeof(alert) - 1);
	struct build_text t;
	struct input in;
	struct build b;
	uint64_t line;

	(void)state;
	big_store(&b);
	build_text_start(&t);
	build_dump(&b, t.f, 1);
	fflush(t.f);
	line = 1;
	for (size_t i = 0; i < t.len; i++)
		line += t.p[i] == '\n';
	for (unsigned int i = 0; i < alerts; i++)
		fputs(alert, t.f);
	build_text_stop(&t);
	parse_file(&in, t.p, t.len);
	assert_true(in.is_capture);
	assert_int_equal(in.boot[0].nrec, 28000);
	assert_true(in.boot[0].newest->complete);
	assert_int_equal(in.capture.console.nalert, alerts);
	for (unsigned int i = 0; i < alerts; i++)
		assert_int_equal(in.capture.console.alert[i].line, line + i);
	input_free(&in);
	free(t.p);
	build_free(&b);
}

/* What a sparse file does not hold is skipped: a store after 64 GiB is found. */
static void a_sparse_file(void **state)
{
	char name[] = "/tmp/rwlog-large-XXXXXX";
	const off_t at = (off_t)64 << 30;
	int fd = mkstemp(name);
	struct input in = { .name = NULL };
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, b.p, b.len, at), b.len);
	assert_int_equal(ftruncate(fd, 2 * at), 0);
	close(fd);
	assert_int_equal(input_load(&in, name), 0);
	unlink(name);
	assert_int_equal(input_parse(&in), 0);
	assert_int_equal(in.image->base, at);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	input_free(&in);
	build_free(&b);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* @n numbers, each once and in no order, come out sorted, in runs of @run. */
static void sort_runs(uint64_t n, size_t run)
{
	struct spool s = { .p = NULL };
	struct build_text t;

	for (uint64_t i = 0; i < n; i++)
		memcpy(spool_add(&s, sizeof(i)), &(uint64_t){ (i * 7919 + 13) % n }, sizeof(i));
	build_text_start(&t);
	assert_true(runs_write(&s, sizeof(uint64_t), run, by_number, t.f));
	build_text_stop(&t);
	assert_int_equal(t.len, n * sizeof(uint64_t));
	for (uint64_t i = 0, number; i < n; i++) {
		memcpy(&number, t.p + i * sizeof(number), sizeof(number));
		assert_int_equal(number, i);
	}
	free(t.p);
	spool_free(&s);
}

static void in_runs(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct spool s = { .p = NULL };

	(void)state;
	for (uint64_t n = 0; n < 40; n++)
		for (size_t run = 1; run < 12; run++)
			sort_runs(n, run);
	sort_runs(SPOOL_MEMORY / sizeof(uint64_t) + 1000, 100000);
	for (uint64_t i = 0; i < 100000; i++)
		memcpy(spool_add(&s, sizeof(i)), &i, sizeof(i));
	assert_false(runs_write(&s, sizeof(uint64_t), 1000, by_number, full));
	fclose(full);
	spool_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_runs),        cmocka_unit_test(in_a_file),
		cmocka_unit_test(without_a_file), cmocka_unit_test(on_a_full_disk),
		cmocka_unit_test(a_large_image),  cmocka_unit_test(a_large_capture),
		cmocka_unit_test(a_sparse_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

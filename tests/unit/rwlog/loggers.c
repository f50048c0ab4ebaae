/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog on captures as terminals and serial loggers leave them. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/rwlog/build.h"

/* What a logger does to each line of a capture, which it gets without its CR LF. */
typedef void logger_fn(FILE *out, const char *line, size_t n, unsigned int number);

static void wrap(FILE *out, const char *before, size_t width, const char *end, const char *line, size_t n)
{
	size_t room = width - strlen(before);

	for (size_t i = 0; i == 0 || i < n; i += room)
		fprintf(out, "%s%.*s%s", before, (int)(n - i < room ? n - i : room), line + i, end);
}

/* minicom's capture of a terminal of 80 columns, and Windows terminals: hard line ends. */
static void hard_wrap(FILE *out, const char *line, size_t n, unsigned int number)
{
	(void)number;
	wrap(out, "", 80, "\r\n", line, n);
}

static void narrow(FILE *out, const char *line, size_t n, unsigned int number)
{
	(void)number;
	wrap(out, "", 7, "\n", line, n);
}

/* Every width from 20 to 139: each field is broken at each place. */
static void any_width(FILE *out, const char *line, size_t n, unsigned int number)
{
	wrap(out, "", 20 + number % 120, "\n", line, n);
}

/* tmux capture-pane, screen's hardcopy: blanks at the end of a line are gone. */
static void trimmed(FILE *out, const char *line, size_t n, unsigned int number)
{
	size_t width = 20 + number % 60;

	for (size_t i = 0; i < n; i += width) {
		size_t part = n - i < width ? n - i : width;

		while (part && line[i + part - 1] == ' ')
			part--;
		fprintf(out, "%.*s\n", (int)part, line + i);
	}
}

/* conserver with "timestamp 1lab": in front of each line of a terminal. */
static void conserver(FILE *out, const char *line, size_t n, unsigned int number)
{
	if (number % 4 == 0)
		fputs("[-- MARK -- Mon Nov 30 09:00:00 2026]\r\n", out);
	wrap(out, "[Mon Nov 30 09:20:53 2026]", 106, "\r\n", line, n);
}

/* A line of the logger's own amid a broken frame. */
static void interrupted(FILE *out, const char *line, size_t n, unsigned int number)
{
	(void)number;
	fprintf(out, "%.*s\r\n[-- MARK -- Mon Nov 30 09:00:00 2026]\r\n%s\r\n", (int)(n / 2), line,
		line + n / 2);
}

static void goconserver(FILE *out, const char *line, size_t n, unsigned int number)
{
	(void)number;
	wrap(out, "[2026-11-30 09:20:53] ", 102, "\r\n", line, n);
}

/* ser2net and ts(1): the time only, with another text in front of the mark; its width changes. */
static void stamped(FILE *out, const char *line, size_t n, unsigned int number)
{
	fprintf(out, "2026/11/30 09:20:53.%u term %.*s\n", number, (int)(n < 60 ? n : 60), line);
	for (size_t i = 60; i < n; i += 60)
		fprintf(out, "2026/11/30 09:20:5%u.%u %.*s\n", number % 10, number * (unsigned int)i,
			(int)(n - i < 60 ? n - i : 60), line + i);
}

/* Seconds since 1970 in front: no character in them tells that they do not belong to the frame. */
static void epoch(FILE *out, const char *line, size_t n, unsigned int number)
{
	(void)number;
	wrap(out, "1796000000 ", 91, "\n", line, n);
}

/* A terminal server that adds a CR, and NULs after line ends for slow printers. */
static void cr_cr_lf(FILE *out, const char *line, size_t n, unsigned int number)
{
	(void)number;
	fprintf(out, "%.*s\r\r\n", (int)n, line);
	fwrite("\0\0\0", 1, 3, out);
}

/* IPMI serial over LAN: NULs anywhere, and the console's messages. */
static void ipmi(FILE *out, const char *line, size_t n, unsigned int number)
{
	if (number % 3 == 0)
		fputs("\r\n[SOL Session operational.  Use ~? for help]\r\n", out);
	for (size_t i = 0; i < n; i++) {
		putc(line[i], out);
		if (i % 11 == number % 11)
			fwrite("\0", 1, 1, out);
	}
	fputs("\r\n", out);
}

/* script(1) of a session in a terminal: sequences anywhere, an input line edited with backspaces. */
static void script(FILE *out, const char *line, size_t n, unsigned int number)
{
	static const char *const noise[] = { "\033[?2004l", "\033[0m", "\033]0;root@host: ~\007", "\033(B",
					     "x\b",         "\033[K",  "\033P1$r\033\\",          "\033=" };

	for (size_t i = 0; i < n; i++) {
		if (i && i % 9 == 0)
			fputs(noise[(i / 9 + number) % 8], out);
		putc(line[i], out);
	}
	fputs("\r\n", out);
}

/* The capture twice in each line: what a scrollback buffer does. */
static void twice(FILE *out, const char *line, size_t n, unsigned int number)
{
	(void)number;
	fprintf(out, "%.*s\r\n%.*s\r\n", (int)n, line, (int)n, line);
}

/* A capture with two dumps and counters, as @logger leaves it. */
static void log_by(logger_fn *logger, struct build_text *to)
{
	unsigned int number = 0;
	struct build_text t;
	struct build b;

	build_start(&b, BUILD_FEW, 1);
	build_text_start(&t);
	for (uint32_t dump = 1; dump <= 2; dump++) {
		build_samples(&b);
		fputs("ringward: the agent registered: kernel 6.1.0\r\n", t.f);
		build_dump(&b, t.f, dump);
		build_stats(t.f, 1, dump, 3);
	}
	build_text_stop(&t);
	build_text_start(to);
	for (const char *s = t.p, *nl; (nl = memchr(s, '\n', t.len - (size_t)(s - t.p))); s = nl + 1) {
		char *line = strndup(s, (size_t)(nl - s - 1));

		assert_non_null(line);
		logger(to->f, line, strlen(line), number++);
		free(line);
	}
	build_text_stop(to);
	free(t.p);
	build_free(&b);
}

static const struct {
	const char *name;
	logger_fn *logger;
} loggers[] = {
	{ "hard_wrap", hard_wrap },
	{ "narrow", narrow },
	{ "any_width", any_width },
	{ "trimmed", trimmed },
	{ "conserver", conserver },
	{ "interrupted", interrupted },
	{ "goconserver", goconserver },
	{ "stamped", stamped },
	{ "epoch", epoch },
	{ "cr_cr_lf", cr_cr_lf },
	{ "ipmi", ipmi },
	{ "script", script },
	{ "twice", twice },
};

static void all_loggers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(loggers) / sizeof(loggers[0]); i++) {
		struct build_text t;
		struct input in;
		int ret;

		log_by(loggers[i].logger, &t);
		ret = build_parse(&in, t.p, t.len);
		if (ret || in.problems.count || in.nboot != 1 || in.boot[0].nrec != 2 * BUILD_SAMPLES ||
		    in.capture.dumps.nset != 2)
			fail_msg("%s: %d, %zu boots, %zu frames, problems: %s", loggers[i].name, ret,
				 in.nboot, in.capture.frames,
				 in.problems.count ? in.problems.v[0].text : "none");
		input_free(&in);
		free(t.p);
	}
}

/* What was joined must be the frame: a flip of any bit is found, or leaves the same records. */
static void flips_in_broken_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(loggers) / sizeof(loggers[0]); i++) {
		struct build_text t;

		if (loggers[i].logger == twice)
			continue;
		log_by(loggers[i].logger, &t);
		for (size_t at = i; at < t.len; at += 499) {
			char bit = (char)(1 << (at % 8));
			struct input in;

			t.p[at] ^= bit;
			if (build_parse(&in, t.p, t.len) == 0 && !in.problems.count)
				assert_int_equal(in.boot[0].nrec, 2 * BUILD_SAMPLES);
			input_free(&in);
			t.p[at] ^= bit;
		}
		free(t.p);
	}
}

/* Repeats are counted and said once; other bytes in the place of a frame are no repeat. */
static void repeats(void **state)
{
	struct build_text t, both;
	struct build other;
	struct input in;

	(void)state;
	log_by(twice, &t);
	assert_int_equal(build_parse(&in, t.p, t.len), 0);
	assert_int_equal(in.problems.count, 0);
	assert_true(in.capture.dumps.repeats > 20);
	assert_int_equal(in.notes.count, 1);
	assert_non_null(
		strstr(in.notes.v[0].text, " frames are there more than once, byte by byte the same"));
	input_free(&in);

	/* A second dump with the number of the first, and other records. */
	build_start(&other, BUILD_FEW, 1);
	build_note(&other, RW_REC_AGENT, "6.6");
	build_text_start(&both);
	fwrite(t.p, 1, t.len, both.f);
	build_dump(&other, both.f, 1);
	build_text_stop(&both);
	assert_int_equal(build_parse(&in, both.p, both.len), 0);
	assert_true(in.problems.of[PROBLEM_ALTERED] > 0);
	input_free(&in);
	build_free(&other);
	free(both.p);
	free(t.p);
}

/* A scrollback buffer kept the lost lines of the first copy: one good copy of each frame is enough. */
static void one_good_copy(void **state)
{
	struct build_text t, both;
	unsigned int n = 0;

	(void)state;
	build_capture(&t);
	build_text_start(&both);
	for (int copy = 0; copy < 2; copy++)
		for (const char *s = t.p, *nl; (nl = memchr(s, '\n', t.len - (size_t)(s - t.p))); s = nl + 1)
			if ((int)(n++ % 2) == copy || n < 3)
				fwrite(s, 1, (size_t)(nl + 1 - s), both.f);
	build_text_stop(&both);
	assert_true(build_verify(both.p, both.len));
	free(t.p);
	free(both.p);
}

/* 80,000 beginnings of dumps, each of another boot: the work grows with n log n. */
static void many_begins(void **state)
{
	const uint32_t count = 80000;
	struct build_text t;
	struct build b;
	struct input in;

	(void)state;
	build_start(&b, BUILD_FEW, 0);
	build_text_start(&t);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t id = i * 2654435761u;

		for (int k = 0; k < 4; k++)
			b.hdr.boot_id[k] = (uint8_t)(id >> (24 - 8 * k));
		build_seal_hdr(&b);
		build_frame(t.f, RW_FRAME_BEGIN, (struct build_dump){ id, 1 }, 0, &b.hdr, sizeof(b.hdr));
	}
	build_text_stop(&t);
	assert_int_equal(build_parse(&in, t.p, t.len), 0);
	assert_int_equal(in.nboot, count);
	assert_true(in.capture.dumps.comparisons < count * 60ull);
	input_free(&in);
	free(t.p);
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_loggers), cmocka_unit_test(flips_in_broken_lines),
		cmocka_unit_test(repeats),     cmocka_unit_test(one_good_copy),
		cmocka_unit_test(many_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

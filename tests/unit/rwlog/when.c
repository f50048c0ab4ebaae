/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of points in time on rwlog's command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "filter.h"
#include "text.h"
#include "tests/unit/rwlog/out.h"

#define ZONE_TIME 1796030453u /* 2026-11-30T09:20:53Z */
#define NOW       1700003600u /* 2023-11-14T23:13:20Z */
#define S         UINT64_C(1000000000)
#define MINUTE    (60 * S)
#define DAY       (86400 * S)

static const struct {
	const char *text;
	bool date;
	uint64_t ns, unit;
} good[] = {
	{ "0", false, 0, 1 },
	{ "1.5", false, 1500000000, 1 },
	{ "2023-11-14T22:13:20.002469Z", true, 1700000000 * S + 2469000, 1000 },
	{ "2023-11-14T22:13:20Z", true, 1700000000 * S, S },
	{ "2023-11-14 22:13:20", true, 1700000000 * S, S },
	{ "2023-11-14T23:13:20+01:00", true, 1700000000 * S, S },
	{ "2023-11-14T16:43:20-05:30", true, 1700000000 * S, S },
	{ "2023-11-14T22:13", true, 1699999980 * S, MINUTE },
	{ "2023-11-14", true, 1699920000 * S, DAY },
	{ "today", true, 1699920000 * S, DAY },
	{ "yesterday", true, 1699833600 * S, DAY },
	{ "now", true, NOW *S, S },
	{ "-1h", true, 1700000000 * S, S },
	{ "-60m", true, 1700000000 * S, S },
	{ "-3600s", true, 1700000000 * S, S },
	{ "-2d", true, (NOW - 172800) * S, S },
};

static const char *const bad[] = { "",
				   "-",
				   "-1",
				   "-1w",
				   "-h",
				   "soon",
				   "2023-11-31",
				   "2023-13-01",
				   "2023-11-14T22:13:20X",
				   "today ",
				   "-1hh",
				   "1.5.2",
				   "2023-11-14T22:13:20+1",
				   "1e3",
				   "2023-02-29",
				   "-99999999d" };

static void parse(void **state)
{
	struct when w;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!when_parse(&w, good[i].text, NOW))
			fail_msg("%s", good[i].text);
		assert_int_equal(w.date, good[i].date);
		assert_int_equal(w.ns, good[i].ns);
		assert_int_equal(w.unit, good[i].unit);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (when_parse(&w, bad[i], NOW))
			fail_msg("%s is taken", bad[i]);
}

/* How many of the samples, whose boot starts at BUILD_EPOCH, are between two times. */
static unsigned int shown(const char *since, const char *until, uint64_t epoch)
{
	struct filter f = FILTER_ALL, own;
	unsigned int n = 0;
	struct build b;
	struct input in;

	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	assert_true(!since || when_parse(&f.since, since, NOW));
	assert_true(!until || when_parse(&f.until, until, NOW));
	own = filter_for_boot(&f, epoch);
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	for (size_t i = 0; i < in.boot[0].nrec; i++) {
		struct rec r = boot_rec(&in.boot[0], i);

		n += filter_match(&own, &r);
	}
	input_free(&in);
	build_free(&b);
	return n;
}

static void between(void **state)
{
	(void)state;
	assert_int_equal(shown(NULL, NULL, BUILD_EPOCH), BUILD_SAMPLES);
	assert_int_equal(shown("2023-11-14", "2023-11-14", BUILD_EPOCH), BUILD_SAMPLES);
	assert_int_equal(shown("2023-11-14T22:13:20", "2023-11-14T22:13:20", BUILD_EPOCH), BUILD_SAMPLES);
	assert_int_equal(shown("2023-11-15", NULL, BUILD_EPOCH), 0);
	assert_int_equal(shown(NULL, "2023-11-13", BUILD_EPOCH), 0);
	assert_int_equal(shown(NULL, "2023-11-14T22:13:19", BUILD_EPOCH), 0);
	assert_int_equal(shown("yesterday", NULL, BUILD_EPOCH), BUILD_SAMPLES);
	assert_int_equal(shown("2023-11-14", NULL, 0), 0);
	assert_int_equal(shown("0", NULL, 0), BUILD_SAMPLES);
}

/* The same in another zone: dates without one are in it, and text_time() prints it. */
static void zones(void **state)
{
	static const struct {
		const char *zone, *printed, *midnight;
	} cases[] = {
		{ "UTC", "2026-11-30T09:20:53.000000Z", "2026-11-30T00:00:00.000000Z" },
		{ "+01:00", "2026-11-30T10:20:53.000000+01:00", "2026-11-30T00:00:00.000000+01:00" },
		{ "-09:30", "2026-11-29T23:50:53.000000-09:30", "2026-11-29T00:00:00.000000-09:30" },
	};
	static const char *const wrong[] = {
		"", "/etc/localtime", "Nowhere/City", "+1", "+15:00", "../passwd"
	};
	char text[TEXT_TIME_LEN];
	struct when w;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(text_use_zone(cases[i].zone));
		text_time(text, ZONE_TIME, 0);
		assert_string_equal(text, cases[i].printed);
		assert_true(when_parse(&w, text, 0));
		assert_int_equal(w.ns / 1000000000, ZONE_TIME);
		text[19] = '\0'; /* without the zone */
		assert_true(when_parse(&w, text, 0));
		assert_int_equal(w.ns / 1000000000, ZONE_TIME);
		assert_true(when_parse(&w, "today", ZONE_TIME));
		text_time(text, w.ns / 1000000000, 0);
		assert_string_equal(text, cases[i].midnight);
		assert_int_equal(w.unit / 1000000000, 86400);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(text_use_zone(wrong[i]));
	assert_true(text_use_zone("UTC"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(between),
		cmocka_unit_test(zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

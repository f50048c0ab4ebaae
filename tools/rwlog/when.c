/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Points in time on the command line: seconds since the hypervisor's start, or dates. */
#define _GNU_SOURCE
#include "when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "filter.h"
#include "text.h"
#include "util.h"

#define NS_PER_S UINT64_C(1000000000)
#define DAY_S    UINT64_C(86400)
#define DATE_MAX UINT64_C(9999999999) /* seconds since 1970: in the year 2286 */

static void set_date(struct when *w, uint64_t s, uint64_t unit_s)
{
	*w = (struct when){ .given = true, .date = true, .ns = s * NS_PER_S, .unit = unit_s * NS_PER_S };
}

/* The time of a calendar's date, in the zone in which times are printed. @tm: made normal */
static time_t time_of(struct tm *tm)
{
	tm->tm_isdst = -1;
	return text_zone_is_utc() ? timegm(tm) : mktime(tm);
}

/* The begin of the day @days after the one of @now: a day may have 23 or 25 hours. */
static uint64_t midnight(uint64_t now, int days)
{
	time_t t = (time_t)now;
	struct tm tm;

	if (text_zone_is_utc())
		gmtime_r(&t, &tm);
	else
		localtime_r(&t, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday += days;
	return (uint64_t)time_of(&tm);
}

static bool parse_word(struct when *w, const char *s, uint64_t now)
{
	uint64_t today = midnight(now, 0);

	if (strcmp(s, "now") == 0)
		set_date(w, now, 1);
	else if (strcmp(s, "today") == 0)
		set_date(w, today, midnight(now, 1) - today);
	else if (strcmp(s, "yesterday") == 0)
		set_date(w, midnight(now, -1), today - midnight(now, -1));
	else
		return false;
	return true;
}

/* "-2d" */
static bool parse_ago(struct when *w, const char *s, uint64_t now)
{
	static const struct {
		char name;
		uint64_t s;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY_S } };
	unsigned int n;
	char name;
	int end = 0;

	if (s[0] != '-' || s[1] < '0' || s[1] > '9' || strlen(s) > 9 ||
	    sscanf(s, "-%u%c%n", &n, &name, &end) != 2 || s[end])
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (name == units[i].name && n * units[i].s <= now) {
			set_date(w, now - n * units[i].s, 1);
			return true;
		}
	return false;
}

/* The zone after a date, if there is one. @s: receives the seconds by which it is ahead of UTC. */
static bool parse_zone(const char *text, int64_t *s)
{
	unsigned int hours, minutes;
	int end = 0;

	*s = 0;
	if (!*text || strcmp(text, "Z") == 0)
		return true;
	if ((*text != '+' && *text != '-') || sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &end) != 2 ||
	    text[1 + end] || hours > 14 || minutes > 59)
		return false;
	*s = (int64_t)(hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
	return true;
}

/* Decimals of a second at *s. @unit: receives what the last one counts. Return: nanoseconds. */
static uint64_t take_decimals(const char **s, uint64_t *unit)
{
	uint64_t ns = 0;

	*unit = NS_PER_S;
	if (**s != '.')
		return 0;
	for (++*s; **s >= '0' && **s <= '9' && *unit > 1; ++*s) {
		*unit /= 10;
		ns += (uint64_t)(**s - '0') * *unit;
	}
	return ns;
}

/* How much of a date and time is there: with the unit that it then has. */
static const char *take_date(const char *s, struct tm *tm, uint64_t *unit_s)
{
	static const struct {
		const char *format;
		uint64_t unit;
	} forms[] = { { "%Y-%m-%dT%H:%M:%S", 1 },
		      { "%Y-%m-%d %H:%M:%S", 1 },
		      { "%Y-%m-%dT%H:%M", 60 },
		      { "%Y-%m-%d %H:%M", 60 },
		      { "%Y-%m-%d", DAY_S } };

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		const char *end;

		memset(tm, 0, sizeof(*tm));
		end = strptime(s, forms[i].format, tm);
		if (end) {
			*unit_s = forms[i].unit;
			return end;
		}
	}
	return NULL;
}

static bool parse_date(struct when *w, const char *s)
{
	uint64_t unit_s, unit_ns, ns = 0;
	struct tm tm, back;
	int64_t zone, t;
	time_t as_time;

	s = take_date(s, &tm, &unit_s);
	if (!s)
		return false;
	back = tm;
	as_time = timegm(&tm);
	/* It makes of 31 November the first of December: such a date is a mistake. */
	if (tm.tm_mday != back.tm_mday || tm.tm_hour != back.tm_hour || tm.tm_min != back.tm_min)
		return false;
	if (unit_s == 1)
		ns = take_decimals(&s, &unit_ns);
	else
		unit_ns = unit_s * NS_PER_S;
	if (!*s)
		as_time = time_of(&back);
	if (!parse_zone(s, &zone))
		return false;
	t = (int64_t)as_time - zone;
	if (t < 0 || t > (int64_t)DATE_MAX)
		return false;
	*w = (struct when){ true, true, (uint64_t)t * NS_PER_S + ns, unit_ns };
	return true;
}

bool when_parse(struct when *w, const char *s, uint64_t now)
{
	uint64_t ns;

	if (filter_seconds(&ns, s)) {
		*w = (struct when){ .given = true, .ns = ns, .unit = 1 };
		return true;
	}
	return parse_word(w, s, now) || parse_ago(w, s, now) || parse_date(w, s);
}

uint64_t when_in_boot(const struct when *w, uint64_t epoch, bool last)
{
	uint64_t ns = w->ns + (last ? w->unit - 1 : 0), start;

	if (!w->date)
		return ns;
	if (!epoch || epoch > DATE_MAX)
		return UINT64_MAX;
	start = epoch * NS_PER_S;
	return ns > start ? ns - start : 0;
}

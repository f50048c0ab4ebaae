/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the values of rwlog's options mean: a function for each option of options.def. */
#include "values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"

/* Parses a number as C writes it: decimal, or hex after 0x. */
static bool parse_offset(uint64_t *v, const char *s)
{
	char *end;

	errno = 0;
	*v = strtoull(s, &end, 0);
	return !errno && end != s && !*end && *s != '-' && *s != ' ' && *s != '\t';
}

/* Of options without a value, and those that end the program. */
bool set_nothing(struct options *o, const char *value, int word)
{
	(void)o;
	(void)value;
	(void)word;
	return true;
}

bool set_list(struct options *o, const char *value, int word)
{
	(void)value;
	(void)word;
	o->list = true;
	return true;
}

bool set_follow(struct options *o, const char *value, int word)
{
	(void)value;
	(void)word;
	o->follow = true;
	return true;
}

bool set_index(struct options *o, const char *value, int word)
{
	(void)value;
	(void)word;
	o->index = true;
	return true;
}

bool set_boot(struct options *o, const char *value, int word)
{
	size_t len = strlen(value);

	(void)word;
	o->choice.boot = value;
	return len && len < TEXT_BOOT_LEN && !value[strspn(value, "0123456789abcdef")];
}

bool set_at(struct options *o, const char *value, int word)
{
	(void)word;
	o->choice.have_at = true;
	return parse_offset(&o->choice.at, value);
}

bool set_capture(struct options *o, const char *value, int word)
{
	(void)word;
	o->capture = value;
	return true;
}

bool set_as(struct options *o, const char *value, int word)
{
	(void)value;
	o->as = word == 0 ? INPUT_AS_CAPTURE : INPUT_AS_MEMORY;
	return true;
}

bool set_limit(struct options *o, const char *value, int word)
{
	uint64_t mib = 0;

	(void)word;
	if (!parse_offset(&mib, value) || mib == 0 || mib >= UINT64_C(1) << 43)
		return false;
	o->limit = mib << 20;
	return true;
}

bool set_all(struct options *o, const char *value, int word)
{
	(void)value;
	(void)word;
	o->all = true;
	return true;
}

bool set_type(struct options *o, const char *value, int word)
{
	(void)word;
	return filter_types(&o->filter, value);
}

bool set_class(struct options *o, const char *value, int word)
{
	(void)word;
	return filter_classes(&o->filter, value);
}

bool set_verdict(struct options *o, const char *value, int word)
{
	(void)word;
	return filter_verdicts(&o->filter, value);
}

/* An option whose values are numbers, and one whose values are texts. */
#define SET_NUMBERS(name, WHAT) \
	bool set_##name(struct options *o, const char *value, int word) \
	{ \
		(void)word; \
		return filter_numbers(&o->filter, FILTER_##WHAT, value); \
	}
#define SET_TEXT(name, WHAT) \
	bool set_##name(struct options *o, const char *value, int word) \
	{ \
		(void)word; \
		return filter_text(&o->filter, FILTER_##WHAT, value); \
	}
SET_NUMBERS(pid, PID)
SET_NUMBERS(ppid, PPID)
SET_NUMBERS(uid, UID)
SET_NUMBERS(euid, EUID)
SET_NUMBERS(loginuid, LOGINUID)
SET_NUMBERS(port, PORT)
SET_TEXT(cgroup, CGROUP)
SET_TEXT(unit, UNIT)
SET_TEXT(container, CONTAINER)
SET_TEXT(comm, COMM)
SET_TEXT(exe, EXE)
SET_TEXT(path, PATH)

bool set_address(struct options *o, const char *value, int word)
{
	(void)word;
	return filter_address(&o->filter, value);
}

bool set_since(struct options *o, const char *value, int word)
{
	(void)word;
	o->since = value;
	return when_parse(&o->filter.since, value, (uint64_t)time(NULL));
}

bool set_until(struct options *o, const char *value, int word)
{
	(void)word;
	o->until = value;
	return when_parse(&o->filter.until, value, (uint64_t)time(NULL));
}

bool set_seq(struct options *o, const char *value, int word)
{
	(void)word;
	return filter_seq(&o->filter, value);
}

bool set_sort(struct options *o, const char *value, int word)
{
	(void)value;
	o->by_time = word == 1;
	return true;
}

/* Times that were given before the zone are in it, too. */
bool set_zone(struct options *o, const char *value, int word)
{
	(void)word;
	return text_use_zone(value) && (!o->since || set_since(o, o->since, 0)) &&
	       (!o->until || set_until(o, o->until, 0));
}

bool set_color(struct options *o, const char *value, int word)
{
	(void)value;
	o->color = (enum color)word;
	return true;
}

bool set_lines(struct options *o, const char *value, int word)
{
	(void)word;
	return parse_offset(&o->lines, value) && o->lines > 0;
}

bool set_no_pager(struct options *o, const char *value, int word)
{
	(void)value;
	(void)word;
	o->no_pager = true;
	return true;
}

bool set_symbols(struct options *o, const char *value, int word)
{
	(void)word;
	o->symbols = value;
	return true;
}

bool set_kaslr(struct options *o, const char *value, int word)
{
	(void)word;
	o->kaslr_given = true;
	return parse_offset(&o->kaslr, value);
}

bool set_json_format(struct options *o, const char *value, int word)
{
	(void)value;
	o->json = word == 1;
	return true;
}

bool set_export_format(struct options *o, const char *value, int word)
{
	(void)value;
	o->format = (enum export_format)word;
	return true;
}

bool set_output(struct options *o, const char *value, int word)
{
	(void)word;
	o->output = value;
	return true;
}

bool set_window(struct options *o, const char *value, int word)
{
	uint64_t v;

	(void)word;
	if (!parse_offset(&v, value) || v < 2 || v > WINDOW_MAX)
		return false;
	o->window = (unsigned int)v;
	return true;
}

bool set_alphabet(struct options *o, const char *value, int word)
{
	(void)value;
	o->alphabet = (enum alphabet)word;
	return true;
}

bool set_model(struct options *o, const char *value, int word)
{
	(void)word;
	o->model = value;
	return true;
}

bool set_threshold(struct options *o, const char *value, int word)
{
	(void)word;
	return parse_offset(&o->score.threshold, value) && o->score.threshold &&
	       o->score.threshold <= LOCALITY;
}

bool set_rare(struct options *o, const char *value, int word)
{
	(void)word;
	return parse_offset(&o->score.rare, value);
}

bool set_score_format(struct options *o, const char *value, int word)
{
	(void)value;
	o->score.json = word == 1;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Ringward's lines in a capture's text (hv/protect/evidence.c, hv/main.c, boot/loader.c print them). */
#define _GNU_SOURCE
#include "console.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "rejoin.h"
#include "util.h"
#include "abi/record.h"

#define NAME       "ringward: "
#define ALERT      "ALERT "
#define STARTED    "hypervisor "
#define GUARDING   "guarding this machine, store "
#define LINE_MAX   512u /* characters of a line that are read, on either side of the name */
#define LINES_MAX  5u   /* into which a terminal breaks one of Ringward's */
#define JOINED_MAX (LINE_MAX * 3)
_Static_assert(LINE_MAX <= CONSOLE_BEFORE && LINE_MAX * (LINES_MAX + 1) <= CONSOLE_AFTER,
	       "a line is in its text");
_Static_assert(sizeof(NAME) == CONSOLE_NAME + 1, "the header knows the name's length");

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* The number in the last brackets; a task's name before them may have brackets too. */
static bool take_pid(const char *text, uint32_t *pid)
{
	const char *open = strrchr(text, '[');
	int n = 0;

	if (!open || sscanf(open, "[%" SCNu32 "]%n", pid, &n) != 1 || !n)
		return false;
	return open[n] == '\0' || open[n] == ':' || open[n] == ',' || open[n] == ' ';
}

/* The lines of hv/protect/heartbeat.c. Return: whether it is one. */
static bool parse_agent(const char *text, struct alert_key *k)
{
	static const char *const states[] = RW_AGENT_STATE_NAMES;
	int n = 0, end = 0;

	*k = (struct alert_key){ .form = ALERT_AGENT, .rip = RW_AGENT_DEAF };
	if (sscanf(text, ALERT "the agent on CPU %" SCNu64 " is %n", &k->place, &n) != 1 || !n)
		return false;
	if (sscanf(text + n, "attached to %" SCNu32 " tracepoints less than at its start%n", &k->pid, &end) ==
		    1 &&
	    end)
		return text[n + end] == '\0';
	for (k->rip = 1; k->rip < RW_AGENT_STATE_COUNT; k->rip++)
		if (strcmp(text + n, states[k->rip]) == 0)
			return true;
	return false;
}

struct alert_key alert_parse(const char *text)
{
	struct alert_key k = { .form = ALERT_UNKNOWN };
	const char *gpa = strstr(text, " at gpa "), *rip = strstr(text, ", rip ");
	struct alert_key agent;
	uint32_t cpl;
	int n = 0;

	if (parse_agent(text, &agent))
		return agent;
	if (sscanf(text, ALERT "write of MSR %" SCNx64 " ignored, rip %" SCNx64 ", by %n", &k.place, &k.rip,
		   &n) == 2 &&
	    n)
		k.form = ALERT_MSR;
	else if (sscanf(text, ALERT "hypercall %" SCNu64 " refused, rip %" SCNx64 ", by %n", &k.place, &k.rip,
			&n) == 2 &&
		 n)
		k.form = ALERT_HYPERCALL;
	else if (gpa &&
		 sscanf(gpa, " at gpa %" SCNx64 ", rip %" SCNx64 ", cpl %" SCNu32 ", by %n", &k.place, &k.rip,
			&cpl, &n) == 3 &&
		 n)
		k.form = ALERT_ACCESS;
	else if (rip && sscanf(rip, ", rip %" SCNx64 ", by %n", &k.rip, &n) == 1 && n)
		k = (struct alert_key){ .form = ALERT_ACCESS,
					.rip = k.rip }; /* of a register: nowhere in memory */
	if (k.form == ALERT_UNKNOWN || !take_pid(text, &k.pid))
		return (struct alert_key){ .form = ALERT_UNKNOWN };
	return k;
}

static const char *line_start(const struct console_text *t, const char *s)
{
	size_t back = (size_t)(s - t->start) < LINE_MAX ? (size_t)(s - t->start) : LINE_MAX;
	const char *nl = memrchr(s - back, '\n', back);

	return nl ? nl + 1 : s - back;
}

static const char *line_end(const struct console_text *t, const char *s)
{
	size_t left = (size_t)(t->end - s) < LINE_MAX ? (size_t)(t->end - s) : LINE_MAX;
	const char *nl = memchr(s, '\n', left);

	return nl ? nl : s + left;
}

/*
 * Adds the lines that follow to a text that a terminal has broken, until it is an alert. Return: whether it
 * is one.
 */
static bool join(const struct console_text *t, const char *end, enum rejoin_rule rule, size_t prefix,
		 char *text, struct alert_key *key)
{
	size_t len = strlen(text), body = prefix + strlen(NAME);

	for (size_t i = 1; i < LINES_MAX && end < t->end; i++) {
		const char *next = end + 1;
		char more[LINE_MAX + 1];
		size_t n, skip;

		end = line_end(t, next);
		n = clean_text(next, (size_t)(end - next), more, LINE_MAX);
		more[n] = '\0';
		if (n >= prefix && strncmp(more + prefix, NAME, strlen(NAME)) == 0)
			return false; /* its own line: the alert was whole, in an unknown form */
		skip = rejoin_skip(more, n, rule, prefix);
		if (len + n - skip >= JOINED_MAX)
			return false;
		memcpy(text + len, more + skip, n - skip);
		len += n - skip;
		text[len] = '\0';
		*key = alert_parse(text + body);
		if (key->form != ALERT_UNKNOWN)
			return true;
	}
	return false;
}

static void add_alert(struct console *c, const struct console_text *t, const char *end, const char *text,
		      size_t prefix, uint64_t line)
{
	static const enum rejoin_rule rules[] = { REJOIN_NOTHING, REJOIN_WIDTH, REJOIN_STAMP };
	struct alert a = { .line = line, .prefix = prefix, .key = alert_parse(text + prefix + strlen(NAME)) };
	char joined[JOINED_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rules) && a.key.form == ALERT_UNKNOWN; i++) {
		snprintf(joined, sizeof(joined), "%s", text);
		if (join(t, end, rules[i], prefix, joined, &a.key))
			text = joined;
	}
	a.text = strdup(text);
	c->alert = grow(c->alert, c->nalert, &c->alert_cap, sizeof(*c->alert));
	c->alert[c->nalert++] = a;
}

static void add_mark(struct console *c, uint64_t line, uint64_t store)
{
	c->mark = grow(c->mark, c->nmark, &c->mark_cap, sizeof(*c->mark));
	c->mark[c->nmark++] = (struct console_mark){ line, store };
}

const char *console_line(struct console *c, const struct console_text *t, const char *s, uint64_t line)
{
	const char *from = line_start(t, s), *end = line_end(t, s), *body;
	char text[2 * LINE_MAX + 1];
	size_t prefix = clean_text(from, (size_t)(s - from), text, LINE_MAX);
	size_t len = prefix + clean_text(s, (size_t)(end - s), text + prefix, LINE_MAX);
	uint64_t store;

	text[len] = '\0';
	body = text + prefix;
	if (!starts(body, NAME))
		return end;
	body += strlen(NAME);
	c->lines++;
	if (starts(body, ALERT))
		add_alert(c, t, end, text, prefix, line);
	else if (starts(body, STARTED))
		add_mark(c, line, 0);
	else if (sscanf(body, GUARDING "%*u MiB at 0x%" SCNx64, &store) == 1 && store)
		add_mark(c, line, store);
	return end;
}

/* The colon of the name is what no frame has, and so is found fast. */
const char *console_find(const char *from, const char *to)
{
	static const size_t colon = sizeof(NAME) - 3;

	while ((size_t)(to - from) > colon) {
		const char *s = memchr(from + colon, ':', (size_t)(to - from) - colon);

		if (!s)
			return NULL;
		from = s - colon;
		if (to - s > 1 && memcmp(from, NAME, strlen(NAME)) == 0)
			return from;
		from++;
	}
	return NULL;
}

bool console_store_at(const struct console *c, uint64_t addr)
{
	for (size_t i = 0; i < c->nmark; i++)
		if (c->mark[i].store && (!addr || c->mark[i].store == addr))
			return true;
	return false;
}

void console_free(struct console *c)
{
	for (size_t i = 0; i < c->nalert; i++)
		free(c->alert[i].text);
	free(c->alert);
	free(c->mark);
}

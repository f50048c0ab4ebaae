/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What command-line programs say about an unknown word: the nearest known one. */
#include "lib/cmdline.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t cmdline_distance(const char *a, const char *b)
{
	size_t rows[3][CMDLINE_WORD_MAX + 1]; /* the last three rows of the table of prefix distances */
	size_t la = strlen(a), lb = strlen(b);

	if (la > CMDLINE_WORD_MAX || lb > CMDLINE_WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = min(above[j - 1] + (a[i - 1] != b[j - 1]), min(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}

const char *cmdline_nearest(const char *word, const char *const *names, size_t n)
{
	size_t best = min(CMDLINE_NEAR + 1, strlen(word));
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t d = cmdline_distance(word, names[i]);

		if (d < best) {
			best = d;
			found = names[i];
		}
	}
	return found;
}

size_t cmdline_command(const char *word, const char *const *names, size_t n, char *text, size_t size)
{
	const char *near;

	for (size_t i = 0; i < n; i++)
		if (strcmp(word, names[i]) == 0)
			return i;
	near = cmdline_nearest(word, names, n);
	snprintf(text, size, "unknown command \"%s\"%s%s", word, near ? ", the nearest is " : "",
		 near ? near : "");
	return n;
}

/* Text that grows up to its size. */
struct text {
	char *at;
	size_t size, used;
};

static void add(struct text *t, const char *s)
{
	size_t n = min(strlen(s), t->size - 1 - t->used);

	memcpy(t->at + t->used, s, n);
	t->used += n;
	t->at[t->used] = '\0';
}

/* "--a, --b or --c" of the options that begin with @name. */
static void add_candidates(struct text *t, const struct option *options, const char *name, size_t count)
{
	size_t n = strlen(name), i = 0;

	for (const struct option *o = options; o->name; o++) {
		if (strncmp(o->name, name, n) != 0)
			continue;
		add(t, i == 0 ? "" : i + 1 == count ? " or " : ", ");
		add(t, "--");
		add(t, o->name);
		i++;
	}
}

static const char *nearest_option(const struct option *options, const char *name)
{
	const char *found = NULL;
	size_t best = CMDLINE_NEAR + 1;

	for (const struct option *o = options; o->name; o++) {
		const char *one = cmdline_nearest(name, &o->name, 1);

		if (one && cmdline_distance(name, one) < best) {
			best = cmdline_distance(name, one);
			found = one;
		}
	}
	return found;
}

static void bad_long(struct text *t, const struct option *options, const char *name, int missing)
{
	const char *near;
	size_t count = 0;

	for (const struct option *o = options; o->name; o++) {
		if (strcmp(o->name, name) == 0) {
			count = 1;
			break;
		}
		count += strncmp(o->name, name, strlen(name)) == 0;
	}
	if (count > 1) {
		add(t, "ambiguous: --");
		add(t, name);
		add(t, " could be ");
		add_candidates(t, options, name, count);
		return;
	}
	add(t, count == 0 ? "unknown option --" : "option --");
	add(t, name);
	if (count == 1) {
		add(t, missing ? " needs a value" : " takes no value");
		return;
	}
	near = nearest_option(options, name);
	if (near) {
		add(t, "; the nearest is --");
		add(t, near);
	}
}

/* Whether getopt_long() stopped at a letter: for a long option, optopt is 0 or the option's value. */
static int at_letter(const struct option *options, const char *word)
{
	const struct option *o = options;

	while (o->name && o->val != optopt)
		o++;
	return strncmp(word, "--", 2) != 0 || (optopt && !o->name);
}

void cmdline_bad_option(char *text, size_t size, const struct option *options, const char *word, int missing)
{
	struct text t = { .at = text, .size = size };
	char name[CMDLINE_WORD_MAX + 1];
	const char letter[] = { (char)optopt, '\0' };

	text[0] = '\0';
	if (at_letter(options, word)) {
		add(&t, missing ? "option -" : "unknown option -");
		add(&t, letter);
		add(&t, missing ? " needs a value" : "");
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	bad_long(&t, options, name, missing);
}

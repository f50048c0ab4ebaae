/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What is wrong with a log: a list of texts that say where and what, and of which kind. */
#include "problem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static void add(struct problems *l, enum problem_kind kind, const void *part, const char *fmt, va_list ap)
{
	char text[512];

	l->count++;
	l->of[kind]++;
	if (!l->all && l->kept_of[kind] == PROBLEMS_KEPT)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	l->v = grow(l->v, l->kept, &l->cap, sizeof(*l->v));
	l->v[l->kept] = (struct problem){ kind, part, strdup(text) };
	if (!l->v[l->kept].text) {
		fputs("rwlog: out of memory\n", stderr);
		exit(2);
	}
	l->kept++;
	l->kept_of[kind]++;
}

void problem_add(struct problems *l, enum problem_kind kind, const void *part, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(l, kind, part, fmt, ap);
	va_end(ap);
}

void problem_note(struct problems *l, const void *part, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(l, PROBLEM_CUT, part, fmt, ap);
	va_end(ap);
}

void problems_print(const struct problems *l, FILE *out, const char *prefix, size_t most)
{
	size_t shown = 0;

	for (int kind = 0; kind < PROBLEM_KINDS; kind++)
		for (size_t i = 0; i < l->kept && shown < most; i++)
			if (l->v[i].kind == (enum problem_kind)kind) {
				fprintf(out, "%s%s\n", prefix, l->v[i].text);
				shown++;
			}
	if (l->count > shown)
		fprintf(out, "%sand %" PRIu64 " more, none of them worse; --all prints them\n", prefix,
			l->count - shown);
}

enum problem_kind problems_worst(const uint64_t of[PROBLEM_KINDS])
{
	int kind = 0;

	while (kind < PROBLEM_KINDS && !of[kind])
		kind++;
	return (enum problem_kind)kind;
}

const char *problems_first(const struct problems *l)
{
	for (size_t i = 0; i < l->kept; i++)
		if (l->v[i].kind == problems_worst(l->of))
			return l->v[i].text;
	return NULL;
}

void problems_forget(struct problems *l, const void *part, const uint64_t of[PROBLEM_KINDS])
{
	size_t out = 0;

	for (size_t i = 0; i < l->kept; i++) {
		if (l->v[i].part == part) {
			free(l->v[i].text);
			l->kept_of[l->v[i].kind]--;
		} else {
			l->v[out++] = l->v[i];
		}
	}
	l->kept = out;
	for (int kind = 0; kind < PROBLEM_KINDS; kind++) {
		l->count -= of[kind];
		l->of[kind] -= of[kind];
	}
}

void problems_take(struct problems *to, struct problems *from)
{
	for (size_t i = 0; i < from->kept; i++) {
		to->v = grow(to->v, to->kept, &to->cap, sizeof(*to->v));
		to->v[to->kept++] = from->v[i];
	}
	to->count += from->count;
	for (int kind = 0; kind < PROBLEM_KINDS; kind++) {
		to->of[kind] += from->of[kind];
		to->kept_of[kind] += from->kept_of[kind];
	}
	free(from->v);
	*from = (struct problems){ .all = from->all };
}

void problems_free(struct problems *l)
{
	for (size_t i = 0; i < l->kept; i++)
		free(l->v[i].text);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

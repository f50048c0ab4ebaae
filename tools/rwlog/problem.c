/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What is wrong with a log: a list of texts that say where and what. */
#include "problem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

void problem_add(struct problems *l, const void *part, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	l->count++;
	if (l->kept == PROBLEMS_KEPT)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->v = grow(l->v, l->kept, &l->cap, sizeof(*l->v));
	l->v[l->kept].part = part;
	l->v[l->kept].text = strdup(text);
	if (!l->v[l->kept].text) {
		fputs("rwlog: out of memory\n", stderr);
		exit(2);
	}
	l->kept++;
}

void problems_print(const struct problems *l, FILE *out, const char *prefix, size_t most)
{
	size_t n = l->kept < most ? l->kept : most;

	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%s\n", prefix, l->v[i].text);
	if (l->count > n)
		fprintf(out, "%sand %" PRIu64 " more problems\n", prefix, l->count - n);
}

const char *problems_first(const struct problems *l, const void *part)
{
	for (size_t i = 0; i < l->kept; i++)
		if (l->v[i].part == part)
			return l->v[i].text;
	return NULL;
}

void problems_forget(struct problems *l, const void *part, uint64_t count)
{
	size_t out = 0;

	for (size_t i = 0; i < l->kept; i++) {
		if (l->v[i].part == part)
			free(l->v[i].text);
		else
			l->v[out++] = l->v[i];
	}
	l->kept = out;
	l->count -= count;
}

void problems_free(struct problems *l)
{
	for (size_t i = 0; i < l->kept; i++)
		free(l->v[i].text);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

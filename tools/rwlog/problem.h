/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What is wrong with a log: a list of texts that say where and what. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PROBLEMS_KEPT 1000u /* texts kept; further problems are only counted */

struct problem {
	const void *part; /* its struct part, or NULL: the file as a whole */
	char *text;
};

struct problems {
	struct problem *v;
	size_t kept, cap;
	uint64_t count;
};

/** problem_add() - add a problem of @part (may be NULL); @fmt says where and what. */
void problem_add(struct problems *l, const void *part, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** problems_print() - print at most @most of the list to @out, each line prefixed with @prefix. */
void problems_print(const struct problems *l, FILE *out, const char *prefix, size_t most);

/** problems_first() - get the text of @part's first problem, or NULL if it has none. */
const char *problems_first(const struct problems *l, const void *part);

/** problems_forget() - take out the problems of @part, @count in all. */
void problems_forget(struct problems *l, const void *part, uint64_t count);

/** problems_free() - free the memory. */
void problems_free(struct problems *l);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What is wrong with a log: a list of texts that say where and what, and of which kind. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PROBLEMS_KEPT 1000u /* texts of a kind that are kept; further ones are only counted */

/** enum problem_kind - kinds of problems, the worst first. */
enum problem_kind {
	PROBLEM_ALTERED, /* what is there is not what was written */
	PROBLEM_SEVERAL, /* more than one log could be meant */
	PROBLEM_ALERT,   /* the console says what no record says */
	PROBLEM_CUT,     /* something is missing; what is there is as it was written */
	PROBLEM_KINDS
};

struct problem {
	enum problem_kind kind;
	const void *part; /* its struct part, or NULL: the file as a whole */
	char *text;
};

struct problems {
	bool all; /* keep every text */
	struct problem *v;
	size_t kept, cap;
	uint64_t count;
	uint64_t of[PROBLEM_KINDS];    /* count, by kind */
	size_t kept_of[PROBLEM_KINDS]; /* kept, by kind */
};

/** problem_add() - add a problem of @part (may be NULL); @fmt says where and what. */
void problem_add(struct problems *l, enum problem_kind kind, const void *part, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/** problem_note() - add a text to a list of notes: nothing is wrong. */
void problem_note(struct problems *l, const void *part, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * problems_print() - print at most @most of the list to @out, each line prefixed with @prefix.
 *
 * The worst kind comes first; within a kind, the order is that in which they were found.
 */
void problems_print(const struct problems *l, FILE *out, const char *prefix, size_t most);

/** problems_worst() - get the worst kind of which there is a problem; PROBLEM_KINDS: there is none. */
enum problem_kind problems_worst(const uint64_t of[PROBLEM_KINDS]);

/** problems_first() - get the text of the first problem of the worst kind; NULL: there is none. */
const char *problems_first(const struct problems *l);

/** problems_forget() - take out the problems of @part, @of in all. */
void problems_forget(struct problems *l, const void *part, const uint64_t of[PROBLEM_KINDS]);

/** problems_take() - move all of @from to the end of @to. */
void problems_take(struct problems *to, struct problems *from);

/** problems_free() - free the memory. */
void problems_free(struct problems *l);

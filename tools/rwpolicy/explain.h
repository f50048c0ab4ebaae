/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What an access image decides, and by which line: for rwpolicy explain, which has made it, and for rwctl. */
#pragma once

#include <limits.h>
#include <stddef.h>

#include "lib/access.h"

/** struct explain_query - what is asked, as text; NULL where it was not given. */
struct explain_query {
	const char *path, *uid, *access;
};

/** struct explained - what the lines say of one kind of access. */
struct explained {
	const char *access; /* "read" ... */
	const char *
		verdict; /* "allowed", "refused" or "recorded": allowed, but recorded as a refusal would be */
	uint32_t line;   /* that decides; 0: none, or one that is built in */
	const char *text; /* of the line, @len bytes; NULL: none */
	uint32_t len;
	uint32_t subject;        /* line that gives the user a level, if levels decide; else 0 */
	char path[PATH_MAX + 1]; /* of the line */
};

/**
 * explain_kinds() - read the kinds of access of a query; all where it names none.
 *
 * Return: a mask of enum rw_right; 0 on anything else.
 */
uint32_t explain_kinds(const char *access);

/**
 * explain() - say what the lines of a policy decide.
 * @query: path absolute, uid a number
 * @kind: of access
 *
 * Return: NULL with @e filled, or what is wrong with the query.
 */
const char *explain(const struct access *a, const struct explain_query *query, enum rw_right kind,
		    struct explained *e);

/** explain_print() - print what explain() has found. @file: the policy's, or NULL */
void explain_print(const struct explain_query *query, const struct explained *e, const char *file);

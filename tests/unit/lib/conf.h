/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the tests of the parsers of configuration files share. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/conf_text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char said[8192]; /* all reports of the last file */

/** say() - conf_file.report: adds the report to @said, with its place. */
static inline void say(void *context, const struct conf_report *r)
{
	size_t used = strlen(said);

	(void)context;
	snprintf(said + used, sizeof(said) - used, "%s%u:%u: %s%s", used ? "\n" : "", r->line, r->column,
		 r->warning ? "warning: " : "", r->text);
}

/** no_error() - conf_file.report for files without errors. */
static inline void no_error(void *context, const struct conf_report *r)
{
	(void)context;
	if (!r->warning)
		fail_msg("%u:%u: %s", r->line, r->column, r->text);
}

/* Parses a file, and compiles it if it has no errors. Return: 0 or -1. */
typedef int parse_fn(const char *text, size_t size, struct conf_file *file);

/** parse_block() - parses from a heap block of exactly @size bytes: the sanitizer sees a read past it. */
static inline int parse_block(parse_fn *parse, const char *text, size_t size)
{
	struct conf_file file = { .report = say };
	char *block = malloc(size ? size : 1);
	int ret;

	assert_non_null(block);
	memcpy(block, text, size);
	said[0] = '\0';
	ret = parse(block, size, &file);
	assert_int_equal(ret, file.errors ? -1 : 0);
	free(block);
	return ret;
}

/* A file, and all that is said of it. */
struct row {
	const char *text, *reports;
};

static inline void expect_row(parse_fn *parse, const struct row *row)
{
	parse_block(parse, row->text, strlen(row->text));
	if (strcmp(said, row->reports) != 0)
		fail_msg("\"%s\":\n%s\n  instead of\n%s", row->text, said, row->reports);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for programs: JSON Lines, ECS, CSV, lines of auditd. docs/export.md describes each. */
#pragma once

#include "filter.h"
#include "input.h"

enum export_format {
	EXPORT_JSONL,
	EXPORT_ECS,
	EXPORT_CSV,
	EXPORT_AUDITD,
	EXPORT_FORMATS
};

/** export_format() - find the format called @name. Return: false if there is none. */
bool export_format(enum export_format *format, const char *name);

/** export_header() - write what comes before the records of all files: CSV's line of names. */
void export_header(enum export_format format, FILE *out);

/**
 * export_records() - write the records of all boots in a file that the filter lets through.
 *
 * If the file's hash is known, an object about the file comes last, in JSON Lines and ECS.
 */
void export_records(enum export_format format, const struct input *in, const struct filter *filter,
		    FILE *out);

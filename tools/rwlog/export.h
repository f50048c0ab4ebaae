/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for programs: JSON Lines, ECS, CSV, lines of auditd. docs/export.md describes each. */
#pragma once

#include "filter.h"
#include "log.h"

/** enum export_format - in the order of the words in options.def. */
enum export_format {
	EXPORT_JSONL,
	EXPORT_ECS,
	EXPORT_CSV,
	EXPORT_AUDITD,
	EXPORT_FORMATS
};

/** export_header() - write what comes before the records of all files: CSV's line of names. */
void export_header(enum export_format format, FILE *out);

/**
 * export_records() - write the records that the filter lets through, boot by boot.
 *
 * In JSON Lines and ECS an object about each file whose hash is known comes last.
 */
void export_records(enum export_format format, const struct log *log, const struct filter *filter, FILE *out);

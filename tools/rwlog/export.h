/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for programs: JSON Lines, and CSV. docs/log-format.md names the members. */
#pragma once

#include "filter.h"
#include "log.h"

/** export_jsonl() - write one JSON object per record, of all boots in a file. */
void export_jsonl(const struct log *log, const struct filter *filter, FILE *out);

/** export_csv_header() - write the line with the names of the columns. */
void export_csv_header(FILE *out);

/** export_csv() - write one line of CSV per record, of all boots in a file. */
void export_csv(const struct log *log, const struct filter *filter, FILE *out);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What occurs most often in a log: programs, files, peers. */
#pragma once

#include "filter.h"
#include "log.h"

#define TOP_LINES 10u

/** top() - print for each boot the @lines programs, files and peers with the most wanted records. */
void top(const struct log *log, const struct filter *filter, size_t lines, FILE *out);

/** top_json() - the same as JSON Lines, one object for each boot. */
void top_json(const struct log *log, const struct filter *filter, size_t lines, FILE *out);

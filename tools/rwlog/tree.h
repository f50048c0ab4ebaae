/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The processes of each boot, as a tree. */
#pragma once

#include "filter.h"
#include "log.h"

/**
 * tree() - print the processes that made a wanted record, and those that they come from.
 * @log: sorted by time
 */
void tree(const struct log *log, const struct filter *filter, FILE *out);

/**
 * tree_json() - the same as JSON Lines, one object for each process; "parent" is the "process" of another one
 * of its boot, which comes before it.
 */
void tree_json(const struct log *log, const struct filter *filter, FILE *out);

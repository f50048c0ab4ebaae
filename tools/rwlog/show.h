/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for people: one line per record. */
#pragma once

#include "filter.h"
#include "input.h"
#include "symbols.h"

/**
 * show() - print the records of all boots in a file, and a line of counts.
 * @in:      a parsed file
 * @filter:  which records
 * @symbols: names of kernel code, or NULL
 * @out:     destination
 */
void show(const struct input *in, const struct filter *filter, const struct symbols *symbols, FILE *out);

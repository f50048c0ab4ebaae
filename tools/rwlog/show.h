/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for people: one line per record. */
#pragma once

#include "filter.h"
#include "log.h"
#include "symbols.h"

/**
 * show() - print the records of all boots, and a line of counts.
 * @filter:  which records
 * @symbols: names of kernel code, or NULL
 * @color:   with a terminal's colours
 * @out:     destination
 */
void show(const struct log *log, const struct filter *filter, const struct symbols *symbols, bool color,
	  FILE *out);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * A page of HTML about logs, for an investigation's file: it needs no network and no other file. Everything
 * in a log may be hostile: the page has it as data, and its script writes it as text only.
 */
#pragma once

#include "filter.h"
#include "log.h"
#include "symbols.h"

/* What a page has room for, in all its boots; the page says what was left out. */
#define REPORT_BOOTS      64u
#define REPORT_EVENTS     6000u
#define REPORT_PROCESSES  6000u
#define REPORT_VIOLATIONS 1000u
#define REPORT_ALERTS     500u
#define REPORT_TOP        50u  /* files and peers of a boot */
#define REPORT_TEXT       400u /* bytes of one event's text */
#define REPORT_PROBLEMS   200u /* lines of verify */

/** report() - write the page about the records that the filter lets through. @symbols: or NULL */
void report(const struct log *log, const struct filter *filter, const struct symbols *symbols, FILE *out);

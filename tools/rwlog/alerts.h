/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Compares the alerts in a capture's text with the records. */
#pragma once

#include "csv.h"
#include "input.h"
#include "sink.h"

/**
 * alerts_check() - find the record of each alert, and report the alerts that have none.
 * @in: a capture whose boots are known
 *
 * A record follows its alert in a dump that begins later. The records of a class that was evicted may explain
 * an alert without one: that is only a note. A record without an alert is normal: alerts are limited.
 */
void alerts_check(struct input *in);

/** alerts_missing() - whether an alert has no record. */
bool alerts_missing(const struct alert *a);

/** alerts_show() - print the alerts without records, for people. */
void alerts_show(const struct input *in, FILE *out);

/** alerts_jsonl() - print the alerts without records, as JSON Lines. */
void alerts_jsonl(const struct input *in, struct sink *to);

/** alerts_csv() - print the alerts without records, as lines of CSV. */
void alerts_csv(const struct input *in, struct csv *row, FILE *out);

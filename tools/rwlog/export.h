/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for programs: JSON Lines. */
#pragma once

#include "filter.h"
#include "input.h"

/**
 * export_jsonl() - write one JSON object a record, of all boots in a file.
 *
 * docs/log-format.md names the members.
 */
void export_jsonl(const struct input *in, const struct filter *filter, FILE *out);

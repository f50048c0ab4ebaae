/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* An overview of the boots in a log. */
#pragma once

#include "filter.h"
#include "log.h"

/** overview() - print a line about each boot: when it was, how it ended, what there is of it, where. */
void overview(const struct log *log, const struct filter *filter, FILE *out);

/** overview_json() - the same as JSON Lines, one object for each boot. */
void overview_json(const struct log *log, const struct filter *filter, FILE *out);

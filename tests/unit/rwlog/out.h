/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* rwlog's output for a built store, as strings that the caller frees. */
#pragma once

#include "symbols.h"
#include "filter.h"
#include "tests/unit/rwlog/build.h"

char *out_jsonl(const struct build *b, const struct filter *f);
char *out_csv(const struct build *b, const struct filter *f); /* including the header line */
char *out_show(const struct build *b, const struct filter *f, const struct symbols *symbols);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What rwlog prints of a store that was built, as strings to be freed. */
#ifndef RWLOG_OUT_H
#define RWLOG_OUT_H

#include "symbols.h"
#include "filter.h"
#include "tests/unit/rwlog/build.h"

char *out_jsonl(const struct build *b, const struct filter *f);
char *out_csv(const struct build *b, const struct filter *f); /* the header line included */
char *out_show(const struct build *b, const struct filter *f, const struct symbols *symbols);

#endif

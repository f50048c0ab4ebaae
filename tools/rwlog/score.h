/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Learns what programs usually do, and finds what they did not do before. */
#pragma once

#include "model.h"

struct score_options {
	uint64_t threshold; /* new windows among LOCALITY that make a sequence odd */
	uint64_t rare;      /* a window that was seen at most so often counts as new */
	bool all;           /* print every sequence, not only odd ones */
	bool json;
};

/** learn() - add a log, sorted by time, to a model whose window and alphabet are set. */
void learn(struct model *m, const struct log *log, const struct filter *filter);

/** score() - print the sequences of a log, sorted by time, that a model finds odd, and a line of counts. */
void score(struct model *m, const struct log *log, const struct filter *filter, const struct score_options *o,
	   FILE *out);

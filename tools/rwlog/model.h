/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What programs usually do: the windows of their sequences, and how often each was seen. */
#pragma once

#include <stdio.h>

#include "sequence.h"

struct model {
	unsigned int window;
	enum alphabet alphabet;
	struct intern words, programs;
	struct intern windows; /* number of the program, then of each word: 4 bytes each */
	uint64_t *count;       /* by number of the window */
	size_t count_cap;
};

/** model_add() - count a window of a program. */
void model_add(struct model *m, size_t program, const uint32_t *window);

/** model_count() - get how often a window of a program was seen. */
uint64_t model_count(const struct model *m, size_t program, const uint32_t *window);

/** model_distance() - get the least number of places in which a window differs from one of its program. */
unsigned int model_distance(const struct model *m, size_t program, const uint32_t *window);

/** model_write() - write a model as text. @log: what it was learnt from */
void model_write(const struct model *m, const struct log *log, FILE *out);

/**
 * model_read() - read a model, which is not trusted.
 * @m:   zeroed
 * @why: receives what is wrong; @n: its size
 *
 * Return: whether it is one.
 */
bool model_read(struct model *m, const char *data, size_t len, char *why, size_t n);

/** model_free() - free the memory. */
void model_free(struct model *m);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A capture that is still being written: its records are shown as their frames come. */
#pragma once

#include "filter.h"
#include "status.h"
#include "symbols.h"

struct live;

#define LIVE_TEXT_MAX 65536u

/**
 * live_open() - begin with a capture.
 * @filter:  which records; stays in use
 * @symbols: names of kernel code, at the right offset; or NULL
 * @color:   with a terminal's colours
 */
struct live *live_open(const struct filter *filter, const struct symbols *symbols, bool color, FILE *out);

/** live_text() - take the next @len characters, untrusted, at most LIVE_TEXT_MAX. */
void live_text(struct live *l, const char *text, size_t len);

/** live_restart() - what follows is another file: it continues no line and no frame of that until now. */
void live_restart(struct live *l);

/**
 * live_close() - after the last text: print what is left and a line of counts, and free the memory.
 * @name: of the capture
 *
 * Return: STATUS_ALTERED: frames or records were damaged; STATUS_CUT: some are missing, or the last dump has
 * no end; STATUS_GOOD.
 */
enum status live_close(struct live *l, const char *name);

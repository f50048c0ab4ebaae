/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Shows a capture that grows, until the user ends it. */
#pragma once

#include "options.h"
#include "symbols.h"

/**
 * follow() - show the records of the only file of @o, or of standard input, as they come.
 * @symbols: names of kernel code, at the right offset; or NULL
 *
 * Ends at SIGINT and SIGTERM, and at the end of standard input. A file that is replaced (rotated) is read to
 * its end, then the new one; one that became shorter is read anew.
 */
enum status follow(const struct options *o, const struct symbols *symbols);

/**
 * follow_slow_input() - as follow(), if `show -` reads a capture from a pipe that pauses, as tail -f does.
 * @got:    otherwise receives what was read of standard input, for input_load()
 * @status: receives the status if it was followed
 *
 * A capture is text with a frame. Nothing is read if the options do not go with --follow.
 *
 * Return: whether it was followed.
 */
bool follow_slow_input(const struct options *o, const struct symbols *symbols, struct spool *got,
		       enum status *status);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Applies a subcommand to a log: one function for each of options.def. */
#pragma once

#include "log.h"
#include "options.h"
#include "symbols.h"

/**
 * run() - apply the subcommand @o->command.
 * @log:     of all files, if the subcommand chooses records; otherwise of one
 * @symbols: names of kernel code, or NULL
 */
enum status run(const struct options *o, struct log *log, const struct symbols *symbols);

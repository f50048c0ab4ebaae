/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What rwlog does on a terminal only: colours, a pager. */
#pragma once

#include "options.h"

/** terminal_color() - whether standard output gets colours. Must be asked before the pager is started. */
bool terminal_color(const struct options *o);

/**
 * terminal_pager() - if standard output is a terminal, send it through a pager: $RWLOG_PAGER, $PAGER or less,
 * if that is installed.
 */
void terminal_pager(const struct options *o);

/** terminal_end() - after the last output: wait until the user leaves the pager. */
void terminal_end(void);

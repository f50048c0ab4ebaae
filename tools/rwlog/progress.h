/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* How far long work is, on standard error if that is a terminal. */
#pragma once

#include <stdint.h>

/** progress_begin() - work on a file begins. @name: stays in use */
void progress_begin(const char *name);

/**
 * progress() - so much of the work is done; at least every half a second if it is to be shown.
 * @what: that is done, such as "reading"
 * @all:  bytes; 0: not known
 *
 * The first second shows nothing.
 */
void progress(const char *what, uint64_t done, uint64_t all);

/** progress_end() - remove what was shown. */
void progress_end(void);

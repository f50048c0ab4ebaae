/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Judges a log: is it complete, and as it was written? */
#pragma once

#include "input.h"

/**
 * verify() - print what is wrong with a file, at most @most problems, and a verdict for each boot.
 * @prefix: of each line
 *
 * Return: the status; STATUS_GOOD: nothing is wrong.
 */
enum status verify(const struct input *in, const char *prefix, size_t most, FILE *out);

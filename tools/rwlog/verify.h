/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Judges a log: is it complete, and as it was written? */
#pragma once

#include "input.h"

/**
 * verify() - print what is wrong with a file, and a line of judgement for each boot in it.
 * @in:     a parsed file
 * @prefix: put in front of each line, "" for nothing
 * @out:    destination
 *
 * Return: true when nothing is wrong.
 */
bool verify(const struct input *in, const char *prefix, FILE *out);

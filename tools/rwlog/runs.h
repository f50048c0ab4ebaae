/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Sorts more than fits in memory: in runs, which are merged while they are written. */
#pragma once

#include <stdio.h>

#include "spool.h"

/**
 * runs_write() - write the elements of a spool, sorted.
 * @s:       whole elements of @size bytes; they stay, in another order
 * @run:     elements that are in memory together, at least 1
 * @compare: as for qsort(), but never 0
 *
 * Return: whether the file took them all.
 */
bool runs_write(struct spool *s, size_t size, size_t run, int (*compare)(const void *, const void *),
		FILE *f);

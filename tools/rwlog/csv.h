/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes lines of CSV (RFC 4180), whose cells come in any order. */
#pragma once

#include <stdio.h>

#include "members.h"

struct csv;

/** csv_open() - start lines of @columns cells. Ends the program if memory runs out. */
struct csv *csv_open(unsigned int columns);

/**
 * csv_member() - put a member into its cell of the line.
 *
 * Strings from the guest are written as text_show() does, without quotes around one. The members of the last
 * column are written as NAME=VALUE, separated by blanks.
 */
void csv_member(struct csv *row, const struct member *m);

/** csv_end_row() - write the line and start an empty one. */
void csv_end_row(struct csv *row, FILE *out);

/** csv_close() - free the memory. */
void csv_close(struct csv *row);

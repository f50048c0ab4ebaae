/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes lines of CSV (RFC 4180), whose cells come in any order. */
#pragma once

#include <stdio.h>

#include "members.h"

struct csv;

/** csv_open() - lines of @columns cells. Ends the program when memory is used up. */
struct csv *csv_open(unsigned int columns);

/**
 * csv_member() - put a member into its cell of the line.
 *
 * Strings of the guest are written as text_show() does, without quotes around one. The members of the last
 * column stand there as NAME=VALUE, with a blank between two.
 */
void csv_member(struct csv *row, const struct member *m);

/** csv_end_row() - write the line; the next begins empty. */
void csv_end_row(struct csv *row, FILE *out);

/** csv_close() - give the memory back. */
void csv_close(struct csv *row);

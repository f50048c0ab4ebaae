/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The exit statuses of rwlog, from the table status.def. */
#pragma once

#include <stdio.h>

#include "problem.h"

#define RW_STATUS(number, NAME, word, meaning) STATUS_##NAME = (number),
enum status {
#include "status.def" // IWYU pragma: keep
};
#undef RW_STATUS

/** status_worse() - get the more serious one of two. */
enum status status_worse(enum status a, enum status b);

/** status_of_problems() - get the status of a log with these problems, counted by kind. */
enum status status_of_problems(const uint64_t of[PROBLEM_KINDS]);

/** status_word() - get what a status is called. */
const char *status_word(enum status s);

/** status_print() - print a table of all, each line indented, for --help. */
void status_print(FILE *out);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What is wrong with an argument structure of the guest, and where: for a line on the serial line. */
#pragma once

#include <stdint.h>

/* Set by a function that refuses an input and returns a negative RW_E*; untouched on success. */
struct input_error {
	const char *what; /* a constant, without a period */
	uint32_t index;   /* from 0: the entry concerned */
};

/* Fills @err and returns @code, so that a refusal is one statement. */
static inline int input_error_set(struct input_error *err, uint32_t index, const char *what, int code)
{
	err->what = what;
	err->index = index;
	return code;
}

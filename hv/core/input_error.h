/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What is wrong with an argument structure of the guest, and where: for the hypervisor's serial line. */
#pragma once

#include <stdint.h>

/* Set by the function that refuses an input, with a negative RW_E* as its result; not touched on success. */
struct input_error {
	const char *what; /* a constant, without a period */
	uint32_t index;   /* from 0: the entry that it is about */
};

/* Fills @err and gives @code back, so that a refusal is one statement. */
static inline int input_error_set(struct input_error *err, uint32_t index, const char *what, int code)
{
	err->what = what;
	err->index = index;
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A small undamaged log, of which the linker has made an object. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "input.h"

extern const uint8_t _binary_sample_store_start[], _binary_sample_store_end[];
extern const uint8_t _binary_sample_capture_start[], _binary_sample_capture_end[];

/** sample_log() - get the log as a loaded file. Its data stays: set it to NULL before input_free(). */
static inline struct input sample_log(bool capture)
{
	static uint8_t *copy[2]; /* on the heap, so that the sanitizer sees their ends */
	const uint8_t *from = capture ? _binary_sample_capture_start : _binary_sample_store_start;
	size_t n = (size_t)((capture ? _binary_sample_capture_end : _binary_sample_store_end) - from);

	if (!copy[capture]) {
		copy[capture] = malloc(n);
		if (!copy[capture])
			abort();
		memcpy(copy[capture], from, n);
	}
	return (struct input){ .name = "sample", .data = copy[capture], .len = n };
}

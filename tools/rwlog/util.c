/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Memory and small byte helpers that every part of rwlog uses. */
#define _GNU_SOURCE
#include "util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crc32c.h"

void out_of_memory(void)
{
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	exit(2);
}

void *make(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		out_of_memory();
	return p;
}

void *grow(void *v, size_t n, size_t *cap, size_t size)
{
	size_t want;

	if (n < *cap)
		return v;
	want = *cap ? *cap * 2 : 16;
	v = reallocarray(v, want, size);
	if (!v)
		out_of_memory();
	*cap = want;
	return v;
}

bool all_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

uint32_t crc_without(const uint8_t *p, size_t n, size_t hole)
{
	static const uint8_t zero[4];
	uint32_t crc = crc32c(0, p, hole);

	crc = crc32c(crc, zero, sizeof(zero));
	return crc32c(crc, p + hole + sizeof(zero), n - hole - sizeof(zero));
}

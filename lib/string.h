/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The four memory functions that the hypervisor has, with the C library's contracts, and what text is. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/**
 * printable() - how many of the @n bytes at @s, which anybody may have written, are printable ASCII up to the
 * first that is not.
 */
static inline size_t printable(const void *s, size_t n)
{
	size_t i = 0;

	while (i < n && ((const char *)s)[i] >= ' ' && ((const char *)s)[i] <= '~')
		i++;
	return i;
}

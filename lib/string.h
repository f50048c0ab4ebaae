/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's four memory functions, with the C library's contracts, and a test for printable text. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/*
 * A freestanding compiler calls the functions even for 4 bytes. By these names it knows what they do, and
 * copies a few bytes of constant number itself.
 */
#if !__STDC_HOSTED__
#define memcpy(dst, src, n) __builtin_memcpy(dst, src, n)
#define memset(dst, c, n)   __builtin_memset(dst, c, n)
#endif

/**
 * printable() - count the printable ASCII bytes at @s (@n untrusted bytes), up to the first that is not.
 */
static inline size_t printable(const void *s, size_t n)
{
	size_t i = 0;

	while (i < n && ((const char *)s)[i] >= ' ' && ((const char *)s)[i] <= '~')
		i++;
	return i;
}

/**
 * printable_name() - check a name in a field of @n untrusted bytes: not empty, printable ASCII, terminated.
 *
 * Return: its length, or 0 if it is not such a name.
 */
static inline size_t printable_name(const char *s, size_t n)
{
	size_t len = printable(s, n);

	return len < n && !s[len] ? len : 0;
}

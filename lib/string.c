/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The four memory functions, by the string instructions. */
#include "lib/string.h"

#include <stdint.h>

void *(memcpy)(void *restrict dst, const void *restrict src, size_t n)
{
	void *d = dst;
	size_t words = n / 8, bytes = n % 8; /* by words: each iteration is slow in QEMU's TCG */

	__asm__ volatile("rep movsq; mov %3, %2; rep movsb"
			 : "+D"(d), "+S"(src), "+&c"(words)
			 : "r"(bytes)
			 : "memory");
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	uint8_t *d = dst;
	const uint8_t *s = src;

	if (d <= s || d >= s + n)
		return memcpy(dst, src, n);
	while (n--) {
		d[n] = s[n];
		/* else the compiler turns this loop into a call of memmove */
		__asm__ volatile("" : : : "memory");
	}
	return dst;
}

void *(memset)(void *dst, int c, size_t n)
{
	void *d = dst;
	size_t words = n / 8, bytes = n % 8;

	__asm__ volatile("rep stosq; mov %3, %1; rep stosb"
			 : "+D"(d), "+&c"(words)
			 : "a"(0x0101010101010101u * (uint8_t)c), "r"(bytes)
			 : "memory");
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *p = a, *q = b;
	uint64_t x, y;

	for (; n >= sizeof(x); n -= sizeof(x), p += sizeof(x), q += sizeof(x)) {
		__builtin_memcpy(&x, p, sizeof(x));
		__builtin_memcpy(&y, q, sizeof(y));
		if (x != y)
			break;
	}
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Keeps large mapped files from filling memory: after every RESIDENT_STEP bytes that were read, their pages
 * leave this process' memory. They stay in the kernel's cache, or on the disk, and come back when needed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define RESIDENT_STEP (UINT64_C(16) << 20)

/** resident_watch() - from now on, also the pages of this mapping of a file leave. */
void resident_watch(void *p, size_t n);

/** resident_forget() - before a mapping is moved or removed. */
void resident_forget(const void *p);

/** resident_drop() - let the pages leave now. */
void resident_drop(void);

/** resident_find() - memchr(3) in a mapped file, of any size. */
const char *resident_find(const char *p, char c, const char *end);

extern uint64_t resident_left; /* bytes until the next drop */

/** resident_touch() - @n bytes of mapped files were read. */
static inline void resident_touch(uint64_t n)
{
	if (n < resident_left)
		resident_left -= n;
	else
		resident_drop();
}

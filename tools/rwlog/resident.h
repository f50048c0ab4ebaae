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
#define RESIDENT_VIEW (320u << 10)

/** resident_watch() - from now on, also the pages of this mapping of a file, from its begin on, leave. */
void resident_watch(void *p, size_t n, int fd);

/** resident_forget() - before a mapping is moved or removed. */
void resident_forget(const void *p);

/** resident_drop() - let the pages leave now. */
void resident_drop(void);

/**
 * resident_view() - get @n bytes at @p that are read once; probably those after them are wanted next.
 *
 * Bytes of a mapped file are read into a buffer: a page fault costs far more than a copy of its page. More
 * than RESIDENT_VIEW bytes are left where they are.
 *
 * Return: where they can be read until the next call, or @p.
 */
const void *resident_view(const void *p, size_t n);

/** resident_home() - where the bytes stay that the last resident_view() has given at @seen. */
const void *resident_home(const void *seen);

/** resident_hole() - get how many of @n bytes at @p are zeros because a sparse file does not hold them. */
size_t resident_hole(const void *p, size_t n);

extern uint64_t resident_left; /* bytes until the next drop */

/** resident_touch() - @n bytes of mapped files were read where they are mapped, without resident_view(). */
static inline void resident_touch(uint64_t n)
{
	if (n < resident_left)
		resident_left -= n;
	else
		resident_drop();
}

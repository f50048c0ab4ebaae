/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Loads a module's file into memory as Linux does, for the tests of relocate.c, which it links to. */
#pragma once

#include "approve/relocate.h"

#define LOADER_TEXT         0xffffffffc0000000ull
#define LOADER_PERCPU       0x2c000ull
#define LOADER_KERNEL       0xffffffff81000000ull
#define LOADER_RETURN_THUNK (LOADER_KERNEL + 0x100)
#define LOADER_TRACER       (LOADER_KERNEL + 0x200)
#define LOADER_FUNCTION     (LOADER_KERNEL + 0x300)

/**
 * loader_load() - @file of @size bytes is loaded, and @r opened for it. As on each machine, calls of
 * __fentry__ and jumps to the return thunk are rewritten. Return: NULL, or why not.
 */
const char *loader_load(struct relocate *r, const uint8_t *file, size_t size);

/** loader_replace() - puts other bytes in the file's place. */
void loader_replace(const uint8_t *file, size_t size);

/** loader_free() - undoes loader_load(). */
void loader_free(void);

/** loader_at() - the memory at linear address @va; NULL: it is no code or read-only data. */
uint8_t *loader_at(uint64_t va);

/** loader_compare() - compares all pages. Return: whether they are as the file says. */
bool loader_compare(struct relocate *r, struct relocate_difference *d);

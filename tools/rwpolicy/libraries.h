/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Where libraries are, as ld.so(8) of glibc looks for them. */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "object.h"

/**
 * libraries_find() - find a library that an object needs.
 * @o:     the object
 * @path:  its path, without symbolic links
 * @found: called for each file that can be the library: the one that is found first, and its variants for
 *         CPUs that can more (glibc-hwcaps)
 *
 * The environment is not looked at. Return: whether there is one.
 */
bool libraries_find(const struct object *o, const char *path, const char *name,
		    void (*found)(void *context, const char *file), void *context);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Finds files in a Debian package without installing it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * package_fn - called for a file.
 * @name:  its path in the package
 * @bytes: its @size bytes; valid during the call only
 */
typedef void (*package_fn)(void *ctx, const char *name, const uint8_t *bytes, size_t size);

/** package_is() - whether @size bytes at @file begin as a Debian package does. */
bool package_is(const uint8_t *file, size_t size);

/**
 * package_walk() - call @fn for each regular file of a package that @wanted says yes to.
 * @file: the package's @size bytes, untrusted
 *
 * Return: NULL, or what is wrong with the package; @fn may have been called before.
 */
const char *package_walk(const uint8_t *file, size_t size, bool (*wanted)(const char *name), package_fn fn,
			 void *ctx);

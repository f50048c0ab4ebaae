/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of files. */
#pragma once

#include <linux/path.h>
#include <linux/types.h>

/**
 * compat_path() - the absolute path as the caller's root shows it, in @buf.
 * @path:  what to name
 * @buf:   room for the name and its NUL
 * @size:  bytes of @buf
 * @trunc: set when the name was too long: its tail is what stands in @buf
 *
 * Return: the name, NUL-terminated, anywhere in @buf, ending at @buf + @size - 1 unless cut.
 */
char *compat_path(const struct path *path, char *buf, int size, bool *trunc);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of files. */
#pragma once

#include <linux/path.h>
#include <linux/types.h>

/**
 * compat_path() - write an absolute path, as seen from the caller's root, to @buf.
 * @path:  the file to name
 * @buf:   room for the name and its NUL
 * @size:  bytes of @buf
 * @trunc: set if the name was too long: @buf has its tail
 *
 * Return: the name, NUL-terminated, anywhere in @buf, ending at @buf + @size - 1 unless truncated.
 */
char *compat_path(const struct path *path, char *buf, int size, bool *trunc);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text formatting for messages: %s %c %u %x %lu %lx %%, with width and 0-padding; nothing else. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/** format_va(), format_text() - format into @dst, truncated to @size bytes with NUL. Return: its length. */
size_t format_va(char *dst, size_t size, const char *format, va_list args);
size_t format_text(char *dst, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

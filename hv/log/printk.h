/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text on the hypervisor's own serial line. Never on hot paths. */
#pragma once

#include <stddef.h>

/**
 * printk() - one line: "ringward: ", the text (see lib/format.h), truncated to 240 characters, CR LF. Bytes
 * that are not printable ASCII, and '@', which begins a frame, become '?': arguments may be guest text.
 * Context: any.
 */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** printk_raw() - prints @n bytes unchanged: frames. Context: as printk(). */
void printk_raw(const char *s, size_t n);

/** printk_break_lock() - for a panic: breaks the lock that both take, and interrupts whoever is printing. */
void printk_break_lock(void);

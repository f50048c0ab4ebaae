/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text on the hypervisor's own serial line. Never on hot paths. */
#pragma once

#include <stddef.h>

/**
 * printk() - one line: "ringward: ", the text (see lib/format.h), truncated to 240 characters, CR LF. Bytes
 * that are not printable ASCII, and '@', with which a frame begins, become '?': arguments may be the guest's
 * text. Context: any.
 */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** printk_raw() - @n bytes as they are: frames. Context: as printk(). */
void printk_raw(const char *s, size_t n);

/** printk_break_lock() - of the lock that both take, for a panic: whoever prints now is cut off. */
void printk_break_lock(void);

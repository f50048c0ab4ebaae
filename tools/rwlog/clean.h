/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Takes out of a capture's text what terminals and loggers put between its characters. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/**
 * clean_text() - copy text without control characters and the escape sequences of terminals.
 * @from, @n: untrusted
 * @to, @max: receives it: printable ASCII, LF, and '?' for each byte from 0x80 on
 *
 * A backspace takes back the character before it, as on a terminal.
 *
 * Return: characters in @to.
 */
size_t clean_text(const char *from, size_t n, char *to, size_t max);

/** clean_skip() - get the length of the control characters and escape sequences at @s, LF included. */
size_t clean_skip(const char *s, size_t n);

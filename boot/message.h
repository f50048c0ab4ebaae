/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Messages in fixed buffers: what the loader tells, formatted without a C library. */
#ifndef RW_BOOT_MESSAGE_H
#define RW_BOOT_MESSAGE_H

#include <stdarg.h>
#include <stddef.h>

#define MESSAGE_LEN 320u

/* One line of text, NUL-terminated, without a line end. */
struct message {
	char text[MESSAGE_LEN];
};

/**
 * message_vformat() - format text, cut to the buffer and always NUL-terminated.
 * @out:  buffer
 * @size: bytes of @out, at least 1
 * @fmt:  as printf's, of which %s, %c, %u, %lu, %x, %lx, %% and a width with leading zeros are known
 *
 * Context: anywhere. Return: length of the text in @out.
 */
size_t message_vformat(char *out, size_t size, const char *fmt, va_list args);

/**
 * message_format() - message_vformat() with its arguments in place.
 *
 * Context: anywhere. Return: length of the text in @out.
 */
size_t message_format(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * message_fail() - describe a failure.
 * @why: takes the text
 *
 * Context: anywhere. Return: -1, so that a failing function can return the call.
 */
int message_fail(struct message *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

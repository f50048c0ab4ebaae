/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The loader's messages, in fixed buffers. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#define MESSAGE_LEN 320u

/* One line of text, NUL-terminated, without a line end. */
struct message {
	char text[MESSAGE_LEN];
};

/**
 * message_fail() - describe a failure.
 * @why: takes the text
 *
 * Context: anywhere. Return: -1, so that a failing function can return the call.
 */
int message_fail(struct message *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

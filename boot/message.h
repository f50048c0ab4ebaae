/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The loader's messages, in fixed buffers. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "lib/conf_text.h"

#define MESSAGE_LEN (CONF_MESSAGE_LEN + 40u)

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

/** struct message_first - where message_first() puts what it is told. */
struct message_first {
	struct message *why;
	const char *name; /* of the file */
	bool taken;       /* an error was reported */
};

/** message_first() - the report function of a conf_file: keeps the first error; context: a message_first. */
void message_first(void *context, const struct conf_report *report);

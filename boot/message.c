/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Formats the loader's messages. */
#include "message.h"

#include "lib/format.h"

int message_fail(struct message *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	format_va(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return -1;
}

void message_first(void *context, const struct conf_report *report)
{
	struct message_first *first = (struct message_first *)context;

	if (report->warning || first->taken)
		return;
	first->taken = true;
	if (report->line)
		message_fail(first->why, "%s:%u:%u: %s", first->name, report->line, report->column,
			     report->text);
	else
		message_fail(first->why, "%s: %s", first->name, report->text);
}

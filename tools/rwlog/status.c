/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The exit statuses of rwlog, from the table status.def. */
#include "status.h"

#include <string.h>

#include "util.h"

#define MEANING_WIDTH 68

static const struct {
	enum status status;
	const char *word, *meaning;
} table[] = {
#define RW_STATUS(number, NAME, word, meaning) { STATUS_##NAME, word, meaning },
#include "status.def"
#undef RW_STATUS
};

static size_t place(enum status s)
{
	size_t i = 0;

	while (table[i].status != s)
		i++;
	return i;
}

enum status status_worse(enum status a, enum status b)
{
	return place(a) > place(b) ? a : b;
}

enum status status_of_problems(const uint64_t of[PROBLEM_KINDS])
{
	static const enum status by_kind[PROBLEM_KINDS + 1] = {
		[PROBLEM_ALTERED] = STATUS_ALTERED, [PROBLEM_SEVERAL] = STATUS_SEVERAL,
		[PROBLEM_ALERT] = STATUS_ALERTS,    [PROBLEM_CUT] = STATUS_CUT,
		[PROBLEM_KINDS] = STATUS_GOOD,
	};

	return by_kind[problems_worst(of)];
}

const char *status_word(enum status s)
{
	return table[place(s)].word;
}

/* Return: how much of @text a line takes, up to a blank. */
static size_t fitting(const char *text)
{
	size_t n = strlen(text);

	if (n <= MEANING_WIDTH)
		return n;
	for (n = MEANING_WIDTH; n > 1 && text[n] != ' ';)
		n--;
	return n;
}

void status_print(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const char *text = table[i].meaning;
		size_t n = fitting(text);

		fprintf(out, "  %d %-23s %.*s\n", table[i].status, table[i].word, (int)n, text);
		for (text += n; *text; text += n) {
			text += *text == ' ';
			n = fitting(text);
			fprintf(out, "%28s%.*s\n", "", (int)n, text);
		}
	}
}

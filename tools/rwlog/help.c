/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What rwlog --help prints, from the tables of options, events and exit statuses. */
#include "help.h"

#include <string.h>

#include "lib/events.h"
#include "names.h"

#define WIDTH       100
#define OPTION_TEXT 28 /* column of an option's text, and of a subcommand's */

/* A column of text, which continues on further lines. */
struct column {
	FILE *out;
	int indent, at; /* at: the column that was written last */
};

static void put_word(struct column *c, const char *word, size_t n)
{
	if (c->at > c->indent && c->at + 1 + (int)n > WIDTH) {
		fprintf(c->out, "\n%*s", c->indent, "");
		c->at = c->indent;
	}
	c->at += fprintf(c->out, "%s%.*s", c->at > c->indent ? " " : "", (int)n, word);
}

static void put_text(struct column *c, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, " ");

		put_word(c, text, n);
		text += n;
		text += strspn(text, " ");
	}
}

/* A line with @left at its begin, and @text in the column after it. */
static void put_line(FILE *out, const char *left, const char *text)
{
	struct column c = { out, OPTION_TEXT, OPTION_TEXT };
	int n = fprintf(out, "  %s", left);

	if (n >= OPTION_TEXT)
		fprintf(out, "\n%*s", OPTION_TEXT, "");
	else
		fprintf(out, "%*s", OPTION_TEXT - n, "");
	put_text(&c, text);
	putc('\n', out);
}

static void put_commands(FILE *out)
{
	fputs("\nSubcommands:\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		put_line(out, command_table[i].name, command_table[i].doc);
}

static bool wanted(const struct option_desc *option, enum command command)
{
	return command == COMMANDS || option_of(option, command);
}

/* The subcommands that have an option, if not all have it: "show export: ". */
static void put_option(FILE *out, const struct option_desc *option, enum command command)
{
	bool some = command == COMMANDS && option->commands[0] && strcmp(option->commands, "records") != 0;
	char left[64], text[512];

	snprintf(left, sizeof(left), "--%s%s%s", option->name, option->value[0] ? " " : "", option->value);
	snprintf(text, sizeof(text), "%s%s%s", some ? option->commands : "", some ? ": " : "", option->doc);
	put_line(out, left, text);
}

static void put_options(FILE *out, enum command command)
{
	const char *title = NULL;

	for (const struct option_desc *o = option_table; o->doc; o++) {
		if (!o->name) {
			title = o->doc;
			continue;
		}
		if (!wanted(o, command))
			continue;
		if (title) {
			struct column c = { out, 0, 0 };

			putc('\n', out);
			put_text(&c, title);
			fputs(":\n", out);
		}
		title = NULL;
		put_option(out, o, command);
	}
}

/* The names of all types in the table of events. */
static void put_types(FILE *out)
{
	struct column c = { out, 2, 2 };

	fputs("\nTYPE is one of:\n  ", out);
	for (unsigned int i = 1; i < RW_TYPES; i++)
		if (event_desc(i))
			put_text(&c, event_desc(i)->name);
	putc('\n', out);
}

/* Whose options choose records. */
static void put_record_commands(FILE *out)
{
	struct column c = { out, 0, 0 };

	putc('\n', out);
	put_text(&c, "The options that choose records belong to:");
	for (size_t i = 0; i < COMMANDS; i++)
		if (command_table[i].records)
			put_text(&c, command_table[i].name);
	putc('\n', out);
}

static void put_about(FILE *out)
{
	struct column c = { out, 0, 0 };

	put_text(
		&c,
		"Reads Ringward's log from a capture of its serial line, a store image, a raw memory dump or an "
		"ELF core; the content tells which. It may be compressed by gzip, xz or zstd, in UTF-16, or a "
		"hex dump. FILE \"-\" is standard input. A file that cannot be read does not stop rwlog from "
		"reading the others.");
	putc('\n', out);
}

void help_print(enum command command, FILE *out)
{
	const struct command_desc *desc = command == COMMANDS ? NULL : &command_table[command];

	fprintf(out, "Usage: rwlog %s [OPTION]... %s\n", desc ? desc->name : "[SUBCOMMAND]",
		desc && !desc->many ? "FILE" : "FILE...");
	if (desc) {
		put_line(out, desc->name, desc->doc);
	} else {
		put_about(out);
		put_commands(out);
	}
	put_options(out, command);
	if (!desc)
		put_record_commands(out);
	if (!desc || desc->records)
		put_types(out);
	fputs("\nExit status; of several the last one in this list:\n", out);
	status_print(out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Command line of rwlog. */
#pragma once

#include "filter.h"
#include "input.h"

enum command {
	COMMAND_SHOW,
	COMMAND_VERIFY,
	COMMAND_STATS,
	COMMAND_EXPORT,
	COMMAND_EXTRACT,
};

struct options {
	enum command command;
	struct filter filter;
	bool all;                   /* print every problem */
	uint64_t limit;             /* bytes; 0: INPUT_LIMIT */
	bool list;                  /* only list the stores and boots */
	enum input_as as;           /* what the files are */
	struct image_choice choice; /* which store is wanted */
	const char *capture;        /* file whose lines say where the store is, or NULL */
	bool json;                  /* stats: JSON instead of a table */
	bool csv;                   /* export: CSV instead of JSON Lines */
	bool by_time;               /* show, export: sorted by time, not by number */
	const char *symbols;        /* file, or NULL */
	uint64_t kaslr;
	const char *output; /* file, or NULL */
	char **files;
	int nfiles;
	const char *maybe_command; /* the file in the place of a subcommand, or NULL */
};

/**
 * options_parse() - read the command line.
 *
 * Return: -1 to continue, or the exit status: 0 after --help and --version, 2 after printing what is wrong
 * and what would be right.
 */
int options_parse(struct options *o, int argc, char **argv);

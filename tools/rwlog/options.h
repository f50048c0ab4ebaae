/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Command line of rwlog, from the table options.def. */
#pragma once

#include "export.h"
#include "score.h"

enum command {
#define RW_COMMAND(NAME, name, RECORDS, FILES, doc) COMMAND_##NAME,
#include "options.def" // IWYU pragma: keep
	COMMANDS
};

/** enum color - likewise. */
enum color {
	COLOR_AUTO, /* on a terminal */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

struct options {
	enum command command;
	struct filter filter;
	bool all;                   /* print every problem */
	uint64_t limit;             /* bytes; 0: INPUT_LIMIT */
	bool follow;                /* show: as the records come */
	bool index;                 /* find records by the index */
	bool list;                  /* only list the stores and boots */
	enum input_as as;           /* what the files are */
	struct image_choice choice; /* which store is wanted */
	const char *capture;        /* file whose lines say where the store is, or NULL */
	bool json;                  /* JSON instead of text */
	enum export_format format;  /* export */
	bool by_time;               /* sorted by time, not by number */
	const char *since, *until;  /* as given, or NULL */
	enum color color;           /* show */
	uint64_t lines;             /* top; 0: TOP_LINES */
	bool no_pager;              /* likewise */
	const char *symbols;        /* file, or NULL */
	uint64_t kaslr;
	bool kaslr_given;
	unsigned int window;    /* learn */
	enum alphabet alphabet; /* learn */
	const char *model;      /* score: file, or NULL */
	struct score_options score;
	const char *output; /* file, or NULL */
	char **files;
	int nfiles;
	const char *maybe_command; /* the file in the place of a subcommand, or NULL */
};

/**
 * option_set() - take an option's value.
 * @value: as given; NULL if the option has none
 * @word:  which one of the words that the table lists; 0 if it lists none
 *
 * Return: whether the value is right.
 */
typedef bool option_set(struct options *o, const char *value, int word);

/** struct command_desc - a subcommand of options.def. */
struct command_desc {
	const char *name;
	bool records; /* takes the options that choose records */
	bool many;    /* takes several files */
	bool merged;  /* reads them together, by boot */
	const char *doc;
};

/** struct option_desc - an option of options.def, or, without a name, the title of those that follow. */
struct option_desc {
	const char *name, *commands, *value;
	option_set *set;
	const char *takes, *doc;
};

extern const struct command_desc command_table[COMMANDS];
extern const struct option_desc option_table[]; /* its last entry has no doc */

/** option_of() - whether a subcommand has an option. */
bool option_of(const struct option_desc *option, enum command command);

/** options_follow() - whether a capture may be read as it comes: nothing asked for needs all of it. */
bool options_follow(const struct options *o);

/**
 * options_parse() - read the command line.
 *
 * @o->filter is to be freed if the program continues.
 *
 * Return: -1 to continue, or the exit status: 0 after --help and --version, 2 after printing what is wrong
 * and what would be right.
 */
int options_parse(struct options *o, int argc, char **argv);

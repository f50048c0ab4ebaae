/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Command line of rwlog, from the table options.def. */
#define _GNU_SOURCE
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/store.h"
#include "help.h"
#include "lib/cmdline.h"
#include "lib/events.h"
#include "names.h"
#include "util.h"
#include "values.h"
#include "rw_version.h"

#define WORDS_MAX  8u
#define TEXT_LEN   256u
#define VALUE_BASE 256 /* of getopt_long(): no letter */

enum {
	ANY,
	RECORDS,
	ONE = 0,
	EACH,
	MERGED
}; /* words of options.def */

const struct command_desc command_table[COMMANDS] = {
#define RW_COMMAND(NAME, name, RECORDS, FILES, doc) \
	{ name, (RECORDS) != 0, (FILES) != ONE, (FILES) == MERGED, doc },
#include "options.def"
};

const struct option_desc option_table[] = {
#define RW_SECTION(title)                                 { .doc = (title) },
#define RW_OPTION(name, commands, value, set, takes, doc) { name, commands, value, set, takes, doc },
#include "options.def"
	{ .doc = NULL },
};

#define OPTIONS (ARRAY_SIZE(option_table) - 1) /* titles included */

/* Prints one line about a mistake. Return: the exit status. */
static int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int usage(const char *fmt, ...)
{
	va_list ap;

	fputs("rwlog: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("; see rwlog --help\n", stderr);
	return STATUS_USAGE;
}

/* The number of @word among @n characters' worth of words separated by @between, or -1. */
static int number_of_word(const char *list, char between, const char *word)
{
	size_t len = strlen(word);

	for (int i = 0;; i++) {
		const char *end = strchrnul(list, between);

		if ((size_t)(end - list) == len && memcmp(list, word, len) == 0)
			return i;
		if (!*end)
			return -1;
		list = end + 1;
	}
}

bool option_of(const struct option_desc *option, enum command command)
{
	const struct command_desc *desc = &command_table[command];

	if (!option->commands[0])
		return true;
	if (strcmp(option->commands, "records") == 0)
		return desc->records;
	return number_of_word(option->commands, ' ', desc->name) >= 0;
}

/* The known names of types or verdicts; all: separated by blanks. */
struct names {
	const char *name[RW_TYPES];
	size_t n;
	char all[2048];
};

static void names_add(struct names *l, const char *name)
{
	size_t used = strlen(l->all);

	if (!name || l->n == ARRAY_SIZE(l->name))
		return;
	l->name[l->n++] = name;
	snprintf(l->all + used, sizeof(l->all) - used, " %s", name);
}

static int unknown_name(const char *what, const struct names *known, const char *word)
{
	const char *near = cmdline_nearest(word, known->name, known->n);

	return usage("--%s: unknown value \"%s\"%s%s; known are:%s", what, word,
		     near ? ", the nearest is " : "", near ? near : "", known->all);
}

static int wrong_type(const char *list)
{
	struct names known = { .n = 0 };
	char word[64];

	filter_wrong_word(filter_types, list, word, sizeof(word));
	for (unsigned int type = 1; type < RW_TYPES; type++)
		names_add(&known, event_desc(type) ? event_desc(type)->name : NULL);
	return unknown_name("type", &known, word);
}

static int wrong_class(const char *list)
{
	struct names known = { .n = 0 };
	char word[64];

	filter_wrong_word(filter_classes, list, word, sizeof(word));
	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++)
		names_add(&known, class_desc(i)->name);
	return unknown_name("class", &known, word);
}

static int wrong_verdict(const char *list)
{
	struct names known = { .n = 0 };
	char word[64];

	filter_wrong_word(filter_verdicts, list, word, sizeof(word));
	for (unsigned int verdict = 0; verdict < RW_VERDICT_COUNT; verdict++)
		names_add(&known, name_of_verdict(verdict));
	return unknown_name("verdict", &known, word);
}

/* Whether the value is one of several words: they are in lower case. */
static bool has_words(const struct option_desc *d)
{
	return strchr(d->value, '|') && d->value[0] >= 'a' && d->value[0] <= 'z';
}

/* "a, b or c" of the words of "a|b|c"; the one nearest to @value first, if there is one. */
static int wrong_word(const struct option_desc *d, const char *value)
{
	char words[TEXT_LEN], text[TEXT_LEN] = "";
	const char *word[WORDS_MAX], *near;
	char *save = NULL;
	size_t n = 0;

	snprintf(words, sizeof(words), "%s", d->value);
	for (char *w = strtok_r(words, "|", &save); w && n < WORDS_MAX; w = strtok_r(NULL, "|", &save))
		word[n++] = w;
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s%s", i == 0 ? "" : (i + 1 == n ? " or " : ", "),
			 word[i]);
	}
	near = cmdline_nearest(value, word, n);
	return usage("--%s: wrong value \"%s\"%s%s: it takes %s", d->name, value,
		     near ? ", the nearest is " : "", near ? near : "", text);
}

static int wrong_value(const struct option_desc *d, const char *value)
{
	if (has_words(d))
		return wrong_word(d, value);
	if (d->set == set_type)
		return wrong_type(value);
	if (d->set == set_class)
		return wrong_class(value);
	if (d->set == set_verdict)
		return wrong_verdict(value);
	return usage("--%s: wrong value \"%s\": it takes %s", d->name, value, d->takes);
}

/* Return: -1, or the exit status if the value is wrong. */
static int take_option(struct options *o, const struct option_desc *d, const char *value)
{
	int word = has_words(d) ? number_of_word(d->value, '|', value) : 0;

	if (word < 0 || !d->set(o, value, word))
		return wrong_value(d, value);
	return -1;
}

/* Whether a word may be meant as a subcommand: letters only, and no file of that name. */
static bool like_command(const char *word)
{
	return *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] && access(word, F_OK) != 0;
}

/* Takes the subcommand off the command line. Return: -1, or the exit status if it is misspelt. */
static int take_command(struct options *o, bool *given, int *argc, char ***argv)
{
	const char *word = *argc > 1 ? (*argv)[1] : "", *near, *name[COMMANDS];

	for (size_t i = 0; i < COMMANDS; i++) {
		name[i] = command_table[i].name;
		if (strcmp(word, name[i]) != 0)
			continue;
		o->command = (enum command)i;
		*given = true;
		(*argc)--;
		(*argv)++;
		return -1;
	}
	if (!like_command(word))
		return -1;
	near = cmdline_nearest(word, name, COMMANDS);
	if (near)
		return usage("unknown subcommand \"%s\", and no file has that name; the nearest is %s", word,
			     near);
	o->maybe_command = word;
	return -1;
}

static int bad_option(const struct options *o, const struct option *own, const char *word, bool missing)
{
	size_t n = strcspn(word, "=");
	char text[TEXT_LEN];

	for (const struct option_desc *d = option_table; d->doc && n > 2; d++)
		if (d->name && !option_of(d, o->command) && strlen(d->name) == n - 2 &&
		    strncmp(word + 2, d->name, n - 2) == 0)
			return usage("%s has no option --%s", command_table[o->command].name, d->name);
	cmdline_bad_option(text, sizeof(text), own, word, missing);
	return usage("%s", text);
}

bool options_follow(const struct options *o)
{
	return !o->list && !o->capture && !o->choice.boot && !o->choice.have_at && o->as != INPUT_AS_MEMORY &&
	       !o->by_time && !o->index && (!o->symbols || o->kaslr_given);
}

static int check(const struct options *o)
{
	const struct command_desc *desc = &command_table[o->command];

	if (o->nfiles == 0)
		return usage("no FILE");
	if (o->nfiles > 1 && !desc->many)
		return usage("%s takes one FILE", desc->name);
	if (o->command == COMMAND_EXTRACT && !o->output)
		return usage("extract needs --output");
	if (o->command == COMMAND_SCORE && !o->model)
		return usage("score needs --model");
	if (o->output && !*o->output)
		return usage("--output: needs the name of a file");
	if (o->follow && o->nfiles > 1)
		return usage("--follow takes one FILE");
	if (o->follow && (o->list || o->capture || o->choice.boot || o->choice.have_at ||
			  o->as == INPUT_AS_MEMORY || o->by_time))
		return usage("--follow reads a capture as it comes, without --list, --boot, --at, --capture, "
			     "--sort time and --as memory");
	if (o->index && (o->follow || o->list || o->capture || o->choice.boot || o->choice.have_at || o->as))
		return usage("--index chooses the store by itself, without --follow, --list, --boot, --at, "
			     "--capture and --as");
	if (o->index && (!o->filter.list[FILTER_PID].nwanted || filter_has(&o->filter, FILTER_EXE)))
		return usage("--index finds the records of processes: it needs --pid, and no --exe");
	if (o->follow && o->symbols && !o->kaslr_given)
		return usage("--follow with --symbols needs --kaslr: the offset is found by records, which "
			     "are still to come");
	if (o->kaslr_given && !o->symbols)
		return usage("--kaslr needs --symbols");
	return -1;
}

/* The subcommand's options, for getopt_long(): the value says the place in the table. */
static void list_options(enum command command, struct option own[OPTIONS + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_desc *d = &option_table[i];
		int has = d->name && d->value[0] ? required_argument : no_argument;

		if (d->name && option_of(d, command))
			own[n++] = (struct option){ d->name, has, NULL, VALUE_BASE + (int)i };
	}
	own[n] = (struct option){ NULL, 0, NULL, 0 };
}

/* --help and --version. Return: the exit status. */
static int inform(enum command command, bool version)
{
	if (version)
		printf("rwlog %s (Ringward), for logs of format %u\n", RW_VERSION, RW_STORE_VERSION);
	else
		help_print(command, stdout);
	return fflush(stdout) == 0 ? STATUS_GOOD : STATUS_USAGE;
}

static bool is(const struct option_desc *d, const char *name)
{
	return strcmp(d->name, name) == 0;
}

static int parse(struct options *o, int argc, char **argv)
{
	struct option own[OPTIONS + 1];
	bool given = false;
	int id, status;

	*o = (struct options){
		.command = COMMAND_SHOW, .filter = FILTER_ALL, .window = WINDOW_DEFAULT, .score.threshold = 1
	};
	status = take_command(o, &given, &argc, &argv);
	if (status >= 0)
		return status;
	list_options(o->command, own);
	optind = 0;
	opterr = 0;
	while ((id = getopt_long(argc, argv, ":h", own, NULL)) != -1) {
		const struct option_desc *d = &option_table[id < VALUE_BASE ? 0 : id - VALUE_BASE];

		if (id == '?' || id == ':')
			return bad_option(o, own, argv[optind - 1], id == ':');
		if (id == 'h' || is(d, "help") || is(d, "version"))
			return inform(given ? o->command : COMMANDS, id != 'h' && is(d, "version"));
		status = take_option(o, d, optarg);
		if (status >= 0)
			return status;
	}
	o->files = argv + optind;
	o->nfiles = argc - optind;
	return check(o);
}

int options_parse(struct options *o, int argc, char **argv)
{
	int status = parse(o, argc, argv);

	if (status >= 0)
		filter_free(&o->filter);
	return status;
}

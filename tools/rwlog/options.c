/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Command line of rwlog. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "abi/store.h"
#include "lib/cmdline.h"
#include "lib/events.h"
#include "names.h"
#include "status.h"
#include "util.h"
#include "rw_version.h"

static const char *const command_names[] = { "show", "verify", "stats", "export", "extract" };

/* The help before the list of record types, and after it. */
static const char help[] =
	"Usage: rwlog [show|verify|stats|export|extract] [OPTION]... FILE...\n"
	"Reads Ringward's log from a capture of its serial line, a store image, a raw memory dump or an\n"
	"ELF core; the content tells which. It may be compressed by gzip, xz or zstd, in UTF-16, or a hex\n"
	"dump. FILE \"-\" is standard input.\n"
	"\n"
	"  show     one line per record, for people (the default)\n"
	"  verify   check that the log is complete and undamaged; name the first bad place\n"
	"  stats    the hypervisor's counters, from a capture; how much of the store each class uses\n"
	"  export   for programs: JSON Lines, one object per record, or CSV, one line per record\n"
	"  extract  write a store image, from a capture's last complete dump or from a memory dump\n"
	"\n"
	"  --list                  only print which boots and stores there are\n"
	"  --boot ID               read this boot only: its id, or the first digits\n"
	"  --at ADDRESS            read the store at this guest-physical address, as the loader printed it\n"
	"  --capture FILE          read the store in memory that lies where the loader says in this capture\n"
	"  --all                   print every problem; without it, the worst ones\n"
	"  --limit MIB             how much may come out of a pipe, a device or a compressed file: 512\n"
	"  --as capture|memory     what the files are, where both could be\n"
	"show and export:\n"
	"  --type TYPE[,TYPE]...   ";

static const char help_rest[] =
	"  --pid N                 of a thread or a process\n"
	"  --comm NAME             the whole name\n"
	"  --loginuid N            the user who logged in; 4294967295: nobody did\n"
	"  --cgroup N              the cgroup's id\n"
	"  --path TEXT             part of a path\n"
	"  --since T, --until T    a date as show prints it, or its begin (UTC, or with +HH:MM at its end); now,\n"
	"                          today, yesterday, -90s, -10m, -1h, -2d; or seconds since the\n"
	"                          hypervisor's start, such as 1.5\n"
	"  --seq A-B               numbers of records; also A, A- and -B\n"
	"  --verdict VERDICT       allow deny skip fault stop none\n"
	"  --sort seq|time         by number, in the order in which the store took them (this is the default),\n"
	"                          or by the time of the event\n"
	"show:\n"
	"  --symbols FILE          System.map or kallsyms of the guest's kernel, for names of code\n"
	"  --kaslr OFFSET          how far above that file's addresses the kernel ran\n"
	"stats:   --format text|json   text is the default\n"
	"export:  --format jsonl|csv   jsonl is the default\n"
	"extract: --output FILE        required; \"-\" is standard output. An existing file is replaced\n"
	"                              when the image is complete, and keeps its owner and mode\n"
	"\n"
	"  -h, --help                  this text\n"
	"  --version                   the version of rwlog and of the log format that it reads\n"
	"\n"
	"A file that cannot be read does not stop rwlog from reading the others.\n"
	"Exit status; of several the last one in this list:\n";

#define HELP_INDENT 26
#define HELP_WIDTH  96

/* The names of all types in the table of events. */
static void print_types(void)
{
	int column = HELP_INDENT;

	for (unsigned int i = 1; i < RW_TYPES; i++) {
		const struct event_desc *event = event_desc(i);
		int len = event ? (int)strlen(event->name) + 1 : 0;

		if (!event)
			continue;
		if (column + len > HELP_WIDTH) {
			printf("\n%*s", HELP_INDENT, "");
			column = HELP_INDENT;
		}
		printf("%s%s", column > HELP_INDENT ? " " : "", event->name);
		column += len;
	}
	putchar('\n');
}

static void print_help(void)
{
	fputs(help, stdout);
	print_types();
	fputs(help_rest, stdout);
	status_print(stdout);
}

enum option_id {
	OPT_HELP = 'h',
	OPT_VERSION = 256,
	OPT_ALL,
	OPT_LIMIT,
	OPT_LIST,
	OPT_AS,
	OPT_AT,
	OPT_BOOT,
	OPT_CAPTURE,
	OPT_TYPE,
	OPT_PID,
	OPT_COMM,
	OPT_LOGINUID,
	OPT_CGROUP,
	OPT_PATH,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_SEQ,
	OPT_VERDICT,
	OPT_SORT,
	OPT_SYMBOLS,
	OPT_KASLR,
	OPT_FORMAT,
	OPT_OUTPUT,
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "as", required_argument, NULL, OPT_AS },
	{ "at", required_argument, NULL, OPT_AT },
	{ "boot", required_argument, NULL, OPT_BOOT },
	{ "capture", required_argument, NULL, OPT_CAPTURE },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "comm", required_argument, NULL, OPT_COMM },
	{ "loginuid", required_argument, NULL, OPT_LOGINUID },
	{ "cgroup", required_argument, NULL, OPT_CGROUP },
	{ "path", required_argument, NULL, OPT_PATH },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "seq", required_argument, NULL, OPT_SEQ },
	{ "verdict", required_argument, NULL, OPT_VERDICT },
	{ "sort", required_argument, NULL, OPT_SORT },
	{ "symbols", required_argument, NULL, OPT_SYMBOLS },
	{ "kaslr", required_argument, NULL, OPT_KASLR },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ NULL, 0, NULL, 0 },
};

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
	return 2;
}

static bool parse_offset(uint64_t *v, const char *s)
{
	char *end;

	errno = 0;
	*v = strtoull(s, &end, 0);
	return !errno && end != s && !*end && *s != '-' && *s != ' ' && *s != '\t';
}

static bool parse_format(struct options *o, const char *s)
{
	if (o->command == COMMAND_STATS) {
		o->json = strcmp(s, "json") == 0;
		return o->json || strcmp(s, "text") == 0;
	}
	o->csv = strcmp(s, "csv") == 0;
	return o->csv || strcmp(s, "jsonl") == 0;
}

static bool parse_sort(struct options *o, const char *s)
{
	o->by_time = strcmp(s, "time") == 0;
	return o->by_time || strcmp(s, "seq") == 0;
}

/* Whether the command has the option. */
static bool belongs(enum command c, int id)
{
	switch (id) {
	case OPT_HELP:
	case OPT_VERSION:
	case OPT_ALL:
	case OPT_LIMIT:
	case OPT_LIST:
	case OPT_AS:
	case OPT_AT:
	case OPT_BOOT:
	case OPT_CAPTURE:
		return true;
	case OPT_SYMBOLS:
	case OPT_KASLR:
		return c == COMMAND_SHOW;
	case OPT_FORMAT:
		return c == COMMAND_STATS || c == COMMAND_EXPORT;
	case OPT_OUTPUT:
		return c == COMMAND_EXTRACT;
	default:
		return c == COMMAND_SHOW || c == COMMAND_EXPORT;
	}
}

static bool parse_as(struct options *o, const char *s)
{
	if (strcmp(s, "capture") == 0)
		o->as = INPUT_AS_CAPTURE;
	else if (strcmp(s, "memory") == 0)
		o->as = INPUT_AS_MEMORY;
	return o->as != INPUT_AS_IT_LOOKS;
}

static bool parse_boot(struct options *o, const char *s)
{
	size_t len = strlen(s);

	o->choice.boot = s;
	return len && len < TEXT_BOOT_LEN && !s[strspn(s, "0123456789abcdef")];
}

static bool parse_limit(struct options *o, const char *s)
{
	uint64_t mib = 0;

	if (!parse_offset(&mib, s) || mib == 0 || mib >= UINT64_C(1) << 43)
		return false;
	o->limit = mib << 20;
	return true;
}

static bool set_option(struct options *o, int id, const char *value)
{
	switch (id) {
	case OPT_ALL:
		o->all = true;
		return true;
	case OPT_LIMIT:
		return parse_limit(o, value);
	case OPT_LIST:
		o->list = true;
		return true;
	case OPT_AS:
		return parse_as(o, value);
	case OPT_AT:
		o->choice.have_at = true;
		return parse_offset(&o->choice.at, value);
	case OPT_BOOT:
		return parse_boot(o, value);
	case OPT_CAPTURE:
		o->capture = value;
		return true;
	case OPT_TYPE:
		return filter_types(&o->filter, value);
	case OPT_PID:
		return filter_pid(&o->filter, value);
	case OPT_COMM:
		o->filter.comm = value;
		return true;
	case OPT_LOGINUID:
		return filter_loginuid(&o->filter, value);
	case OPT_CGROUP:
		return filter_cgroup(&o->filter, value);
	case OPT_PATH:
		o->filter.path = value;
		return true;
	case OPT_SINCE:
		return when_parse(&o->filter.since, value, (uint64_t)time(NULL));
	case OPT_UNTIL:
		return when_parse(&o->filter.until, value, (uint64_t)time(NULL));
	case OPT_SEQ:
		return filter_seq(&o->filter, value);
	case OPT_VERDICT:
		return filter_verdict(&o->filter, value);
	case OPT_SORT:
		return parse_sort(o, value);
	case OPT_SYMBOLS:
		o->symbols = value;
		return true;
	case OPT_KASLR:
		return parse_offset(&o->kaslr, value);
	case OPT_FORMAT:
		return parse_format(o, value);
	default:
		o->output = value;
		return true;
	}
}

/* The known names of types or verdicts; all: separated by blanks. */
struct names {
	const char *name[256];
	size_t n;
	char all[1024];
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

/* Reports the first word of the list that is not a type. */
static int wrong_type(const char *list)
{
	struct names known = { .n = 0 };
	char word[64];

	filter_wrong_type(list, word, sizeof(word));
	for (unsigned int type = 1; type < RW_TYPES; type++)
		names_add(&known, event_desc(type) ? event_desc(type)->name : NULL);
	return unknown_name("type", &known, word);
}

static int wrong_verdict(const char *word)
{
	struct names known = { .n = 0 };

	for (unsigned int verdict = 0; verdict < RW_VERDICT_COUNT; verdict++)
		names_add(&known, name_of_verdict(verdict));
	return unknown_name("verdict", &known, word);
}

/* What an option takes, if not one of a list of names. */
static const char *takes(const struct options *o, int id)
{
	switch (id) {
	case OPT_AS:
		return "capture or memory";
	case OPT_LIMIT:
		return "a number of MiB, such as 4096";
	case OPT_AT:
		return "a guest-physical address, such as 0x7e000000";
	case OPT_BOOT:
		return "a boot's id, or the first of its digits: 0-9 and a-f";
	case OPT_PID:
		return "the number of a thread or process";
	case OPT_LOGINUID:
		return "the number of a user";
	case OPT_CGROUP:
		return "the id of a cgroup, a number";
	case OPT_SINCE:
	case OPT_UNTIL:
		return "seconds since the hypervisor's start, a date as show prints it, today, yesterday, or -1h";
	case OPT_SEQ:
		return "A-B, A, A- or -B, with A not above B";
	case OPT_SORT:
		return "seq or time";
	case OPT_KASLR:
		return "an offset, such as 0x1e000000";
	default:
		return o->command == COMMAND_STATS ? "text or json" : "jsonl or csv";
	}
}

static int wrong_value(const struct options *o, int id, const char *name, const char *value)
{
	if (id == OPT_TYPE)
		return wrong_type(value);
	if (id == OPT_VERDICT)
		return wrong_verdict(value);
	return usage("--%s: wrong value \"%s\": it takes %s", name, value, takes(o, id));
}

/* Whether a word may be meant as a subcommand: letters only, and no file of that name. */
static bool like_command(const char *word)
{
	return *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] && access(word, F_OK) != 0;
}

/* Takes the subcommand off the command line. Return: -1, or the exit status if it is misspelt. */
static int take_command(struct options *o, int *argc, char ***argv)
{
	const char *word = *argc > 1 ? (*argv)[1] : "", *near;

	for (size_t i = 0; i < ARRAY_SIZE(command_names); i++) {
		if (strcmp(word, command_names[i]) == 0) {
			o->command = (enum command)i;
			(*argc)--;
			(*argv)++;
			return -1;
		}
	}
	if (!like_command(word))
		return -1;
	near = cmdline_nearest(word, command_names, ARRAY_SIZE(command_names));
	if (near)
		return usage("unknown subcommand \"%s\", and no file has that name; the nearest is %s", word,
			     near);
	o->maybe_command = word;
	return -1;
}

static int bad_option(const struct options *o, const struct option *own, const char *word, bool missing)
{
	size_t n = strcspn(word, "=");
	char text[256];

	for (const struct option *all = long_options; all->name && n > 2; all++)
		if (!belongs(o->command, all->val) && strlen(all->name) == n - 2 &&
		    strncmp(word + 2, all->name, n - 2) == 0)
			return usage("%s has no option --%s", command_names[o->command], all->name);
	cmdline_bad_option(text, sizeof(text), own, word, missing);
	return usage("%s", text);
}

/* --help and --version. Return: the exit status. */
static int inform(int id)
{
	if (id == OPT_HELP)
		print_help();
	else
		printf("rwlog %s (Ringward), for logs of format %u\n", RW_VERSION, RW_STORE_VERSION);
	return fflush(stdout) == 0 ? 0 : 2;
}

static int check(const struct options *o)
{
	if (o->nfiles == 0)
		return usage("no FILE");
	if (o->nfiles > 1 && (o->command == COMMAND_STATS || o->command == COMMAND_EXTRACT))
		return usage("%s takes one FILE", command_names[o->command]);
	if (o->command == COMMAND_EXTRACT && !o->output)
		return usage("extract needs --output");
	if (o->output && !*o->output)
		return usage("--output: needs the name of a file");
	if (o->kaslr && !o->symbols)
		return usage("--kaslr needs --symbols");
	return -1;
}

int options_parse(struct options *o, int argc, char **argv)
{
	struct option own[ARRAY_SIZE(long_options)] = { 0 };
	int id, index = 0, status;
	size_t n = 0;

	*o = (struct options){ .command = COMMAND_SHOW, .filter = FILTER_ALL };
	status = take_command(o, &argc, &argv);
	if (status >= 0)
		return status;
	for (const struct option *all = long_options; all->name; all++)
		if (belongs(o->command, all->val))
			own[n++] = *all;
	optind = 0;
	opterr = 0;
	while ((id = getopt_long(argc, argv, ":h", own, &index)) != -1) {
		if (id == OPT_HELP || id == OPT_VERSION)
			return inform(id);
		if (id == '?' || id == ':')
			return bad_option(o, own, argv[optind - 1], id == ':');
		if (!set_option(o, id, optarg))
			return wrong_value(o, id, own[index].name, optarg);
	}
	o->files = argv + optind;
	o->nfiles = argc - optind;
	return check(o);
}

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

#include "abi/store.h"
#include "util.h"

static const char *const command_names[] = { "show", "verify", "stats", "export", "extract" };

/* Up to where the types of records are listed, and from there on. */
static const char help[] =
	"Usage: rwlog [show|verify|stats|export|extract] [OPTION]... FILE...\n"
	"Reads Ringward's log from a capture of its serial line, a store image, a raw memory dump or an\n"
	"ELF core; which one it is follows from its content. FILE \"-\" is standard input.\n"
	"\n"
	"  show     one line a record, for people (this is the default)\n"
	"  verify   is everything there, and as it was written? names the first bad place\n"
	"  stats    the hypervisor's counters, from a capture\n"
	"  export   for programs: JSON Lines, one object a record, or CSV, one line a record\n"
	"  extract  write a store image, from a capture's last complete dump or from a memory dump\n"
	"\n"
	"show and export:\n"
	"  --type TYPE[,TYPE]...   ";

static const char help_rest[] =
	"  --pid N                 of a thread or a process\n"
	"  --comm NAME             the whole name\n"
	"  --path TEXT             part of a path\n"
	"  --since S, --until S    seconds since the hypervisor's start\n"
	"  --seq A-B               numbers of records; also A, A- and -B\n"
	"  --verdict VERDICT       allow deny skip fault stop none\n"
	"show:\n"
	"  --symbols FILE          System.map or kallsyms of the guest's kernel, for names of code\n"
	"  --kaslr OFFSET          how far the kernel lay above the addresses in that file\n"
	"stats:   --format text|json   text is the default\n"
	"export:  --format jsonl|csv   jsonl is the default\n"
	"extract: --output FILE        required\n"
	"\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 all is well; 1 something is wrong with the log or missing in it; 2 wrong usage, a\n"
	"file that cannot be read, or one that holds no log of Ringward; 3 a log that another version of\n"
	"Ringward wrote.\n";

#define HELP_INDENT 26
#define HELP_WIDTH  96

/* The names of all types that the table of events has. */
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
}

enum option_id {
	OPT_HELP = 256,
	OPT_VERSION,
	OPT_TYPE,
	OPT_PID,
	OPT_COMM,
	OPT_PATH,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_SEQ,
	OPT_VERDICT,
	OPT_SYMBOLS,
	OPT_KASLR,
	OPT_FORMAT,
	OPT_OUTPUT,
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "comm", required_argument, NULL, OPT_COMM },
	{ "path", required_argument, NULL, OPT_PATH },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "seq", required_argument, NULL, OPT_SEQ },
	{ "verdict", required_argument, NULL, OPT_VERDICT },
	{ "symbols", required_argument, NULL, OPT_SYMBOLS },
	{ "kaslr", required_argument, NULL, OPT_KASLR },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ NULL, 0, NULL, 0 },
};

static int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int usage(const char *fmt, ...)
{
	va_list ap;

	fputs("rwlog: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("; try rwlog --help\n", stderr);
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

/* Whether the command has the option. */
static bool belongs(enum command c, int id)
{
	switch (id) {
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

static bool set_option(struct options *o, int id, const char *value)
{
	switch (id) {
	case OPT_TYPE:
		return filter_types(&o->filter, value);
	case OPT_PID:
		return filter_pid(&o->filter, value);
	case OPT_COMM:
		o->filter.comm = value;
		return true;
	case OPT_PATH:
		o->filter.path = value;
		return true;
	case OPT_SINCE:
		return filter_seconds(&o->filter.since, value);
	case OPT_UNTIL:
		return filter_seconds(&o->filter.until, value);
	case OPT_SEQ:
		return filter_seq(&o->filter, value);
	case OPT_VERDICT:
		return filter_verdict(&o->filter, value);
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

static void take_command(struct options *o, int *argc, char ***argv)
{
	for (size_t i = 0; *argc > 1 && i < ARRAY_SIZE(command_names); i++) {
		if (strcmp((*argv)[1], command_names[i]) == 0) {
			o->command = (enum command)i;
			(*argc)--;
			(*argv)++;
			return;
		}
	}
}

int options_parse(struct options *o, int argc, char **argv)
{
	int id, index = 0;

	*o = (struct options){ .command = COMMAND_SHOW, .filter = FILTER_ALL };
	take_command(o, &argc, &argv);
	optind = 0;
	opterr = 0;
	while ((id = getopt_long(argc, argv, ":", long_options, &index)) != -1) {
		if (id == OPT_HELP || id == OPT_VERSION) {
			if (id == OPT_HELP)
				print_help();
			else
				printf("rwlog of Ringward, for logs of format %u\n", RW_STORE_VERSION);
			return fflush(stdout) == 0 ? 0 : 2;
		}
		if (id == '?' || id == ':')
			return usage(id == '?' ? "unknown option %s" : "option %s needs a value",
				     argv[optind - 1]);
		if (!belongs(o->command, id))
			return usage("%s has no option --%s", command_names[o->command],
				     long_options[index].name);
		if (!set_option(o, id, optarg))
			return usage("--%s: wrong value \"%s\"", long_options[index].name, optarg);
	}
	o->files = argv + optind;
	o->nfiles = argc - optind;
	if (o->nfiles == 0)
		return usage("no FILE");
	if (o->nfiles > 1 && (o->command == COMMAND_STATS || o->command == COMMAND_EXTRACT))
		return usage("%s takes one FILE", command_names[o->command]);
	if (o->command == COMMAND_EXTRACT && !o->output)
		return usage("extract needs --output");
	if (o->kaslr && !o->symbols)
		return usage("--kaslr needs --symbols");
	return -1;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// rwpolicy: checks ringward.conf, monitor.conf and policy.conf with the loader's own parsers, on any machine.
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/config.h"
#include "explain.h"
#include "learn.h"
#include "lib/access_conf.h"
#include "lib/cmdline.h"
#include "lib/events.h"
#include "lib/monitor_conf.h"
#include "rw_version.h"
#include "trust.h"

#define STATUS_ERRORS 1
#define STATUS_USAGE  2

static const char usage_text[] =
	"usage: rwpolicy [--as KIND] check FILE...\n"
	"       rwpolicy explain FILE --path PATH --uid UID [--access rwax]\n"
	"       rwpolicy learn LOG... [--access rwax]\n"
	"       rwpolicy trust FILE...\n"
	"       rwpolicy events\n"
	"       rwpolicy lines\n"
	"       rwpolicy default\n"
	"\n"
	"  check     report every error and every line that can never decide: FILE:LINE:COLUMN: ...\n"
	"  explain   which line of a policy.conf decides whether a user may access a file, and why\n"
	"  learn     propose a policy.conf: what recorded logs show is allowed, nothing else\n"
	"  trust     the lines of a policy.conf that trust programs with all libraries; nothing is run\n"
	"  events    the events that lines of monitor.conf can be about, and the conditions that each can have\n"
	"  lines     the lines that a policy.conf can have, and the doors that it can name\n"
	"  default   the monitor.conf that holds where there is no file\n"
	"\n"
	"  --as KIND   what the files are: ringward, monitor or policy; without it, their names say\n"
	"              so: ringward.conf, monitor.conf or policy.conf, whatever stands before\n"
	"  --path PATH explain: the file, as an absolute path\n"
	"  --uid UID   explain: the user, as a number\n"
	"  --access A  explain, learn: letters: r read, w write, a append, x execute; without it, all\n"
	"  -h, --help  this text\n"
	"  --version   the version of rwpolicy\n"
	"\n"
	"Exit status: 0 the loader accepts each file, warnings or not; 1 there are errors; 2 wrong usage, or a file\n"
	"that cannot be read.\n";

static const char *const commands[] = { "check", "default", "events", "explain", "learn", "lines", "trust" };

static int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int usage(const char *fmt, ...)
{
	va_list args;

	fputs("rwpolicy: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("; rwpolicy --help says more\n", stderr);
	return STATUS_USAGE;
}

static int fail(const char *what)
{
	fprintf(stderr, "rwpolicy: %s: %s\n", what, strerror(errno));
	return STATUS_USAGE;
}

/* Which parser reads a file. */
struct kind {
	const char *name, *file;
	size_t max; /* bytes; the parser itself refuses more */
	void (*check)(const char *text, size_t size, struct conf_file *file);
};

static void check_ringward(const char *text, size_t size, struct conf_file *file)
{
	struct config config;

	config_read(&config, text, size, file);
}

static void check_monitor(const char *text, size_t size, struct conf_file *file)
{
	static struct monitor_conf conf;
	static uint64_t image[MONITOR_IMAGE_MAX / sizeof(uint64_t)];

	if (!monitor_parse(&conf, text, size, file))
		monitor_build(&conf, image);
}

static struct access_conf access_conf;
static uint64_t access_image[ACCESS_IMAGE_MAX / sizeof(uint64_t) + 1];

static void check_access(const char *text, size_t size, struct conf_file *file)
{
	if (!access_parse(&access_conf, text, size, file, RW_ACCESS_SUPPORTED))
		access_build(&access_conf, access_image);
}

static const struct kind kinds[] = {
	{ "ringward", CONFIG_NAME, CONFIG_FILE_MAX, check_ringward },
	{ "monitor", MONITOR_NAME, MONITOR_FILE_MAX, check_monitor },
	{ "policy", ACCESS_NAME, ACCESS_FILE_MAX, check_access },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void report(void *context, const struct conf_report *r)
{
	const char *path = context;

	if (r->line)
		printf("%s:%u:%u: ", path, r->line, r->column);
	else
		printf("%s: ", path);
	printf("%s: %s\n", r->warning ? "warning" : "error", r->text);
}

/* Return: the file's kind, @as or by its name; NULL if neither says. */
static const struct kind *kind_of(const char *path, const char *as)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < KINDS; i++)
		if (as ? strcmp(as, kinds[i].name) == 0 : strcmp(name, kinds[i].file) == 0)
			return &kinds[i];
	return NULL;
}

/* Reads up to one byte more than @max, so that the parser sees that a file is too long. */
static char *read_file(const char *path, size_t max, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *text = malloc(max + 1);

	if (!f || !text) {
		fail(path);
		free(text);
		if (f)
			fclose(f);
		return NULL;
	}
	*size = fread(text, 1, max + 1, f);
	if (ferror(f)) {
		fail(path);
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

static int check_file(const char *path, const char *as)
{
	const struct kind *kind = kind_of(path, as);
	struct conf_file file = { .report = report, .context = (void *)path };
	size_t size;
	char *text;

	if (!kind)
		return usage("%s: not " CONFIG_NAME ", " MONITOR_NAME " or " ACCESS_NAME
			     ": --as ringward, --as monitor or --as policy",
			     path);
	text = read_file(path, kind->max, &size);
	if (!text)
		return STATUS_USAGE;
	kind->check(text, size, &file);
	free(text);
	if (!file.errors && !file.warnings)
		printf("%s: good\n", path);
	else
		printf("%s: %u errors, %u warnings\n", path, file.errors, file.warnings);
	return file.errors ? STATUS_ERRORS : 0;
}

static int check(char **paths, const char *as)
{
	int ret = 0;

	for (; *paths; paths++) {
		int one = check_file(*paths, as);

		if (one > ret)
			ret = one;
	}
	return ret;
}

/* Prints the answers. Return: NULL, or what is wrong with the question. */
static const char *explain_conf(const char *path, const struct explain_query *query)
{
	uint32_t kinds = explain_kinds(query->access);
	struct explained e;
	struct access a;

	if (!kinds)
		return "--access: letters of rwax are wanted";
	if (access_open(&a, access_image, access_build(&access_conf, access_image)))
		return "the image is not good"; /* cannot happen: the loader relies on it as well */
	for (unsigned int kind = 0; kind < RW_RIGHTS; kind++) {
		const char *wrong;

		if (!(kinds >> kind & 1))
			continue;
		wrong = explain(&a, query, kind, &e);
		if (wrong)
			return wrong;
		explain_print(query, &e, path);
	}
	return NULL;
}

/* Errors of the file come first: without them, the answer. */
static int explain_file(const char *path, const struct explain_query *query)
{
	struct conf_file file = { .report = report, .context = (void *)path };
	const char *wrong = NULL;
	size_t size;
	char *text;

	if (!query->path || !query->uid)
		return usage("explain needs --path and --uid");
	text = read_file(path, ACCESS_FILE_MAX, &size);
	if (!text)
		return STATUS_USAGE;
	if (!access_parse(&access_conf, text, size, &file, RW_ACCESS_SUPPORTED))
		wrong = explain_conf(path, query);
	free(text);
	if (wrong)
		return usage("explain: %s", wrong);
	return file.errors ? STATUS_ERRORS : 0;
}

static int learn_logs(char **logs, const char *access)
{
	uint32_t learnt = explain_kinds(access);

	if (!*logs)
		return usage("learn: no log");
	return learnt ? learn(logs, learnt) : usage("--access: letters of rwax are wanted");
}

static void list_events(void)
{
	printf("%-16s %-8s %s\n", "EVENT", "CLASS", "CONDITIONS");
	for (unsigned int type = 0; type < RW_MONITOR_TYPES; type++) {
		uint32_t keys;

		if (!monitor_is_free(type))
			continue;
		printf("%-16s %-8s", event_desc(type)->name, class_desc(event_desc(type)->class)->name);
		keys = monitor_keys_of(type);
		for (unsigned int key = 0; key < RW_MONITOR_KEY_COUNT; key++)
			if (keys >> key & 1)
				printf(" %s", monitor_key_name(key));
		putchar('\n');
	}
}

static void list_line(const char *line, uint32_t needs)
{
	if (needs & ~RW_ACCESS_SUPPORTED)
		printf("%-40snot supported by this version\n", line);
	else
		puts(line);
}

static void list_lines(void)
{
	const char *syntax;
	uint32_t needs;
	char door[64];

	for (unsigned int i = 0; (syntax = access_syntax(i, &needs)); i++)
		list_line(syntax, needs);
	for (unsigned int i = 0; i < RW_DOORS; i++) {
		snprintf(door, sizeof(door), "door %s", access_door_name(i));
		list_line(door, RW_ACCESS_DOOR(i));
	}
}

static int run(int argc, char **argv, const char *as, const struct explain_query *query)
{
	const size_t count = sizeof(commands) / sizeof(commands[0]);
	char wrong[512];

	if (argc == 0)
		return usage("no command");
	if (cmdline_command(argv[0], commands, count, wrong, sizeof(wrong)) == count)
		return usage("%s", wrong);
	if (strcmp(argv[0], "check") == 0)
		return argc > 1 ? check(argv + 1, as) : usage("check: no file");
	if (strcmp(argv[0], "explain") == 0)
		return argc == 2 ? explain_file(argv[1], query) : usage("explain takes one file");
	if (strcmp(argv[0], "learn") == 0)
		return learn_logs(argv + 1, query->access);
	if (strcmp(argv[0], "trust") == 0)
		return argc > 1 ? trust(argv + 1) : usage("trust: no program");
	if (argc > 1)
		return usage("%s takes no argument: \"%s\"", argv[0], argv[1]);
	if (strcmp(argv[0], "events") == 0)
		list_events();
	else if (strcmp(argv[0], "lines") == 0)
		list_lines();
	else
		fputs(monitor_default, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "access", required_argument, NULL, 'A' },
		{ "as", required_argument, NULL, 'a' },
		{ "path", required_argument, NULL, 'p' },
		{ "uid", required_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct explain_query query = { 0 };
	const char *as = NULL;
	char why[256];
	int opt, ret = 0;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (opt == '?' || opt == ':') {
			cmdline_bad_option(why, sizeof(why), options, argv[optind - 1], opt == ':');
			return usage("%s", why);
		}
		if (opt == 'a')
			as = optarg;
		else if (opt == 'A')
			query.access = optarg;
		else if (opt == 'p')
			query.path = optarg;
		else if (opt == 'u')
			query.uid = optarg;
		else {
			if (opt == 'h')
				fputs(usage_text, stdout);
			else
				printf("rwpolicy %s (Ringward)\n", RW_VERSION);
			return fflush(stdout) ? fail("standard output") : 0;
		}
	}
	if (as && !kind_of("", as))
		return usage("--as %s: not ringward, monitor or policy", as);
	ret = run(argc - optind, argv + optind, as, &query);
	return fflush(stdout) ? fail("standard output") : ret;
}

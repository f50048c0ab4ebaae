// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// rwctl: asks the guest agent for its state and the log, and tells it to lock, dump and flush.
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "abi/hypercall.h"
#include "lib/cmdline.h"
#include "lib/conf_text.h"
#include "rwctl.h"
#include "tools/rwlog/names.h"
#include "tools/rwpolicy/explain.h"
#include "rw_version.h"

#define MAX_CPUS 8192u /* more than Linux supports; bounds the requests */

static const char usage_text[] =
	"usage: rwctl [OPTION]... COMMAND\n"
	"\n"
	"  status    what is protected, whether it is locked, counters, losses, use of the store\n"
	"  stats     how often each CPU entered the hypervisor, by reason\n"
	"  events    the events that the agent records, what monitor.conf does with each, how many the store has\n"
	"  policy    the access policy in force: mode and lines\n"
	"  policy PATH UID [rwax]\n"
	"            which line decides whether a user may read, write, append to or execute a file, and why\n"
	"  tail      the records in the store, then each new one, until interrupted\n"
	"  lock      make kernel and agent read-only until the machine goes down\n"
	"  flush     move all pending records into the hypervisor's store\n"
	"  dump      send the whole store on the hypervisor's serial line\n"
	"\n"
	"  -n N                   tail: begin with the last N records in the store; 0: only new ones\n"
	"  --type TYPE[,TYPE]...  tail: only records of these types\n"
	"  --json                 status, stats, events, policy: one JSON value; tail: one object a line, as of rwlog export\n"
	"  -h, --help             this text\n"
	"  --version              the version of rwctl and of the hypercalls\n"
	"\n"
	"Exit status: 0 done, or tail was interrupted; 1 failed, one line says why; 2 wrong usage.\n";

static const char *const commands[] = {
	"status", "stats", "lock", "flush", "dump", "tail", "events", "policy"
};

enum option_id {
	OPT_HELP = 'h',
	OPT_LAST = 'n',
	OPT_JSON = 256,
	OPT_TYPE,
	OPT_VERSION
};

/* What the command line says beside the command. */
struct options {
	bool for_tail; /* one that only tail has was given */
	struct rwctl_tail tail;
};

static int fail(const char *what)
{
	fprintf(stderr, "rwctl: %s: %s\n", what, strerror(errno));
	return 1;
}

static int open_device(void)
{
	int fd = open(RW_DEVICE_PATH, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		fprintf(stderr, "rwctl: no %s: the module ringward is not loaded\n", RW_DEVICE_PATH);
	else
		fail(RW_DEVICE_PATH);
	return -1;
}

static int get_status(int fd, struct rw_ioc_status *status)
{
	memset(status, 0, sizeof(*status));
	if (ioctl(fd, RW_IOC_STATUS, status) != 0)
		return fail("status");
	if (status->hv.abi_version != RW_ABI_VERSION || status->hv.cpus == 0 || status->hv.cpus > MAX_CPUS) {
		fprintf(stderr, "rwctl: status: the answer is not valid (ABI version %u, %u CPUs)\n",
			status->hv.abi_version, status->hv.cpus);
		return 1;
	}
	return 0;
}

/* Return: counters of all CPUs, to be freed; NULL after an error message. */
static struct rwctl_stats *get_stats(int fd, unsigned int cpus)
{
	struct rwctl_stats *stats = malloc(sizeof(*stats) + cpus * sizeof(stats->cpu[0]));
	struct rw_ioc_stats one;
	unsigned int i;

	if (!stats) {
		fail("stats");
		return NULL;
	}
	for (i = 0; i < cpus; i++) {
		memset(&one, 0, sizeof(one));
		one.cpu = i;
		if (ioctl(fd, RW_IOC_STATS, &one) != 0) {
			fail("stats");
			free(stats);
			return NULL;
		}
		stats->cpu[i] = one.stats;
	}
	stats->count = cpus;
	return stats;
}

static int show(int fd, bool want_status, bool json)
{
	struct rw_ioc_status status;
	struct rwctl_stats *stats;
	int ret;

	if (get_status(fd, &status) != 0)
		return 1;
	stats = get_stats(fd, status.hv.cpus);
	if (!stats)
		return 1;
	ret = want_status ? print_status(&status, stats, json) : print_stats(stats, json);
	free(stats);
	return ret != 0 ? fail("standard output") : 0;
}

static int simple(int fd, const char *command)
{
	unsigned long request = strcmp(command, "lock") == 0 ? RW_IOC_LOCK :
				strcmp(command, "dump") == 0 ? RW_IOC_DUMP :
							       RW_IOC_FLUSH;

	if (ioctl(fd, request) == 0)
		return 0;
	if (errno == EALREADY)
		fprintf(stderr, "rwctl: %s: this machine is locked already\n", command);
	else
		fprintf(stderr, "rwctl: %s: %s (see the kernel log)\n", command, strerror(errno));
	return 1;
}

static int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int usage(const char *fmt, ...)
{
	va_list args;

	fputs("rwctl: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("; see rwctl --help\n", stderr);
	return 2;
}

static bool is(const char *command, const char *name)
{
	return strcmp(command, name) == 0;
}

static bool shows(const char *command)
{
	return is(command, "status") || is(command, "stats");
}

/* The arguments of policy. Return: as check_command(). */
static int check_policy(int argc, char **argv)
{
	uint32_t uid;

	if (argc == 0)
		return 0;
	if (argc == 1 || argc > 3)
		return usage("policy takes a path, a uid and letters of rwax");
	if (!span_number((struct span){ argv[1], strlen(argv[1]) }, 10, &uid))
		return usage("policy: \"%s\" is not a uid", argv[1]);
	if (argc == 3 && !explain_kinds(argv[2]))
		return usage("policy: \"%s\" is not an access: letters of rwax", argv[2]);
	return 0;
}

/* Return: 0 if the command exists and accepts its arguments, or the exit status. */
static int check_command(int argc, char **argv, const struct options *o)
{
	const size_t count = sizeof(commands) / sizeof(commands[0]);
	char wrong[512];

	if (argc == 0)
		return usage("no command");
	if (cmdline_command(argv[0], commands, count, wrong, sizeof(wrong)) == count)
		return usage("%s", wrong);
	if (argc > 1 && !is(argv[0], "policy"))
		return usage("%s takes no argument: \"%s\"", argv[0], argv[1]);
	if (o->tail.json && !shows(argv[0]) && !is(argv[0], "events") && !is(argv[0], "policy") &&
	    !is(argv[0], "tail"))
		return usage("%s has no option --json", argv[0]);
	if (o->for_tail && !is(argv[0], "tail"))
		return usage("%s has no option -n or --type", argv[0]);
	return is(argv[0], "policy") ? check_policy(argc - 1, argv + 1) : 0;
}

/* --help and --version. Return: the exit status. */
static int inform(int opt)
{
	if (opt == OPT_HELP)
		fputs(usage_text, stdout);
	else
		printf("rwctl %s (Ringward), ABI version %u\n", RW_VERSION, RW_ABI_VERSION);
	return fflush(stdout) != 0 ? fail("standard output") : 0;
}

static int run(char **argv, const struct options *o)
{
	const char *command = argv[0];
	int fd = open_device(), ret;

	if (fd < 0)
		return 1;
	if (shows(command))
		ret = show(fd, is(command, "status"), o->tail.json);
	else if (is(command, "events"))
		ret = events(fd, o->tail.json);
	else if (is(command, "policy"))
		ret = policy(fd, argv + 1, o->tail.json);
	else if (is(command, "tail"))
		ret = tail(fd, &o->tail);
	else
		ret = simple(fd, command);
	close(fd);
	return ret;
}

static bool take_last(struct options *o, const char *value)
{
	char *end;

	o->for_tail = true;
	errno = 0;
	o->tail.last = strtoull(value, &end, 10);
	return *value >= '0' && *value <= '9' && !*end && !errno;
}

/* Reports the first word of the list that is not a type. Return: the exit status. */
static int wrong_type(const char *list)
{
	const char *name[RW_TYPES], *near;
	size_t names = 0;
	char word[64];

	filter_wrong_word(filter_types, list, word, sizeof(word));
	for (unsigned int type = 1; type < RW_TYPES; type++)
		if (event_desc(type))
			name[names++] = event_desc(type)->name;
	near = cmdline_nearest(word, name, names);
	return usage("--type: unknown type \"%s\"%s%s", word, near ? ", the nearest is " : "",
		     near ? near : "");
}

/* Return: 0 if the option is taken, or the exit status of the program plus 1. */
static int take_option(struct options *o, int opt)
{
	switch (opt) {
	case OPT_JSON:
		o->tail.json = true;
		return 0;
	case OPT_LAST:
		return take_last(o, optarg) ? 0 : 1 + usage("-n: \"%s\" is not a number", optarg);
	case OPT_TYPE:
		o->for_tail = true;
		return filter_types(&o->tail.filter, optarg) ? 0 : 1 + wrong_type(optarg);
	default:
		return 1 + inform(opt);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPT_JSON },
		{ "type", required_argument, NULL, OPT_TYPE },
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { .tail = { .last = UINT64_MAX, .filter = FILTER_ALL } };
	char why[256];
	int opt, ret;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":hn:", options, NULL)) != -1) {
		if (opt == '?' || opt == ':') {
			cmdline_bad_option(why, sizeof(why), options, argv[optind - 1], opt == ':');
			return usage("%s", why);
		}
		ret = take_option(&o, opt);
		if (ret)
			return ret - 1;
	}
	ret = check_command(argc - optind, argv + optind, &o);
	return ret ? ret : run(argv + optind, &o);
}

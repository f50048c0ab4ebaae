// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// rwctl: asks the guest agent for its state, and tells it to lock, dump and flush.
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "abi/hypercall.h"
#include "rwctl.h"

#define MAX_CPUS 8192u /* more than Linux knows; bounds what is asked for */

static const char usage_text[] =
	"usage: rwctl [--json] COMMAND\n"
	"\n"
	"  status    what is protected, whether it is locked, counters, losses, use of the store\n"
	"  stats     how often each CPU entered the hypervisor, by reason\n"
	"  lock      make kernel and agent read-only until the machine goes down\n"
	"  flush     hand all waiting records over to the hypervisor\n"
	"  dump      send the whole store out by the hypervisor's serial line\n"
	"\n"
	"  --json    status and stats: one JSON object\n"
	"  --help    this text\n"
	"  --version the version\n";

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
		fprintf(stderr, "rwctl: status: cannot understand the answer (ABI version %u, %u CPUs)\n",
			status->hv.abi_version, status->hv.cpus);
		return 1;
	}
	return 0;
}

/* Return: counters of all CPUs, to be freed, or NULL after a message. */
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
		fprintf(stderr, "rwctl: %s: %s (the kernel log says more)\n", command, strerror(errno));
	return 1;
}

static int usage(const char *what, const char *arg)
{
	fprintf(stderr, "rwctl: %s%s; rwctl --help shows what there is\n", what, arg);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false, shows;
	const char *command;
	int opt, fd, ret;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			json = true;
			break;
		case 'h':
			return fputs(usage_text, stdout) < 0 || fflush(stdout) != 0;
		case 'V':
			return printf("rwctl (Ringward), ABI version %u\n", RW_ABI_VERSION) < 0 ||
			       fflush(stdout) != 0;
		default:
			return usage("bad option ", argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage("no command", "");
	command = argv[optind];
	if (optind + 1 != argc)
		return usage("one argument too many: ", argv[optind + 1]);
	shows = strcmp(command, "status") == 0 || strcmp(command, "stats") == 0;
	if (!shows && strcmp(command, "lock") != 0 && strcmp(command, "dump") != 0 &&
	    strcmp(command, "flush") != 0)
		return usage("no such command: ", command);
	if (json && !shows)
		return usage("--json means nothing to ", command);
	fd = open_device();
	if (fd < 0)
		return 1;
	ret = shows ? show(fd, strcmp(command, "status") == 0, json) : simple(fd, command);
	close(fd);
	return ret;
}

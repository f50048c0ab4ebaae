// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The benchmark guest's /init: prepares a small system, measures every operation, switches the machine off.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "bench.h"

void die(const char *what)
{
	fprintf(stderr, "RWBENCH: error %s: %s\n", what, strerror(errno));
	_exit(1);
}

void wait_for(int pid)
{
	int status;

	check(waitpid(pid, &status, 0), "waiting for a child");
	if (status != 0) {
		errno = ECHILD;
		die("a child failed");
	}
}

void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	check(sched_setaffinity(0, sizeof(set), &set), "pinning to a CPU");
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = (int)check(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	request.ifr_flags = IFF_UP | IFF_RUNNING;
	check(ioctl(fd, SIOCSIFFLAGS, &request), "bringing the loopback interface up");
	close(fd);
}

/* Prints how much RAM Linux has: the "START-END : System RAM" lines that lie in no other. */
static void print_ram(void)
{
	FILE *f = fopen("/proc/iomem", "re");
	unsigned long long start, end, bytes = 0;
	char line[256], *behind;

	if (!f)
		die("/proc/iomem");
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == ' ' || !strstr(line, " : System RAM"))
			continue;
		start = strtoull(line, &behind, 16);
		end = *behind == '-' ? strtoull(behind + 1, &behind, 16) : 0;
		if (*behind != ' ' || end < start) {
			errno = EINVAL;
			die("/proc/iomem");
		}
		bytes += end + 1 - start;
	}
	fclose(f);
	printf("RWBENCH: ram %llu\n", bytes);
	fflush(stdout);
}

static void prepare(void)
{
	check(mount("dev", "/dev", "devtmpfs", 0, NULL), "mounting /dev");
	check(mount("proc", "/proc", "proc", 0, NULL), "mounting /proc");
	check(mount("tmp", "/tmp", "tmpfs", 0, NULL), "mounting /tmp");
	loopback_up();
	print_ram();
	if (getenv("RWBENCH_APPARMOR"))
		apparmor_start();
	if (getenv("RWBENCH_SELINUX"))
		selinux_start();
}

/* Whether RWBENCH_ONLY names it, with a comma before and after each name; without RWBENCH_ONLY, always. */
static int wanted(const char *name)
{
	const char *only = getenv("RWBENCH_ONLY");
	char *list, *item;
	int found;

	if (!only)
		return 1;
	check(asprintf(&list, ",%s,", only), "memory");
	check(asprintf(&item, ",%s,", name), "memory");
	found = strstr(list, item) != NULL;
	free(list);
	free(item);
	return found;
}

static void measure_all(const struct bench_op *ops, unsigned int count)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int i;

	for (i = 0; i < count; i++)
		if (cpus >= (long)ops[i].cpus && wanted(ops[i].name))
			measure(&ops[i]);
}

static int benchmark(void)
{
	int pid = fork();

	if (pid != 0)
		return pid;
	pin(0);
	if (getenv("RWBENCH_APPARMOR"))
		apparmor_confine();
	measure_all(syscall_ops, syscall_op_count);
	measure_all(memory_ops, memory_op_count);
	measure_all(ipc_ops, ipc_op_count);
	measure_all(process_ops, process_op_count);
	measure_all(event_ops, event_op_count);
	measure_all(policy_ops, policy_op_count);
	_exit(0);
}

int main(void)
{
	uint64_t started = ticks();
	int status = -1, pid;

	if (getpid() != 1) {
		fprintf(stderr, "bench: runs as /init of a virtual machine of its own only\n");
		return 2;
	}
	printf("RWBENCH: init %" PRIu64 "\n", started);
	fflush(stdout);
	if (getenv("RWBENCH_AUDIT"))
		audit_start();
	pid = fork();
	if (pid == 0) {
		prepare();
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	if (status == 0)
		pid = benchmark();
	if (status == 0 && pid > 0)
		waitpid(pid, &status, 0);
	printf("RWBENCH: end %d\n", status);
	fflush(stdout);
	/* Power-off does not wait for the console. */
	tcdrain(STDOUT_FILENO);
	reboot(RB_POWER_OFF);
	return 1;
}

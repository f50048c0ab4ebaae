// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Measures an operation in batches with the time-stamp counter, and asks the agent for the batches' exits.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "uapi.h"

#define MAX_BATCHES 4096u

struct counters {
	uint64_t exits, cycles, records, bytes;
};

static int agent = -1;
static long agent_cpus;
static struct counters reading; /* the cost of reading the counters */

static struct counters read_counters(void)
{
	struct counters sum = { 0 };
	long cpu;

	for (cpu = 0; cpu < agent_cpus; cpu++) {
		struct rw_ioc_stats one = { .cpu = (uint32_t)cpu };
		unsigned int reason;

		check(ioctl(agent, RW_IOC_STATS, &one), "asking the agent for its counters");
		for (reason = 0; reason < RW_EXIT_COUNT; reason++)
			sum.exits += one.stats.exits[reason];
		sum.cycles += one.stats.hv_cycles;
		sum.records += one.stats.records;
		sum.bytes += one.stats.bytes;
	}
	return sum;
}

static struct counters difference(struct counters after, struct counters before)
{
	return (struct counters){ after.exits - before.exits, after.cycles - before.cycles,
				  after.records - before.records, after.bytes - before.bytes };
}

/* Opens the agent's device once; without a device, these counters are not measured. */
static void find_agent(void)
{
	static int looked;
	struct counters before;

	if (looked++)
		return;
	agent = open(RW_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (agent < 0 && errno != ENOENT)
		die(RW_DEVICE_PATH);
	if (agent < 0)
		return;
	agent_cpus = sysconf(_SC_NPROCESSORS_CONF);
	read_counters();
	before = read_counters();
	reading = difference(read_counters(), before);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The mean without the lowest and the highest quarter: excludes rare interrupts and lucky batches. */
static uint64_t middle(const uint64_t *sorted, unsigned int count)
{
	unsigned int first = count / 4, i;
	uint64_t sum = 0;

	for (i = first; i < count - first; i++)
		sum += sorted[i];
	return sum / (count - 2 * first);
}

void measure(const struct bench_op *op)
{
	static uint64_t batch[MAX_BATCHES];
	unsigned int i;
	struct counters before = { 0 }, used;
	uint64_t total = 0;

	if (op->batches == 0 || op->batches > MAX_BATCHES) {
		errno = EINVAL;
		die(op->name);
	}
	find_agent();
	if (op->setup)
		op->setup();
	op->run(op->ops);
	if (agent >= 0)
		before = read_counters();
	for (i = 0; i < op->batches; i++) {
		uint64_t start = ticks();

		op->run(op->ops);
		batch[i] = ticks() - start;
		total += batch[i];
	}
	used = agent >= 0 ? difference(difference(read_counters(), before), reading) : before;
	if (op->teardown)
		op->teardown();
	qsort(batch, op->batches, sizeof(batch[0]), by_value);
	printf("RWBENCH: op %s ops %u batches %u min %" PRIu64 " middle %" PRIu64 " total %" PRIu64, op->name,
	       op->ops, op->batches, batch[0], middle(batch, op->batches), total);
	if (agent >= 0)
		printf(" exits %" PRId64 " cycles %" PRId64 " records %" PRId64 " bytes %" PRId64,
		       (int64_t)used.exits, (int64_t)used.cycles, (int64_t)used.records, (int64_t)used.bytes);
	printf("\n");
	fflush(stdout);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The benchmark guest: its operations, how they are measured, and how a failure ends it. */
#pragma once

#include <stdint.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * One line of the cost table. Everything is fixed, so that each boot does exactly the same work. A batch is
 * kept short beside the period of the timer tick (400,000 ticks on Bochs) where the operation allows it: most
 * batches are then without it.
 */
struct bench_op {
	const char *name;
	unsigned int ops; /* operations in a batch */
	unsigned int batches;
	unsigned int cpus;   /* CPUs that the machine must have, at least 1 */
	void (*setup)(void); /* each of these three may be NULL but run */
	void (*run)(unsigned int ops);
	void (*teardown)(void);
};

extern const struct bench_op syscall_ops[], process_ops[], ipc_ops[], memory_ops[];
extern const unsigned int syscall_op_count, process_op_count, ipc_op_count, memory_op_count;

/** die() - say which step failed and why (errno), and end this process with exit status 1. */
void __attribute__((noreturn)) die(const char *what);

/** check() - die unless result is 0 or more. Return: result. */
static inline long check(long result, const char *what)
{
	if (result < 0)
		die(what);
	return result;
}

/** wait_for() - wait for a child, and die unless it ended with exit status 0. */
void wait_for(int pid);

/** pin() - let the calling process and its future children run on this CPU only. */
void pin(int cpu);

/** ticks() - the time-stamp counter, read when everything before it is done. */
static inline uint64_t ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/**
 * measure() - run an operation's batches and print its line on standard output.
 * @op: the operation
 *
 * One batch more runs before the first that counts. The line is "RWBENCH: op NAME ops OPS batches BATCHES
 * min TICKS middle TICKS total TICKS" with ticks of a whole batch (middle: the mean without the lowest and
 * the highest quarter) and, where the agent answers, " exits N cycles N records N": the hypervisor's counters
 * over all batches.
 */
void measure(const struct bench_op *op);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The benchmark guest: its operations, how they are measured, and how a failure ends it. */
#pragma once

#include <stdint.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * One line of the cost table. All numbers are fixed, so that each boot does exactly the same work. If the
 * operation allows it, a batch is short against the period of the timer interrupt (400,000 ticks on Bochs):
 * then most batches contain no timer interrupt.
 */
struct bench_op {
	const char *name;
	unsigned int ops; /* operations in a batch */
	unsigned int batches;
	unsigned int cpus;   /* CPUs that the machine needs, at least 1 */
	void (*setup)(void); /* of these three, only run must not be NULL */
	void (*run)(unsigned int ops);
	void (*teardown)(void);
};

extern const struct bench_op syscall_ops[], process_ops[], ipc_ops[], memory_ops[], event_ops[], policy_ops[];
extern const unsigned int syscall_op_count, process_op_count, ipc_op_count, memory_op_count, event_op_count,
	policy_op_count;

/* Operations of ops_syscall.c on these files, and of ops_process.c, that the events table has as well. */
#define FILE_PATH "/tmp/file"
#define NEW_PATH  "/tmp/new"
void file_setup(void);
void file_teardown(void);
void open_run(unsigned int ops);
void create_run(unsigned int ops);
void fork_run(unsigned int ops);

/** die() - say which step failed and why (errno), and end this process with exit status 1. */
void __attribute__((noreturn)) die(const char *what);

/** check() - die if result is negative. Return: result. */
static inline long check(long result, const char *what)
{
	if (result < 0)
		die(what);
	return result;
}

/** wait_for() - wait for a child, and die unless it ended with exit status 0. */
void wait_for(int pid);

/** pin() - restrict the calling process and its future children to this CPU. */
void pin(int cpu);

/**
 * audit_start() - have the kernel's audit subsystem record the system calls of ops_events.c, and a child
 * receive its messages. Tasks made earlier are not recorded.
 */
void audit_start(void);

/** apparmor_start() - load the profile /apparmor.bin; apparmor_confine(): put this process under it. */
void apparmor_start(void);
void apparmor_confine(void);

/** selinux_start() - load the policy /selinux.bin and enforce it. */
void selinux_start(void);

/** ticks() - the time-stamp counter, read after all earlier instructions have completed. */
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
 * One warm-up batch runs first and does not count. The line is "RWBENCH: op NAME ops OPS batches BATCHES
 * min TICKS middle TICKS total TICKS" with ticks of a whole batch (middle: the mean without the lowest and
 * the highest quarter) and, if the agent answers, " exits N cycles N records N bytes N": the hypervisor's
 * counters over all batches.
 */
void measure(const struct bench_op *op);

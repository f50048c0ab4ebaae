// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// chip cmos: prints a byte of the clock's memory, which survives a reset, and adds one to it.
// chip exit: ends the run by writing 33 to the exit port.
// chip cpuid: executes CPUID on every CPU forever.
#define _GNU_SOURCE
#include <cpuid.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71
#define EXIT_PORT  0xf4
#define CMOS_FREE  0x72 /* the emulators' firmware does not use it */

static int count_boots(void)
{
	unsigned char count;

	if (ioperm(CMOS_INDEX, 2, 1)) {
		perror("ioperm");
		return 1;
	}
	outb(CMOS_FREE, CMOS_INDEX);
	count = inb(CMOS_DATA);
	outb(CMOS_FREE, CMOS_INDEX);
	outb((unsigned char)(count + 1), CMOS_DATA);
	printf("%u\n", count);
	return 0;
}

static int end_run(void)
{
	if (ioperm(EXIT_PORT, 1, 1)) {
		perror("ioperm");
		return 1;
	}
	outb(33, EXIT_PORT);
	return 0;
}

static void loop_on(int cpu)
{
	unsigned int eax, ebx, ecx, edx;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return;
	for (;;)
		__cpuid(0, eax, ebx, ecx, edx);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "cmos"))
		return count_boots();
	if (argc == 2 && !strcmp(argv[1], "exit"))
		return end_run();
	if (argc != 2 || strcmp(argv[1], "cpuid"))
		return 2;
	for (int cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN); cpu++)
		if (fork() == 0)
			loop_on(cpu);
	return 0;
}

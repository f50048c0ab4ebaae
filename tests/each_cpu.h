/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* For programs in the test guest: runs a function on each CPU. */
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdio.h>

/**
 * each_cpu() - call a function once on each CPU that this process may use, in ascending order.
 *
 * Return: 0, or 1 after a message.
 */
static inline int each_cpu(void (*function)(int cpu))
{
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all)) {
		perror("sched_getaffinity");
		return 1;
	}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one)) {
			perror("sched_setaffinity");
			return 1;
		}
		function(cpu);
	}
	return 0;
}

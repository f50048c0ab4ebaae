// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Silences the agent by its data and the kernel's.

#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "rwattack.h"

static void stop_here(void *timers)
{
	hrtimer_try_to_cancel(this_cpu_ptr((struct hrtimer __percpu *)timers));
}

/* Its timers never fire again. */
static int silence_beats(void)
{
	void *timers = (void *)symbol("ringward:timers");

	if (timers)
		on_each_cpu(stop_here, timers, 1);
	say("silence beats: %s\n", timers ? "stopped" : "no agent");
	return 0;
}

/* The kernel calls nobody at a fork any more. */
static int silence_forks(void)
{
	struct tracepoint *tp = (void *)symbol("__tracepoint_task_newtask");

	if (!tp)
		return -EINVAL;
	WRITE_ONCE(tp->funcs, NULL);
	say("silence forks: detached\n");
	return 0;
}

int cmd_silence(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "beats") == 0)
		return silence_beats();
	if (argc == 2 && strcmp(argv[1], "forks") == 0)
		return silence_forks();
	return -EINVAL;
}

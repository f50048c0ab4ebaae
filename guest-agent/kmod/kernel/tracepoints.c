// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Finds tracepoints by name, as their symbols are not exported, and attaches to them.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "hooks/hooks.h"
#include "kernel/tracepoints.h"

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} tracepoints[] __ro_after_init = {
#define PROBE(NAME) { .name = #NAME, .probe = probe_##NAME },
	AGENT_TRACEPOINTS(PROBE)
#undef PROBE
};

static void __init match(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tracepoints); i++)
		if (strcmp(tp->name, tracepoints[i].name) == 0)
			tracepoints[i].tp = tp;
}

/* Detaches the first ones. */
static void __init detach(unsigned int count)
{
	while (count-- != 0)
		tracepoint_probe_unregister(tracepoints[count].tp, tracepoints[count].probe, NULL);
	tracepoint_synchronize_unregister();
}

int __init compat_attach_tracepoints(void)
{
	unsigned int i;

	for_each_kernel_tracepoint(match, NULL);
	for (i = 0; i < ARRAY_SIZE(tracepoints); i++) {
		if (!tracepoints[i].tp) {
			pr_err("this kernel has no tracepoint %s\n", tracepoints[i].name);
			return -ENOENT;
		}
	}
	for (i = 0; i < ARRAY_SIZE(tracepoints); i++) {
		int ret = tracepoint_probe_register(tracepoints[i].tp, tracepoints[i].probe, NULL);

		if (ret) {
			detach(i);
			return ret;
		}
	}
	return 0;
}

/* Does the kernel still call @probe? Context: preemption off. */
static bool is_attached(const struct tracepoint *tp, const void *probe)
{
	const struct tracepoint_func *func = rcu_dereference_sched(tp->funcs);

	if (!func || !static_key_enabled(&tp->key))
		return false;
	for (; func->func; func++)
		if (func->func == probe)
			return true;
	return false;
}

unsigned int compat_tracepoints_gone(const char **first)
{
	unsigned int i, gone = 0;

	for (i = 0; i < ARRAY_SIZE(tracepoints); i++) {
		if (is_attached(tracepoints[i].tp, tracepoints[i].probe))
			continue;
		if (!gone++)
			*first = tracepoints[i].name;
	}
	return gone;
}

void __init compat_detach_tracepoints(void)
{
	detach(ARRAY_SIZE(tracepoints));
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The agent's ordered start. It never stops: hooks stay attached until the machine goes down.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>

#include "access/access.h"
#include "access/level.h"
#include "beat.h"
#include "code.h"
#include "crash.h"
#include "device.h"
#include "event.h"
#include "filter.h"
#include "fold.h"
#include "hooks/hooks.h"
#include "hooks/syslog.h"
#include "hvcall.h"
#include "kernel/addresses.h"
#include "kernel/kallsyms.h"
#include "kernel/layout.h"
#include "kernel/lsm.h"
#include "kernel/mounts.h"
#include "kernel/namespaces.h"
#include "kernel/tracepoints.h"
#include "kexec.h"
#include "modfile.h"
#include "openfile.h"
#include "policy.h"
#include "producer.h"
#include "protect.h"
#include "sleep.h"
#include "task.h"
#include "rw_version.h"

static struct compat_kernel kernel __ro_after_init;
static bool guards __ro_after_init; /* there is a policy.conf */

/* An orderly shutdown: hand over all pending records. */
static int on_reboot(struct notifier_block *nb, unsigned long action, void *data)
{
	event_flush();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_nb = { .notifier_call = on_reboot };

/* Finds the hypervisor, and what the kernel does not export. */
static int __init find(void)
{
	int ret = hvcall_detect();

	if (ret == 0)
		ret = compat_init(&kernel);
	if (ret == 0)
		ret = compat_mounts_init(&kernel);
	return ret ? ret : compat_namespaces_init();
}

static int __init read_rules(void)
{
	return access_init(&guards);
}

static int __init register_with_hypervisor(void)
{
	return protect_register(&kernel);
}

static int __init watch_kexec(void)
{
	return kexec_init(&kernel);
}

static int __init make_device(void)
{
	return device_init(&kernel);
}

static int __init watch_modules(void)
{
	return code_init(&kernel);
}

/* What is recorded without hooks. */
static int __init start_notifiers(void)
{
	int ret = register_reboot_notifier(&reboot_nb);

	if (ret)
		return ret;
	crash_init();
	syslog_init();
	return 0;
}

static void __init stop_notifiers(void)
{
	crash_exit();
	unregister_reboot_notifier(&reboot_nb);
}

static int __init attach_hooks(void)
{
	return compat_attach_hooks(&kernel, guards, level_any);
}

static void __init refuse_probes(void)
{
	struct compat_region text = compat_module_text(THIS_MODULE);

	compat_refuse_probes(text.base, text.base + text.size);
}

/* The start, in its order. Hooks come last: nothing can fail once they are attached. */
static const struct step {
	const char *name;
	int (*start)(void);
	void (*stop)(void); /* undoes it; NULL: nothing to undo */
} steps[] __initconst = {
	{ "hypervisor and kernel", find, NULL },
	{ "policy pages", policy_init, policy_exit },
	{ "monitor.conf", filter_init, NULL },
	{ "approved.conf", modfile_init, NULL },
	{ "policy.conf", read_rules, access_exit },
	{ "folding", fold_init, fold_exit },
	{ "open files", openfile_init, openfile_exit },
	{ "registration", register_with_hypervisor, NULL },
	{ "rings", producer_init, producer_exit },
	{ "beats", beat_init, beat_exit },
	{ "kexec", watch_kexec, kexec_exit },
	{ "device", make_device, device_exit },
	{ "hibernation", sleep_init, sleep_exit },
	{ "modules", watch_modules, code_exit },
	{ "notifiers", start_notifiers, stop_notifiers },
	{ "tracepoints", compat_attach_tracepoints, compat_detach_tracepoints },
	{ "hooks", attach_hooks, NULL },
};

static int __init agent_init(void)
{
	unsigned int done;

	task_init();
	for (done = 0; done < ARRAY_SIZE(steps); done++) {
		int ret = steps[done].start();

		if (ret == 0)
			continue;
		pr_err("cannot start: %s: error %d\n", steps[done].name, ret);
		while (done--)
			if (steps[done].stop)
				steps[done].stop();
		return ret;
	}
	access_start();
	beat_start();
	hook_cgroups_found();
	refuse_probes();
	pr_info("recording; not locked yet\n");
	return 0;
}
module_init(agent_init);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The Ringward authors");
MODULE_DESCRIPTION("Guest agent of the Ringward hypervisor");
MODULE_VERSION(RW_VERSION);

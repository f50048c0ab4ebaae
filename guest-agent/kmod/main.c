// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The agent's ordered start. It never stops: hooks stay attached until the machine goes down.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>

#include "access/access.h"
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

static int __init attach(void)
{
	int ret = compat_attach_tracepoints();

	if (ret)
		return ret;
	ret = compat_attach_hooks(&kernel, guards);
	if (ret)
		compat_detach_tracepoints();
	return ret;
}

/* What the files on the ESP say. */
static int __init configure(void)
{
	int ret = policy_init();

	if (ret)
		return ret;
	ret = filter_init();
	if (!ret)
		ret = modfile_init();
	if (!ret)
		ret = access_init(&kernel, &guards);
	if (ret)
		goto no_policy;
	ret = fold_init();
	if (ret == 0)
		return 0;
	access_exit();
no_policy:
	policy_exit();
	return ret;
}

static void __init forget_configuration(void)
{
	fold_exit();
	access_exit();
	policy_exit();
}

/* Finds the hypervisor, and what the kernel does not export. */
static int __init find(void)
{
	int ret = hvcall_detect();

	if (ret)
		return ret;
	ret = compat_init(&kernel);
	if (ret)
		return ret;
	ret = compat_mounts_init(&kernel);
	if (ret)
		return ret;
	return compat_namespaces_init();
}

static void __init refuse_probes(void)
{
	struct compat_region text = compat_module_text(THIS_MODULE);

	compat_refuse_probes(text.base, text.base + text.size);
}

/* Hibernation, and modules that are being loaded. */
static int __init watch(void)
{
	int ret = sleep_init();

	if (ret)
		return ret;
	ret = code_init(&kernel);
	if (ret)
		sleep_exit();
	return ret;
}

/* What speaks to the hypervisor: rings and beats. */
static int __init connect(void)
{
	int ret = producer_init();

	if (ret)
		return ret;
	ret = beat_init();
	if (ret)
		producer_exit();
	return ret;
}

static int __init agent_init(void)
{
	int ret = find();

	if (ret)
		return ret;
	task_init();
	ret = configure();
	if (ret)
		return ret;
	ret = openfile_init();
	if (ret)
		goto no_files;
	ret = protect_register(&kernel);
	if (ret)
		goto no_rings;
	ret = connect();
	if (ret)
		goto no_rings;
	ret = kexec_init(&kernel);
	if (ret)
		goto no_kexec;
	ret = device_init(&kernel);
	if (ret)
		goto no_device;
	ret = watch();
	if (ret)
		goto no_watch;
	register_reboot_notifier(&reboot_nb);
	crash_init();
	syslog_init();
	ret = attach();
	if (ret)
		goto not_attached;
	access_start();
	beat_start();
	hook_cgroups_found();
	refuse_probes();
	pr_info("recording; not locked yet\n");
	return 0;

not_attached:
	crash_exit();
	unregister_reboot_notifier(&reboot_nb);
	code_exit();
	sleep_exit();
no_watch:
	device_exit();
no_device:
	kexec_exit();
no_kexec:
	beat_exit();
	producer_exit();
no_rings:
	openfile_exit();
no_files:
	pr_err("cannot start: error %d\n", ret);
	forget_configuration();
	return ret;
}
module_init(agent_init);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The Ringward authors");
MODULE_DESCRIPTION("Guest agent of the Ringward hypervisor");
MODULE_VERSION(RW_VERSION);

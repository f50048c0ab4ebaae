// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The last step of kernel_kexec() before the new kernel is a dump of the kernel's log: this hooks that dump.

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/kmsg_dump.h>

#include "kernel/shutdown.h"
#include "kernel/version.h"

static void (*shutdown_fn)(void) __ro_after_init;

static void on_reason(enum kmsg_dump_reason reason)
{
	if (reason == KMSG_DUMP_SHUTDOWN)
		shutdown_fn();
}

#if LINUX_IS(6, 1)
static void dump(struct kmsg_dumper *unused, enum kmsg_dump_reason reason)
{
	on_reason(reason);
}
#else
static void dump(struct kmsg_dumper *unused, struct kmsg_dump_detail *detail)
{
	on_reason(detail->reason);
}
#endif

static struct kmsg_dumper dumper = { .dump = dump, .max_reason = KMSG_DUMP_SHUTDOWN };

int __init compat_on_shutdown(void (*fn)(void))
{
	shutdown_fn = fn;
	return kmsg_dump_register(&dumper);
}

void compat_off_shutdown(void)
{
	kmsg_dump_unregister(&dumper);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: calls that change the whole machine.
#define _GNU_SOURCE

#include <errno.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "events.h"

CASE(admin_names)
{
	char old[65];

	need(gethostname(old, sizeof(old)) == 0, "gethostname");
	need(sethostname("evil host", 9) == 0 && sethostname(old, strlen(old)) == 0, "sethostname");
	need(setdomainname("evil.example", 12) == 0 && setdomainname("(none)", 6) == 0, "setdomainname");
	fact("old", old);
}

/* The kernel refuses what is no swap, after it has asked for the capability. */
CASE(admin_swap)
{
	need(swapon("/opt/events", SWAP_FLAG_PREFER | 3) < 0, "swapon");
	need(swapoff("/opt/none") < 0, "swapoff");
}

CASE(admin_accounting)
{
	need(acct("/tmp/none") < 0 && errno == ENOENT, "acct");
	need(acct(NULL) == 0, "acct");
}

CASE(admin_clock)
{
	struct timex ask = { .modes = 0 }, set = { .modes = ADJ_TICK };
	struct timex step = { .modes = ADJ_SETOFFSET | ADJ_NANO };
	struct timeval now;

	need(adjtimex(&ask) >= 0, "adjtimex"); /* no record */
	set.tick = ask.tick;
	need(syscall(SYS_adjtimex, &set) >= 0, "adjtimex"); /* the library makes another call of it */
	for (int i = 0; i < 3; i++)                         /* Linux asks twice in each */
		need(clock_adjtime(CLOCK_REALTIME, &step) >= 0, "clock_adjtime");
	need(gettimeofday(&now, NULL) == 0 && settimeofday(&now, NULL) == 0, "settimeofday");
	fact_number("seconds", now.tv_sec);
}

CASE(admin_reboot)
{
	need(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_OFF, "x") ==
		     0,
	     "reboot");
}

/* Who may not makes no record. */
CASE(admin_refused)
{
	need(syscall(SYS_setresuid, 1000, 1000, 1000) == 0, "setresuid");
	need(sethostname("x", 1) < 0 && errno == EPERM, "sethostname");
	need(acct(NULL) < 0 && errno == EPERM, "acct");
}

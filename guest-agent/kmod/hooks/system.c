// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records uses of the kernel that lockdown can refuse, and changes of its keyrings, its clock and its log.

#include <linux/key.h>
#include <linux/key-type.h>
#include <linux/security.h>
#include <linux/string.h>
#include <linux/syslog.h>
#include <linux/time64.h>

#include "event.h"
#include "hooks/hooks.h"
#include "kernel/names.h"

/* The lockdown LSM is asked before this: what it refuses does not come here. */
void lockdown_use(enum lockdown_reason what)
{
	const char *use = compat_lockdown_use(what);
	struct event ev;

	if (in_nmi()) /* the kernel's debugger; a ring is not for NMIs */
		return;
	if (!event_begin(&ev, RW_REC_LOCKDOWN_USE, RW_VERDICT_ALLOW))
		return;
	event_tail(&ev, RW_F_LOCKDOWN_USE, use, strlen(use));
	event_submit(&ev, PRODUCER_BATCH);
}

/* The kernel's own keyrings have names that begin with a dot; user mode cannot make such a name. */
int hook_key_permission(key_ref_t ref, const struct cred *cred, enum key_need_perm need)
{
	const struct key *key = key_ref_to_ptr(ref);
	struct event ev;

	if (need != KEY_NEED_WRITE && need != KEY_NEED_LINK && need != KEY_NEED_SETATTR &&
	    need != KEY_NEED_UNLINK)
		return 0;
	if (key->type != &key_type_keyring || !key->description || key->description[0] != '.')
		return 0;
	if (!event_begin(&ev, RW_REC_KEYRING, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_KEY_PERMISSION, need);
	event_tail(&ev, RW_F_OBJECT_NAME, key->description, strlen(key->description));
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

int hook_settime(const struct timespec64 *time, const struct timezone *zone)
{
	struct event ev;

	if (!time) /* only the time zone */
		return 0;
	if (!event_begin(&ev, RW_REC_CLOCK_SET, RW_VERDICT_ALLOW))
		return 0;
	event_u64(&ev, RW_F_CLOCK_NS, timespec64_to_ns(time));
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

/* Reading the kernel's log is not recorded. */
int hook_syslog(int action)
{
	struct event ev;

	if (action < SYSLOG_ACTION_READ_CLEAR || action > SYSLOG_ACTION_CONSOLE_LEVEL)
		return 0;
	if (!event_begin(&ev, RW_REC_KERNEL_LOG, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_SYSLOG_ACTION, action);
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

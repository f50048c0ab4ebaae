// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records changes of identity: user and group ids, groups, capabilities, and what prctl(2) can set.

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "event.h"
#include "hooks/hooks.h"

#define GROUPS_KEPT 256u /* of a list of groups; more are counted */

static_assert(2 * GROUPS_KEPT * sizeof(kgid_t) <= EVENT_REST_MAX);

/*
 * @with_ids: the record has the ids, too. A call that changes nothing makes no record. @new is committed
 * next, unless there is no memory.
 */
static int cred_changes(u8 type, const struct cred *new, const struct cred *old, bool with_ids)
{
	struct task_cred now, before;
	struct event ev;

	task_cred(new, &now);
	task_cred(old, &before);
	if (memcmp(&now, &before, sizeof(now)) == 0)
		return 0;
	if (event_begin(&ev, type, RW_VERDICT_ALLOW)) {
		if (with_ids)
			event_cred(&ev, &now, &before);
		event_caps(&ev, &now, &before);
		event_submit(&ev, PRODUCER_SYNC);
	}
	task_announce(new);
	return 0;
}

int hook_task_fix_setuid(struct cred *new, const struct cred *old, int flags)
{
	return cred_changes(RW_REC_SETUID, new, old, true);
}

int hook_task_fix_setgid(struct cred *new, const struct cred *old, int flags)
{
	return cred_changes(RW_REC_SETGID, new, old, true);
}

static void add_groups(struct event *ev, u16 id, const struct group_info *groups)
{
	u32 kept = min_t(u32, groups->ngroups, GROUPS_KEPT);

	static_assert(sizeof(kgid_t) == sizeof(u32));
	event_tail(ev, id, groups->gid, kept * sizeof(u32));
}

int hook_task_fix_setgroups(struct cred *new, const struct cred *old)
{
	const struct group_info *now = new->group_info, *before = old->group_info;
	u32 most = max(now->ngroups, before->ngroups);
	struct event ev;

	if (now->ngroups == before->ngroups &&
	    memcmp(now->gid, before->gid, now->ngroups * sizeof(kgid_t)) == 0)
		return 0;
	if (!event_begin(&ev, RW_REC_SETGROUPS, RW_VERDICT_ALLOW))
		return 0;
	add_groups(&ev, RW_F_IDS, now);
	add_groups(&ev, RW_F_OLD_IDS, before);
	if (most > GROUPS_KEPT)
		event_u32(&ev, RW_F_IDS_CUT, most - GROUPS_KEPT);
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

int hook_capset(struct cred *new, const struct cred *old, const kernel_cap_t *effective,
		const kernel_cap_t *inheritable, const kernel_cap_t *permitted)
{
	return cred_changes(RW_REC_CAPSET, new, old, false);
}

static void set_name(unsigned long from)
{
	char name[TASK_COMM_LEN] = "";
	struct event ev;

	if (!event_wanted(RW_REC_PRCTL))
		return;
	if (strncpy_from_user(name, (const char __user *)from, sizeof(name) - 1) < 0)
		return;
	if (!event_begin(&ev, RW_REC_PRCTL, RW_VERDICT_ALLOW))
		return;
	event_u32(&ev, RW_F_PRCTL, PR_SET_NAME);
	event_tail(&ev, RW_F_NAME, name, strnlen(name, sizeof(name)));
	event_submit(&ev, PRODUCER_BATCH);
}

static void set_other(int option, unsigned long argument, unsigned long argument3)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_PRCTL, RW_VERDICT_ALLOW))
		return;
	event_u32(&ev, RW_F_PRCTL, option);
	event_u64(&ev, RW_F_ARGUMENT, argument);
	if (option == PR_CAP_AMBIENT)
		event_u64(&ev, RW_F_ARGUMENT3, argument3);
	event_submit(&ev, PRODUCER_SYNC);
}

/* Return: "this LSM knows no such option", so that the kernel goes its way. */
int hook_task_prctl(int option, unsigned long argument, unsigned long argument3, unsigned long argument4,
		    unsigned long argument5)
{
	switch (option) {
	case PR_SET_NAME:
		set_name(argument);
		break;
	case PR_CAP_AMBIENT:
		if (argument == PR_CAP_AMBIENT_IS_SET)
			break;
		fallthrough;
	case PR_SET_DUMPABLE:
	case PR_SET_KEEPCAPS:
	case PR_SET_SECUREBITS:
	case PR_CAPBSET_DROP:
	case PR_SET_NO_NEW_PRIVS:
	case PR_SET_PTRACER:
		set_other(option, argument, argument3);
		break;
	case PR_SET_SECCOMP:
		task_check_later();
		break;
	}
	return -ENOSYS;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Which events are recorded, and how: monitor.conf, as the loader compiled it into the policy area, pages
 * that only the hypervisor can write.
 */
#pragma once

#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "abi/monitor.h"
#include "lib/monitor.h"
#include "producer.h"

struct event;

extern struct monitor filter;

/**
 * filter_init() - check the monitor image in the policy area.
 *
 * Context: module init, after policy_init(), before the first event.
 * Return: 0, or -EPROTO (the image is of another version; printed).
 */
int filter_init(void);

/** filter_begin_more() - the rest of filter_begin(). */
int filter_begin_more(unsigned int type);

static inline u32 filter_login_uid(void)
{
	return __kuid_val(audit_get_loginuid(current));
}

/**
 * filter_begin() - decide about an event of the current task by its type and the task's uid and login uid.
 *
 * Inline, because that is all that an event costs which is left out: no rules and the first of them.
 *
 * Context: any. Return: MONITOR_RECORD, MONITOR_DROP, or the step at which filter_continue() continues.
 */
static inline int filter_begin(unsigned int type)
{
	const struct rw_monitor_type *t = &filter.hdr->type[type];
	const struct rw_monitor_step *first = filter.step + t->first;

	if (!t->steps)
		return MONITOR_RECORD;
	if (monitor_in_ranges(first, __kuid_val(current_uid()), filter_login_uid())) {
		if (!first->flags)
			return MONITOR_DROP;
		if (first->flags == RW_MONITOR_STEP_LATE)
			return t->first;
	}
	return filter_begin_more(type);
}

/**
 * filter_continue() - decide about a pending event by what its record holds by now.
 * @complete: nothing will be added
 *
 * Context: as event_submit(). Return: as filter_begin(); no step if @complete.
 */
int filter_continue(struct event *ev, bool complete);

/** filter_type() - what is configured for a type of record besides its rules. */
static inline const struct rw_monitor_type *filter_type(u8 type)
{
	return &filter.hdr->type[type];
}

/** filter_mode() - when a record of @type must leave; @own: unless configured. */
static inline enum producer_mode filter_mode(u8 type, enum producer_mode own)
{
	u8 mode = filter_type(type)->mode;

	if (likely(mode == RW_MONITOR_MODE_OWN))
		return own;
	return mode == RW_MONITOR_MODE_SYNC ? PRODUCER_SYNC : PRODUCER_BATCH;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Which events are recorded, and how: monitor.conf, as the loader compiled it into the policy area, pages
 * that only the hypervisor can write.
 */
#pragma once

#include <linux/types.h>

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

/**
 * filter_begin() - decide about an event of the current task by its type and the task's uid and login uid.
 *
 * Context: any. Return: MONITOR_RECORD, MONITOR_DROP, or the step at which filter_continue() continues.
 */
int filter_begin(unsigned int type);

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

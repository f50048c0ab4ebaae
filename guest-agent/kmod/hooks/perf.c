// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records perf events: counters, tracepoints, kprobes and uprobes that a task makes.

#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/trace_events.h>
#include <linux/uaccess.h>

#include "event.h"
#include "hooks/hooks.h"

#define PROBE_BYTES 512u /* of the file of a uprobe; longer ones are truncated */

/* Where a uprobe is put: only the caller's memory has the name of the file. Return: memory, or NULL. */
static char *add_uprobe(struct event *ev, const struct perf_event_attr *attr)
{
	char *buf = event_buffer(ev);
	long len = buf ? strncpy_from_user(buf, u64_to_user_ptr(attr->uprobe_path), PROBE_BYTES) : -ENOMEM;

	if (len > 0) {
		len += scnprintf(buf + len, PATH_MAX - len, "+%#llx", attr->probe_offset);
		event_tail(ev, RW_F_PROBE, buf, len);
	}
	return buf;
}

/* Tracepoint, or the function that a kprobe is put on. */
static void add_trace_event(struct event *ev, struct perf_event *event)
{
	const char *name = trace_event_name(event->tp_event);

	if (name)
		event_tail(ev, RW_F_PROBE, name, strlen(name));
}

/*
 * Called for each event, whoever makes it. An event that a child inherits, and one of a kernel thread (the
 * watchdog's), are not recorded.
 */
int hook_perf_event_alloc(struct perf_event *event)
{
	const char *unit = event->pmu && event->pmu->name ? event->pmu->name : "";
	char *buf = NULL;
	struct event ev;

	if (event->parent || current->flags & PF_KTHREAD)
		return 0;
	if (!event_begin(&ev, RW_REC_PERF_EVENT, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_PERF_TYPE, event->attr.type);
	event_u64(&ev, RW_F_PERF_CONFIG, event->attr.config);
	if (event->hw.target)
		event_u32(&ev, RW_F_PERF_PID, task_pid_nr(event->hw.target));
	event_tail(&ev, RW_F_OBJECT_NAME, unit, strlen(unit));
	if (strcmp(unit, "uprobe") == 0)
		buf = add_uprobe(&ev, &event->attr);
	else if (event->tp_event)
		add_trace_event(&ev, event);
	event_submit(&ev, PRODUCER_BATCH);
	if (buf)
		__putname(buf);
	return 0;
}

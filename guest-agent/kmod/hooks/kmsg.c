// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records the lines of the kernel's log, as they are stored there.

#include <linux/atomic.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "event.h"
#include "hooks/hooks.h"

/* Lines that came in an NMI, where no record can be made; counted as lost with the next line. */
static atomic_t in_nmis = ATOMIC_INIT(0);

/* A line of the log while one is being recorded. */
static DEFINE_PER_CPU(bool, busy);

static void count_lost(void)
{
	int lost;

	if (likely(!atomic_read(&in_nmis)))
		return;
	for (lost = atomic_xchg(&in_nmis, 0); lost > 0; lost--)
		producer_lost();
}

/*
 * Called with interrupts off, from anywhere: under the scheduler's and the timers' locks, too. So it takes no
 * lock, and the record is handed over at once: a batched one would need a timer.
 */
void probe_console(void *unused, const char *text, size_t len)
{
	u32 have = min_t(size_t, len, RW_MESSAGE_MAX);
	struct event ev;

	if (in_nmi() || this_cpu_read(busy)) {
		atomic_inc(&in_nmis);
		return;
	}
	this_cpu_write(busy, true);
	count_lost();
	if (event_begin_anywhere(&ev, RW_REC_KMSG, RW_VERDICT_NONE)) {
		if (len > have)
			event_u64(&ev, RW_F_MISSING, len - have);
		event_tail(&ev, RW_F_MESSAGE, text, have);
		event_submit(&ev, PRODUCER_SYNC);
	}
	this_cpu_write(busy, false);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Beats: tells the hypervisor, from the protected text, that the agent is there and still attached.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/cpuhotplug.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/timer.h>

#include "beat.h"
#include "hvcall.h"
#include "kernel/tracepoints.h"

/*
 * It wakes an idle CPU this often. The hypervisor waits much longer (HEARTBEAT_SILENT_NS), because it goes by
 * the TSC: in Bochs that runs up to 21 times as fast as Linux' timers while a CPU is idle.
 */
#define BEAT_TIME NSEC_PER_SEC

/*
 * A CPU that runs leaves the guest this often: the hypervisor then compares page tables.
 * One that was idle at its last beat is not woken, but has a second timer, which goes off once it runs. That
 * one is held up while preemption is off.
 */
#define BUSY_PER_SEC 10

static DEFINE_PER_CPU(struct hrtimer, timers);
static DEFINE_PER_CPU(struct timer_list, looks);
static DEFINE_PER_CPU(ktime_t, next_beat);
static enum cpuhp_state hp_state __ro_after_init;
static bool beating; /* from beat_start() on, but for suspends */

/* Runs with interrupts off, on the CPU that it speaks for. */
static void beat(enum rw_beat kind)
{
	const char *first;
	unsigned int gone = compat_tracepoints_gone(&first);

	if (gone)
		pr_err_once("%u tracepoints have lost the agent, the first is %s\n", gone, first);
	hvcall(RW_HC_BEAT, kind, gone, 0);
}

/* Leaves the guest, and no more: a beat also hands over records, and is made once a second. */
static void look(void)
{
	hvcall(RW_HC_CPU_INDEX, 0, 0, 0); /* any call will do */
}

static enum hrtimer_restart time_to_beat(struct hrtimer *timer)
{
	ktime_t due = hrtimer_get_expires(timer);

	if (ktime_before(due, this_cpu_read(next_beat))) {
		look();
	} else {
		beat(RW_BEAT_ALIVE);
		/* half a look earlier, so that this sum of looks is not just short of it */
		this_cpu_write(next_beat, ktime_add_ns(due, BEAT_TIME - BEAT_TIME / BUSY_PER_SEC / 2));
	}
	hrtimer_forward_now(timer, is_idle_task(current) ? BEAT_TIME : BEAT_TIME / BUSY_PER_SEC);
	return HRTIMER_RESTART;
}

static void time_to_look(struct timer_list *timer)
{
	look();
	mod_timer(timer, jiffies + HZ / BUSY_PER_SEC);
}

static void begin_here(void *unused)
{
	beat(RW_BEAT_ALIVE);
	mod_timer(this_cpu_ptr(&looks), jiffies + HZ / BUSY_PER_SEC);
	hrtimer_start(this_cpu_ptr(&timers), BEAT_TIME, HRTIMER_MODE_REL_PINNED_HARD);
}

static void end_here(void *unused)
{
	hrtimer_try_to_cancel(this_cpu_ptr(&timers)); /* on its own CPU it cannot be running */
	del_timer(this_cpu_ptr(&looks));
	beat(RW_BEAT_PAUSE);
}

static void here(void (*what)(void *unused))
{
	unsigned long flags;

	local_irq_save(flags);
	what(NULL);
	local_irq_restore(flags);
}

static int cpu_up_here(unsigned int cpu)
{
	if (READ_ONCE(beating))
		here(begin_here);
	return 0;
}

static int cpu_down_here(unsigned int cpu)
{
	if (READ_ONCE(beating))
		here(end_here);
	return 0;
}

int __init beat_init(void)
{
	int cpu, ret;

	for_each_possible_cpu(cpu)
	{
		struct hrtimer *timer = per_cpu_ptr(&timers, cpu);

		hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
		timer->function = time_to_beat;
		timer_setup(per_cpu_ptr(&looks, cpu), time_to_look, TIMER_DEFERRABLE | TIMER_PINNED);
	}
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "ringward:beat", cpu_up_here, cpu_down_here);

	if (ret < 0)
		return ret;
	hp_state = ret;
	return 0;
}

void beat_exit(void)
{
	cpuhp_remove_state(hp_state);
}

void __init beat_start(void)
{
	WRITE_ONCE(beating, true);
	on_each_cpu(begin_here, NULL, 1);
}

void beat_pause(void)
{
	WRITE_ONCE(beating, false);
	on_each_cpu(end_here, NULL, 1);
}

void beat_resume(void)
{
	WRITE_ONCE(beating, true);
	on_each_cpu(begin_here, NULL, 1);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The dead man's switch: what was heard from the agents, and when one of them is missed. */
#include "protect/heartbeat.h"

#include "core/panic.h"
#include "core/spinlock.h"
#include "core/state.h"
#include "log/journal.h"
#include "log/printk.h"
#include "protect/evidence.h"

#define CHECK_NS 1000000000ull /* no CPU looks for silent agents more often */

static struct spinlock lock = SPINLOCK(HEARTBEAT); /* (x) */

static const char *const state_names[] = RW_AGENT_STATE_NAMES;

/* Records the state of @of's agent, on behalf of the current CPU, @by. */
static void record(struct percpu *by, const struct percpu *of)
{
	const struct heartbeat *h = &of->heartbeat;
	uint64_t buf[JOURNAL_RECORD];
	struct rec_writer w;

	rec_begin(&w, buf, sizeof(buf), RW_REC_AGENT_STATE, RW_VERDICT_NONE);
	rec_u32(&w, RW_F_AGENT_STATE, h->state);
	rec_u32(&w, RW_F_OF_CPU, of->index);
	if (h->state == RW_AGENT_SILENT)
		rec_u64(&w, RW_F_HEARD_NS, h->heard_ns);
	rec_u32(&w, RW_F_PROBES_GONE, h->probes_gone);
	journal_finish(by, &w);
}

static void alert(const struct percpu *by, const struct percpu *of)
{
	const struct heartbeat *h = &of->heartbeat;

	if (!evidence_may_alert(by))
		return;
	if (h->state == RW_AGENT_DEAF)
		printk("ALERT the agent on CPU %u is attached to %u tracepoints less than at its start",
		       of->index, h->probes_gone);
	else
		printk("ALERT the agent on CPU %u is %s", of->index, state_names[h->state]);
}

void heartbeat_heard(struct percpu *cpu, bool pause, uint32_t probes_gone)
{
	struct heartbeat *h = &cpu->heartbeat;
	uint32_t state = pause ? RW_AGENT_PAUSED : probes_gone ? RW_AGENT_DEAF : RW_AGENT_HEARD;

	spin_lock(&lock);
	uint32_t before = h->state;
	bool changed = state != before || probes_gone != h->probes_gone;

	h->state = state;
	h->probes_gone = probes_gone;
	h->heard_ns = journal_now(cpu);
	h->overdue_ns = 0;
	if (changed && hv_locked()) {
		record(cpu, cpu);
		if (state == RW_AGENT_DEAF || before == RW_AGENT_SILENT || before == RW_AGENT_DEAF)
			alert(cpu, cpu);
	}
	spin_unlock(&lock);
}

/* Return: whether an agent is found to be silent only now. */
static bool falls_silent(struct heartbeat *h, uint64_t now)
{
	if (h->state != RW_AGENT_HEARD && h->state != RW_AGENT_DEAF)
		return false;
	if (now < h->heard_ns + HEARTBEAT_SILENT_NS)
		return false;
	if (!h->overdue_ns)
		h->overdue_ns = now;
	return now >= h->overdue_ns + HEARTBEAT_GRACE_NS;
}

void heartbeat_check(struct percpu *cpu)
{
	bool silent = false;

	if (!hv_locked())
		return;

	uint64_t now = journal_now(cpu);

	if (now < cpu->heartbeat.checked_ns + CHECK_NS)
		return;
	cpu->heartbeat.checked_ns = now;
	spin_lock(&lock);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++) {
		struct percpu *of = percpu_of(i);

		if (!falls_silent(&of->heartbeat, now))
			continue;
		of->heartbeat.state = RW_AGENT_SILENT;
		record(cpu, of);
		alert(cpu, of);
		silent = true;
	}
	spin_unlock(&lock);
	if (silent && hv.boot->settings.on_agent_loss == RW_ON_AGENT_LOSS_STOP)
		hv_stop("the agent is silent, and on_agent_loss = stop");
}

void heartbeat_start(const struct percpu *cpu)
{
	spin_lock(&lock);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++) {
		struct heartbeat *h = &percpu_of(i)->heartbeat;

		h->heard_ns = journal_now(cpu);
		h->overdue_ns = 0;
	}
	spin_unlock(&lock);
}

void heartbeat_forget(void)
{
	spin_lock(&lock);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		percpu_of(i)->heartbeat.state = 0;
	spin_unlock(&lock);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The dead man's switch: the agent of each CPU makes itself heard at least every HEARTBEAT_SILENT_NS, from
 * its protected text. Silence is recorded by the hypervisor itself, and answered as on_agent_loss says.
 */
#pragma once

#include "core/percpu.h"

/* A CPU's agent is missed after this time without a beat. The agent beats every second of its own time. */
#define HEARTBEAT_SILENT_NS 30000000000ull
/*
 * It counts as silent when it is still missed this long after an exit found it missing. A machine that was
 * suspended or stopped as a whole makes no exit meanwhile, and its agents beat before this time is over.
 */
#define HEARTBEAT_GRACE_NS 15000000000ull

/**
 * heartbeat_heard() - the agent of @cpu, the current one, is there.
 * @pause:       it says that it will not be heard for a while
 * @probes_gone: to how many tracepoints it is attached no more; untrusted, as @pause
 *
 * After the lock, a change of state makes a record and, unless it is only the first beat, an alert.
 *
 * Context: an exit handler, without locks.
 */
void heartbeat_heard(struct percpu *cpu, bool pause, uint32_t probes_gone);

/**
 * heartbeat_check() - looks for silent agents on all CPUs; not more than once a second on @cpu, the current
 * one.
 *
 * Makes a record and an alert for each; with on_agent_loss = stop it does not return then.
 *
 * Context: as heartbeat_heard().
 */
void heartbeat_check(struct percpu *cpu);

/** heartbeat_start() - the lock, on @cpu: agents that have been heard are missed from now on. (a) */
void heartbeat_start(const struct percpu *cpu);

/** heartbeat_forget() - another kernel takes over: no agent is missed. Context: (a). */
void heartbeat_forget(void);

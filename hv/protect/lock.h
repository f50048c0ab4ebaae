/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The lock: what the agent named is read-only for the guest, until the guest may start another kernel. */
#pragma once

#include "core/percpu.h"

/**
 * protect_lock() - checks the ranges, removes write permission, and locks. All or nothing.
 * Context: under hv_agent_lock. Return: 0, -RW_ENOTREADY, -RW_EINVAL, -RW_ENOSPC.
 */
int64_t protect_lock(struct percpu *cpu);

/**
 * protect_release() - before another kernel starts: restores write permission, records that, and forgets what
 * the agent registered, its rings included. Context: under hv_agent_lock, after the registration.
 */
void protect_release(struct percpu *cpu);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Control state: bits of registers that switch protection off, or that say where the kernel is entered. They
 * are pinned at the lock: from then on each CPU must have the values of the CPU that locked. Other bits are
 * free. A CPU that is started after the lock gets there step by step, and is pinned once it has all of them.
 */
#pragma once

#include "core/action.h"

#define PIN_PATIENCE_NS 10000000000ull

/**
 * pin_lock() - takes this CPU's values as those of the machine. Each CPU follows at its next exit: the caller
 * makes them exit. pin_unlock() - ends that. Context: under hv_agent_lock.
 */
void pin_lock(struct percpu *cpu);
void pin_unlock(void);

/**
 * pin_update() - follows a lock or unlock, and checks what an unwatched instruction did. Context: the end of
 * each exit, and once more if another CPU has asked for a flush meanwhile.
 */
void pin_update(struct percpu *cpu);

/**
 * pin_watch_starts() - records each CPU that has been coming up for PIN_PATIENCE_NS: it is not pinned,
 * and may be an attacker's. Context: often, on any CPU.
 */
void pin_watch_starts(struct percpu *cpu);

/** pin_restart() - the CPU was reset by INIT: it has to come up again. */
void pin_restart(struct percpu *cpu);

/**
 * pin_cr_write() - a write to CR0 or CR4, or an instruction about a descriptor table register, that exits
 * because of the pins. Return: what becomes of it, recorded if it is refused.
 */
enum hv_action pin_cr_write(struct percpu *cpu, struct hv_exit *x);

/** pin_refuses_msr() - whether the guest may not write @value to @msr: recorded. The guest gets #GP. */
bool pin_refuses_msr(struct percpu *cpu, uint32_t msr, uint64_t value);

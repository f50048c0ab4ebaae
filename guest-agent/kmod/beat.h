/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The agent's sign of life, from each CPU. The hypervisor records its absence. */
#pragma once

/**
 * beat_init() - prepare to beat on each CPU that comes online.
 *
 * Context: module init, after protect_register(). Return: 0 or a negative errno.
 */
int beat_init(void);

/* Undoes beat_init(). Context: module init, when a later step failed, before beat_start(). */
void beat_exit(void);

/** beat_start() - beat from now on. Context: module init, with all tracepoints attached; interrupts on. */
void beat_start(void);

/** beat_pause() - tell the hypervisor that no CPU will beat, and stop. Context: may sleep. */
void beat_pause(void);

/** beat_resume() - beat again on all CPUs that are online. Context: may sleep. */
void beat_resume(void);

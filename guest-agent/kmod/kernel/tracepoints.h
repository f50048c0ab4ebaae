/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Attachment to fork and exit of tasks, for which no LSM hook knows enough. */
#pragma once

/**
 * compat_attach_tracepoints() - attach the agent to fork and exit of tasks.
 *
 * Context: module init; patches kernel text.
 * Return: 0, -ENOENT if the kernel has no such tracepoint (printed), or what registration returned. After an
 * error none is attached.
 */
int compat_attach_tracepoints(void);

/**
 * compat_tracepoints_gone() - look whether the kernel still calls the agent's probes.
 * @first: name of the first tracepoint that does not
 *
 * Context: preemption off. Return: from how many the agent was removed.
 */
unsigned int compat_tracepoints_gone(const char **first);

/* Undoes compat_attach_tracepoints(). Context: module init, when a later step failed. */
void compat_detach_tracepoints(void);

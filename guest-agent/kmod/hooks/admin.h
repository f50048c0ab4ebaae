/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* System calls that change the whole machine, and for which Linux has no hook but their capability's. */
#pragma once

/**
 * admin_granted() - record the current task's system call, if it is one of these and asks for @cap.
 * @cap: a capability that the task has been granted
 *
 * Context: a task's, not an interrupt.
 */
void admin_granted(int cap);

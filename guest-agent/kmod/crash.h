/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Failures of the kernel: recorded at once, with all that waits in this CPU's ring. */
#pragma once

/** crash_init() - have the kernel report its failures. Context: module init, after producer_init(). */
void crash_init(void);

/** crash_exit() - undo crash_init(). Context: module init, when a later step failed. */
void crash_exit(void);

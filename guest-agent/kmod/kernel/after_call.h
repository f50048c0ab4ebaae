/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Work that follows the current system call. */
#pragma once

#include <linux/types.h>

/**
 * compat_after_call() - run a function in the current task before it returns to user mode.
 *
 * Context: a task's; may sleep. Return: false if that cannot be: a kernel thread, or no memory.
 */
bool compat_after_call(void (*fn)(void));

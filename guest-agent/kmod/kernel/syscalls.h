/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which system call the current task is in. */
#pragma once

#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/compat.h>
#include <asm/syscall.h>
#include <asm/unistd.h>
#include <asm/unistd_32_ia32.h>

#include "kernel/workers.h"

/* The numbers of a system call: of 64-bit programs, and of 32-bit programs. */
#define CALL(name) __NR_##name, __NR_ia32_##name

/**
 * compat_in_call() - tell whether the current task is in a system call.
 * @nr64, @nr32: CALL(name)
 *
 * Context: a task's, not an interrupt.
 */
static inline bool compat_in_call(int nr64, int nr32)
{
	/* A task that the kernel made has no registers of a system call. */
	if (compat_worker(current->flags))
		return false;
	return syscall_get_nr(current, task_pt_regs(current)) == (in_ia32_syscall() ? nr32 : nr64);
}

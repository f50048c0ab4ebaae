/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Which system call the current task is in, where a hook alone does not tell. Hooks also run in kernel
 * threads and io_uring's workers, which are in none.
 */
#pragma once

#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/ptrace.h>
#include <asm/unistd.h>
#include <asm/unistd_32_ia32.h>

enum syscall_kind {
	SYSCALL_OTHER,
	SYSCALL_SPLICE,
	SYSCALL_AIO,   /* io_submit(2) */
	SYSCALL_IOCTL, /* also clones and deduplicates ranges of files */
	SYSCALL_MKNOD,
	SYSCALL_TRUNCATE,
	SYSCALL_MOUNT,
	SYSCALL_FSCONFIG,
	SYSCALL_IOPL,
	SYSCALL_IOPERM,
};

/** syscall_kind() - name the current task's system call, 64 or 32 bits. */
enum syscall_kind syscall_kind(void);

/** syscall_argument() - get argument @n, 0 to 2, of the current task's system call. */
unsigned long syscall_argument(unsigned int n);

/** syscall_truncate_length() - get the length asked for by the current task's truncate(2). */
u64 syscall_truncate_length(void);

/** syscall_moves_unseen() - whether this call may move bytes that the task's own counts leave out. */
static inline bool syscall_moves_unseen(void)
{
	unsigned long nr = task_pt_regs(current)->orig_ax;

	/* A 64-bit call with one of the other numbers takes the slow path, which looks again. */
	return nr == __NR_splice || nr == __NR_io_submit || nr == __NR_ioctl || nr == __NR_ia32_splice ||
	       nr == __NR_ia32_io_submit || nr == __NR_ia32_ioctl;
}

/** syscall_is_inner_slow() - the rest of syscall_is_inner(). */
bool syscall_is_inner_slow(void);

/**
 * syscall_is_inner() - whether a file system's own work runs, inside an operation of the current task.
 *
 * overlayfs does that with the credentials of who mounted it, or inside mount(2): what it does to the files
 * below is a part of the operation on its own file, which has its own record. io_uring runs requests with
 * other credentials as well (personalities), as their own.
 */
static inline bool syscall_is_inner(void)
{
	unsigned long nr = task_pt_regs(current)->orig_ax;

	return unlikely(current_cred() != current_real_cred() || nr == __NR_mount || nr == __NR_ia32_mount ||
			nr == __NR_fsconfig) &&
	       syscall_is_inner_slow();
}

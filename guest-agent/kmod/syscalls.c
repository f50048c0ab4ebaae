// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Which system call the current task is in.

#include "kernel/workers.h"
#include "syscalls.h"

static enum syscall_kind kind_of_native(unsigned long nr)
{
	switch (nr) {
	case __NR_splice:
		return SYSCALL_SPLICE;
	case __NR_io_submit:
		return SYSCALL_AIO;
	case __NR_ioctl:
		return SYSCALL_IOCTL;
	case __NR_mknod:
	case __NR_mknodat:
		return SYSCALL_MKNOD;
	case __NR_truncate:
		return SYSCALL_TRUNCATE;
	case __NR_mount:
		return SYSCALL_MOUNT;
	case __NR_fsconfig:
		return SYSCALL_FSCONFIG;
	case __NR_iopl:
		return SYSCALL_IOPL;
	case __NR_ioperm:
		return SYSCALL_IOPERM;
	default:
		return SYSCALL_OTHER;
	}
}

static enum syscall_kind kind_of_ia32(unsigned long nr)
{
	switch (nr) {
	case __NR_ia32_splice:
		return SYSCALL_SPLICE;
	case __NR_ia32_io_submit:
		return SYSCALL_AIO;
	case __NR_ia32_ioctl:
		return SYSCALL_IOCTL;
	case __NR_ia32_mknod:
	case __NR_ia32_mknodat:
		return SYSCALL_MKNOD;
	case __NR_ia32_truncate:
	case __NR_ia32_truncate64:
		return SYSCALL_TRUNCATE;
	case __NR_ia32_mount:
		return SYSCALL_MOUNT;
	case __NR_ia32_fsconfig:
		return SYSCALL_FSCONFIG;
	case __NR_ia32_iopl:
		return SYSCALL_IOPL;
	case __NR_ia32_ioperm:
		return SYSCALL_IOPERM;
	default:
		return SYSCALL_OTHER;
	}
}

enum syscall_kind syscall_kind(void)
{
	unsigned long nr = task_pt_regs(current)->orig_ax;

	if (compat_worker(current->flags))
		return SYSCALL_OTHER;
	return in_ia32_syscall() ? kind_of_ia32(nr) : kind_of_native(nr);
}

bool syscall_is_inner_slow(void)
{
	enum syscall_kind kind = syscall_kind();

	if (compat_worker(current->flags))
		return false;
	if (kind == SYSCALL_MOUNT || kind == SYSCALL_FSCONFIG)
		return true;
	return current_cred() != current_real_cred() && task_pt_regs(current)->orig_ax != __NR_io_uring_enter;
}

unsigned long syscall_argument(unsigned int n)
{
	const struct pt_regs *regs = task_pt_regs(current);
	const unsigned long native[] = { regs->di, regs->si, regs->dx };
	const u32 ia32[] = { regs->bx, regs->cx, regs->dx };

	return in_ia32_syscall() ? ia32[n] : native[n];
}

/* 64 bits in a 32-bit call are two arguments; truncate there has a signed length. */
u64 syscall_truncate_length(void)
{
	if (!in_ia32_syscall())
		return syscall_argument(1);
	if (task_pt_regs(current)->orig_ax == __NR_ia32_truncate64)
		return (u64)syscall_argument(2) << 32 | syscall_argument(1);
	return (s32)syscall_argument(1);
}

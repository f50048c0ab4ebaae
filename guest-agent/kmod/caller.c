// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Reads the registers and the memory of the current task's system call.

#include <linux/minmax.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "caller.h"
#include "kernel/syscalls.h"

bool caller_args(int nr64, int nr32, struct caller_args *args)
{
	if (!compat_in_call(nr64, nr32))
		return false;
	syscall_get_arguments(current, task_pt_regs(current), args->arg);
	return true;
}

/* copy_from_user() without its WARN, whose table the locked module must not have. Return: bytes copied. */
static size_t copy(void *to, size_t size, const void __user *from, size_t len)
{
	len = min(len, size);
	return access_ok(from, len) ? len - __copy_from_user(to, from, len) : 0;
}

size_t caller_written(char *text, size_t size)
{
	struct caller_args args;
	const void __user *from;
	struct iovec first;

	if (caller_args(CALL(write), &args) || caller_args(CALL(pwrite64), &args))
		return copy(text, size, (const void __user *)args.arg[1], args.arg[2]);
	if (in_ia32_syscall() || !(caller_args(CALL(writev), &args) || caller_args(CALL(pwritev), &args)))
		return 0;
	from = (const void __user *)args.arg[1];
	if (!args.arg[2] || copy(&first, sizeof(first), from, sizeof(first)) < sizeof(first))
		return 0;
	return copy(text, size, first.iov_base, first.iov_len);
}

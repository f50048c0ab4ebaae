/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tasks that the kernel has made. */
#pragma once

#include <linux/sched.h>

#include "abi/record.h"
#include "kernel/version.h"

/* 6.1 has only io_uring's threads in user processes; those of vhost are kernel threads there. */
#if LINUX_IS(6, 1)
#define WORKER_USER 0u
#else
#define WORKER_USER PF_USER_WORKER
#endif

/** compat_worker() - tell what the kernel has made a task for: RW_TASKF_* of its flags. */
static inline u32 compat_worker(unsigned int flags)
{
	if (likely(!(flags & (PF_KTHREAD | PF_IO_WORKER | WORKER_USER))))
		return 0;
	if (flags & PF_IO_WORKER)
		return RW_TASKF_IO_WORKER;
	return flags & PF_KTHREAD ? RW_TASKF_KERNEL_THREAD : RW_TASKF_USER_WORKER;
}

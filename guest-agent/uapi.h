/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The requests that user mode can make to the agent through /dev/ringward. */
#pragma once

#include <linux/ioctl.h>

#include "abi/hypercall.h"
#include "abi/stats.h"

#define RW_DEVICE_NAME "ringward"
#define RW_DEVICE_PATH "/dev/" RW_DEVICE_NAME

/* Answer of RW_IOC_STATUS: what the hypervisor says, and what only the agent knows. */
struct rw_ioc_status {
	struct rw_status hv;
	uint32_t rings;    /* CPUs that have a ring */
	uint32_t reserved; /* 0 */
	uint64_t pending;  /* bytes in the rings, not yet handed over */
	uint64_t lost;     /* records that did not fit a ring */
	uint64_t no_ring;  /* records lost on CPUs that have no ring */
};
RW_ASSERT_SIZE(struct rw_ioc_status, sizeof(struct rw_status) + 32);

/* Request and answer of RW_IOC_STATS. */
struct rw_ioc_stats {
	uint32_t cpu;      /* in: the hypervisor's index of a CPU, below rw_status.cpus */
	uint32_t reserved; /* in: 0 */
	struct rw_cpu_stats stats;
};
RW_ASSERT_SIZE(struct rw_ioc_stats, 8 + sizeof(struct rw_cpu_stats));

/* Request and answer of RW_IOC_READ: records as abi/record.h describes them, whole and ascending. */
struct rw_ioc_read {
	uint64_t seq;        /* in: lowest number wanted; out: lowest that was not copied yet */
	uint64_t next_seq;   /* out: number that the next record will get */
	uint64_t boot_epoch; /* out: of the hypervisor's start, seconds since 1970 UTC; 0: unknown */
	uint64_t buffer;     /* in: address of RW_READ_BYTES bytes */
	uint64_t bytes;      /* out: bytes copied */
};
RW_ASSERT_SIZE(struct rw_ioc_read, 40);

/* Request and answer of RW_IOC_MONITOR and RW_IOC_POLICY. */
struct rw_ioc_image {
	uint64_t buffer; /* in: its address */
	uint64_t size;   /* in: its bytes, RW_POLICY_BYTES_MAX are enough; out: bytes of the image */
};
RW_ASSERT_SIZE(struct rw_ioc_image, 16);

/*
 * Errors of all: ENOTTY for an unknown request, EIO if the hypervisor refuses (the kernel log says how).
 * MONITOR, POLICY: ENOSPC if the buffer is too small. POLICY: ENODATA where there is no policy.conf.
 * LOCK: EALREADY if locked before, EAGAIN while the module's memory is not yet read-only.
 * READ: EACCES where policy.conf trusts rwctl by its hash, and the caller is another program.
 * STATS: EINVAL for a CPU that the hypervisor does not have, or reserved that is not 0.
 */
#define RW_IOC_LOCK   _IO('R', 0x01)
#define RW_IOC_STATUS _IOR('R', 0x02, struct rw_ioc_status)
#define RW_IOC_STATS  _IOWR('R', 0x03, struct rw_ioc_stats)
#define RW_IOC_DUMP   _IO('R', 0x04) /* hands over all rings, then sends the store over the serial line */
#define RW_IOC_FLUSH  _IO('R', 0x05) /* hands over all rings */
#define RW_IOC_READ   _IOWR('R', 0x06, struct rw_ioc_read) /* stored records */
/* the rules in force: a monitor image, as abi/monitor.h has it */
#define RW_IOC_MONITOR _IOWR('R', 0x07, struct rw_ioc_image)
/* the access policy in force: an access image, as abi/access.h has it */
#define RW_IOC_POLICY _IOWR('R', 0x08, struct rw_ioc_image)

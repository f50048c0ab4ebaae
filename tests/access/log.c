// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Reading the log with another program than rwctl, as root.

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "access.h"
#include "guest-agent/uapi.h"

static int request(unsigned long number, void *argument)
{
	int fd = open(RW_DEVICE_PATH, O_RDWR);

	return fd < 0 ? errno : result(ioctl(fd, number, argument));
}

CASE(log_read)
{
	static uint64_t buffer[RW_READ_BYTES / sizeof(uint64_t)];
	struct rw_ioc_read read = { .seq = 1, .buffer = (uintptr_t)buffer };

	return request(RW_IOC_READ, &read);
}

/* What is not in the log anybody may ask who may open the device. */
CASE(log_status)
{
	static struct rw_ioc_status status;

	return request(RW_IOC_STATUS, &status);
}

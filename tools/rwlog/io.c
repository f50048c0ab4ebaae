/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Whole reads and writes, where the system calls may do a part and be interrupted. */
#include "io.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

/* @at: -1: at the descriptor's own position. */
static int write_all(int fd, const uint8_t *p, size_t n, off_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = at < 0 ? write(fd, p + done, n - done) :
				     pwrite(fd, p + done, n - done, at + (off_t)done);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k < 0 ? -errno : -EIO;
		done += (size_t)k;
	}
	return 0;
}

int io_write(int fd, const void *p, size_t n)
{
	return write_all(fd, p, n, -1);
}

int io_write_at(int fd, const void *p, size_t n, off_t at)
{
	return write_all(fd, p, n, at);
}

size_t io_read_at(int fd, void *p, size_t n, off_t at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t k = pread(fd, (uint8_t *)p + done, n - done, at + (off_t)done);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		done += (size_t)k;
	}
	return done;
}

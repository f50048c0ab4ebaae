// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Bytes that io_uring moved: known when a request completes, in a structure private to the kernel.

#include <linux/fs.h>
#include <linux/io_uring_types.h>
#include <linux/stat.h>

#include "hooks/hooks.h"
#include "openfile.h"

/* Reads and writes of files; what io_uring adds to no file's count is -1. */
static int way_of(const struct io_kiocb *req)
{
	switch (req->opcode) {
	case IORING_OP_READ:
	case IORING_OP_READV:
	case IORING_OP_READ_FIXED:
		return OPENFILE_READ;
	case IORING_OP_WRITE:
	case IORING_OP_WRITEV:
	case IORING_OP_WRITE_FIXED:
		return OPENFILE_WRITE;
	default:
		return -1;
	}
}

void probe_io_uring_complete(void *unused, void *ctx, void *req, u64 user_data, int res, unsigned int cflags,
			     u64 extra1, u64 extra2)
{
	const struct io_kiocb *done = req;

	if (res > 0 && done && way_of(done) >= 0 && done->file)
		openfile_add(done->file, way_of(done), res);
}

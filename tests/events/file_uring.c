// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Case: a file is opened, written, read and renamed through io_uring, without a library.
#define _GNU_SOURCE

#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"
#include "files.h"

#define ENTRIES 4

static struct {
	int fd;
	uint32_t *sq_tail, *sq_array, *cq_head;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
} ring;

static void *map(size_t bytes, off_t at)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, at);

	need(p != MAP_FAILED, "mmap of the ring");
	return p;
}

static void ring_make(void)
{
	struct io_uring_params p = { .flags = 0 };
	char *sq, *cq;

	ring.fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &p);
	need(ring.fd >= 0, "io_uring_setup");
	sq = map(p.sq_off.array + ENTRIES * sizeof(uint32_t), IORING_OFF_SQ_RING);
	cq = map(p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
	ring.sqes = map(ENTRIES * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
	ring.sq_tail = (uint32_t *)(sq + p.sq_off.tail);
	ring.sq_array = (uint32_t *)(sq + p.sq_off.array);
	ring.cq_head = (uint32_t *)(cq + p.cq_off.head);
	ring.cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
}

/* Return: the request's result. */
static int ring_do(struct io_uring_sqe request)
{
	uint32_t at = *ring.sq_tail % ENTRIES, done = *ring.cq_head;
	int result;

	ring.sqes[at] = request;
	ring.sq_array[at] = at;
	__atomic_store_n(ring.sq_tail, *ring.sq_tail + 1, __ATOMIC_RELEASE);
	need(syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1,
	     "io_uring_enter");
	result = ring.cqes[done % (2 * ENTRIES)].res;
	__atomic_store_n(ring.cq_head, done + 1, __ATOMIC_RELEASE);
	return result;
}

static struct io_uring_sqe io(int opcode, int fd, unsigned int bytes, unsigned int at, int flags)
{
	return (struct io_uring_sqe){ .opcode = (uint8_t)opcode,
				      .flags = (uint8_t)flags,
				      .fd = fd,
				      .addr = (uintptr_t)file_data,
				      .len = bytes,
				      .off = at };
}

/* The second write and read are done by a worker of the kernel. */
CASE(file_uring)
{
	struct io_uring_sqe request = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD };
	int fd;

	ring_make();
	request.addr = (uintptr_t) "/tmp/file-uring";
	request.len = 0600;
	request.open_flags = O_CREAT | O_RDWR;
	fd = ring_do(request);
	need(fd >= 0, "openat");
	fact_file("file", fd);
	need(ring_do(io(IORING_OP_WRITE, fd, 700, 0, 0)) == 700, "write");
	need(ring_do(io(IORING_OP_WRITE, fd, 300, 700, IOSQE_ASYNC)) == 300, "write of a worker");
	need(ring_do(io(IORING_OP_READ, fd, 400, 0, 0)) == 400, "read");
	need(ring_do(io(IORING_OP_READ, fd, 50, 400, IOSQE_ASYNC)) == 50, "read of a worker");
	close(fd);
	request = (struct io_uring_sqe){ .opcode = IORING_OP_RENAMEAT,
					 .fd = AT_FDCWD,
					 .len = (uint32_t)AT_FDCWD };
	request.addr = (uintptr_t) "/tmp/file-uring";
	request.addr2 = (uintptr_t) "/tmp/file-renamed";
	need(ring_do(request) == 0, "renameat");
}

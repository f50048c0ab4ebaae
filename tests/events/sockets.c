// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// What the cases about sockets share.

#include <errno.h>
#include <linux/io_uring.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"
#include "sockets.h"

socklen_t unix_name(struct sockaddr_un *un, const char *path)
{
	size_t len = strlen(path);

	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(un->sun_path, path, len);
	if (path[0] != '@')
		return sizeof(*un);
	un->sun_path[0] = 0;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

int unix_bound(const char *path, int type)
{
	struct sockaddr_un un;
	socklen_t len = unix_name(&un, path);
	int fd = socket(AF_UNIX, type, 0);

	need(fd >= 0, "socket");
	unlink(path);
	need(bind(fd, (void *)&un, len) == 0, path);
	return fd;
}

int unix_connected(const char *path, int type)
{
	struct sockaddr_un un;
	socklen_t len = unix_name(&un, path);
	int fd = socket(AF_UNIX, type, 0);

	need(fd >= 0, "socket");
	need(connect(fd, (void *)&un, len) == 0, path);
	return fd;
}

void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	need(fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0, "SIOCGIFFLAGS");
	request.ifr_flags |= IFF_UP;
	need(ioctl(fd, SIOCSIFFLAGS, &request) == 0, "SIOCSIFFLAGS");
	close(fd);
}

/* One request, one answer. */
static int ring_one(const struct io_uring_sqe *request)
{
	struct io_uring_params p = { 0 };
	int ring = (int)syscall(__NR_io_uring_setup, 1, &p);
	const struct io_uring_cqe *cqe;
	struct io_uring_sqe *sqe;
	char *queue;
	int result;

	if (ring < 0 && errno == ENOSYS)
		return -ENOSYS;
	need(ring >= 0, "io_uring_setup");
	queue = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	sqe = mmap(NULL, sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	need(queue != MAP_FAILED && sqe != MAP_FAILED, "mmap of a ring");
	*sqe = *request;
	*(uint32_t *)(queue + p.sq_off.array) = 0;
	__atomic_store_n((uint32_t *)(queue + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	need(syscall(__NR_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1,
	     "io_uring_enter");
	cqe = (const void *)(queue + p.cq_off.cqes);
	result = cqe->res;
	munmap(queue, 16384);
	munmap(sqe, sizeof(*sqe));
	close(ring);
	return result;
}

int ring_connect(int fd, const void *address, socklen_t len)
{
	return ring_one(&(struct io_uring_sqe){
		.opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uintptr_t)address, .off = len });
}

int ring_send(int fd, const void *data, size_t len)
{
	return ring_one(&(struct io_uring_sqe){
		.opcode = IORING_OP_SEND, .fd = fd, .addr = (uintptr_t)data, .len = (uint32_t)len });
}

void fact_socket(const char *name, int fd)
{
	struct stat st;

	need(fstat(fd, &st) == 0, "fstat");
	fact_number(name, (long long)st.st_ino);
}

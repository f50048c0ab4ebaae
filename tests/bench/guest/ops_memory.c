// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Operations on memory: mapping a file, a page fault, a protection fault.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "bench.h"

#define PAGE        4096u
#define MAP_PATH    "/tmp/map"
#define MAP_BYTES   (64u * 1024)
#define MAP_STRIDE  (16u * 1024)
#define FAULT_PAGES 256u /* less than a huge page: each page faults separately */
#define STORE_BYTES 3    /* length of the instruction in protection_run() */

static int fd;
static volatile char *area;

static void mmap_setup(void)
{
	fd = (int)check(open(MAP_PATH, O_RDWR | O_CREAT, 0600), MAP_PATH);
	check(ftruncate(fd, MAP_BYTES), "ftruncate");
	check(posix_fallocate(fd, 0, MAP_BYTES) == 0 ? 0 : -1, "posix_fallocate");
}

static void *map(int prot, int flags, int file, size_t bytes)
{
	void *p = mmap(NULL, bytes, prot, flags, file, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static void mmap_run(unsigned int ops)
{
	while (ops--) {
		volatile char *p = map(PROT_READ, MAP_SHARED, fd, MAP_BYTES);
		unsigned int i;

		for (i = 0; i < MAP_BYTES; i += MAP_STRIDE)
			(void)p[i];
		check(munmap((void *)p, MAP_BYTES), "munmap");
	}
}

static void mmap_teardown(void)
{
	close(fd);
	check(unlink(MAP_PATH), MAP_PATH);
}

static void fault_setup(void)
{
	area = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, FAULT_PAGES * PAGE);
}

static void fault_run(unsigned int ops)
{
	unsigned int i;

	for (i = 0; i < ops; i++)
		area[i % FAULT_PAGES * PAGE] = 1;
	check(madvise((void *)area, FAULT_PAGES * PAGE, MADV_DONTNEED), "madvise");
}

static void fault_teardown(void)
{
	check(munmap((void *)area, FAULT_PAGES * PAGE), "munmap");
}

static void skip_store(int number, siginfo_t *info, void *context)
{
	ucontext_t *interrupted = context;

	(void)number;
	(void)info;
	interrupted->uc_mcontext.gregs[REG_RIP] += STORE_BYTES;
}

static void protection_setup(void)
{
	struct sigaction action = { .sa_sigaction = skip_store, .sa_flags = SA_SIGINFO };

	check(sigaction(SIGSEGV, &action, NULL), "sigaction");
	area = map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, FAULT_PAGES * PAGE);
	(void)area[0];
}

static void protection_run(unsigned int ops)
{
	/* movb $0, (%rdi): three bytes, which the handler steps over */
	while (ops--)
		__asm__ volatile(".byte 0xc6, 0x07, 0x00" : : "D"(area) : "memory");
}

static void protection_teardown(void)
{
	check(signal(SIGSEGV, SIG_DFL) == SIG_ERR ? -1 : 0, "signal");
	fault_teardown();
}

const struct bench_op memory_ops[] = {
	{ "mmap", 20, 300, 1, mmap_setup, mmap_run, mmap_teardown },
	{ "page_fault", 64, 120, 1, fault_setup, fault_run, fault_teardown },
	{ "protection_fault", 40, 120, 1, protection_setup, protection_run, protection_teardown },
};
const unsigned int memory_op_count = COUNT(memory_ops);

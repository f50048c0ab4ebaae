// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Attack: reads or writes physical memory, the hypervisor's for example, through /dev/mem.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE     4096u
#define READ_MAX 256u

static int usage(void)
{
	fputs("usage: hvmem read GPA LENGTH | hvmem write GPA VALUE\n"
	      "LENGTH up to 256 bytes, VALUE of 8 bytes; each is tried by read or write and by mmap\n",
	      stderr);
	return 2;
}

static void hex(const char *way, uint64_t gpa, const volatile uint8_t *bytes, size_t len)
{
	size_t i;

	printf("%s %#llx ", way, (unsigned long long)gpa);
	for (i = 0; i < len; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

static void by_file(int fd, uint64_t gpa, size_t len, const uint64_t *value)
{
	uint8_t before[READ_MAX], after[READ_MAX];

	if (pread(fd, before, len, (off_t)gpa) != (ssize_t)len) {
		printf("read %#llx: %s\n", (unsigned long long)gpa, strerror(errno));
		return;
	}
	hex("read", gpa, before, len);
	if (!value)
		return;
	if (pwrite(fd, value, sizeof(*value), (off_t)gpa) != (ssize_t)sizeof(*value))
		printf("write %#llx: %s\n", (unsigned long long)gpa, strerror(errno));
	if (pread(fd, after, len, (off_t)gpa) == (ssize_t)len)
		printf("write %#llx %s\n", (unsigned long long)gpa,
		       memcmp(before, after, len) ? "changed" : "unchanged");
}

static void by_map(int fd, uint64_t gpa, size_t len, const uint64_t *value)
{
	uint64_t start = gpa & ~(uint64_t)(PAGE - 1);
	size_t off = (size_t)(gpa - start);
	volatile uint8_t *map = mmap(NULL, off + len, value ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
				     fd, (off_t)start);
	uint64_t before;

	if (map == MAP_FAILED) {
		printf("mmap %#llx: %s\n", (unsigned long long)gpa, strerror(errno));
		return;
	}
	hex("mmap-read", gpa, map + off, len);
	if (value) {
		volatile uint64_t *p = (volatile uint64_t *)(map + off);

		before = *p;
		*p = *value;
		printf("mmap-write %#llx %s\n", (unsigned long long)gpa,
		       *p != before ? "changed" : "unchanged");
	}
	munmap((void *)map, off + len);
}

int main(int argc, char **argv)
{
	char *end1, *end2;
	uint64_t gpa, n;
	int writing, fd;

	if (argc != 4 || (strcmp(argv[1], "read") != 0 && strcmp(argv[1], "write") != 0))
		return usage();
	writing = strcmp(argv[1], "write") == 0;
	gpa = strtoull(argv[2], &end1, 0);
	n = strtoull(argv[3], &end2, 0);
	if (!*argv[2] || *end1 || !*argv[3] || *end2 || (writing ? gpa % 8 != 0 : n == 0 || n > READ_MAX))
		return usage();
	fd = open("/dev/mem", O_RDWR | O_SYNC);
	if (fd < 0) {
		fprintf(stderr, "hvmem: /dev/mem: %s\n", strerror(errno));
		return 1;
	}
	by_file(fd, gpa, writing ? 8 : (size_t)n, writing ? &n : NULL);
	by_map(fd, gpa, writing ? 8 : (size_t)n, writing ? &n : NULL);
	close(fd);
	return 0;
}

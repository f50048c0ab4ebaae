// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Case: a 64-bit program makes 32-bit system calls.
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "events.h"
#include "sockets.h"

/* Numbers of the 32-bit entry. */
enum {
	IA32_OPEN = 5,
	IA32_EXECVE = 11,
	IA32_KILL = 37,
	IA32_RENAME = 38,
	IA32_MKDIR = 39,
	IA32_SETHOSTNAME = 74,
	IA32_SETUID32 = 213,
	IA32_CONNECT = 362,
};

static char *low; /* memory that 32 bits can address */

/* Puts @bytes at @at of the low memory. Return: their address. */
static long at(unsigned int where, const void *bytes, size_t n)
{
	memcpy(low + where, bytes, n);
	return (long)(uintptr_t)(low + where);
}

static int call(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static int execute(void)
{
	uint32_t path = (uint32_t)at(0, "/opt/tiny", 10);
	uint32_t first = (uint32_t)at(64, "tiny", 5), second = (uint32_t)at(80, "by int 0x80", 12);
	uint32_t arguments[] = { first, second, 0 }, none = 0;
	int child = fork();

	if (child == 0)
		_exit(call(IA32_EXECVE, path, at(128, arguments, sizeof(arguments)), at(160, &none, 4)) ? 1 :
													  0);
	return child;
}

/* A child that is another user, and waits. */
static int sleeper(void)
{
	int child = fork(), ready;

	if (child == 0) {
		need(call(IA32_SETUID32, 1000, 0, 0) == 0, "setuid");
		fact_number("uid", getuid());
		for (;;)
			pause();
	}
	for (ready = 0; !ready; usleep(1000)) {
		char path[32];
		struct stat st;

		snprintf(path, sizeof(path), "/proc/%d", child);
		ready = stat(path, &st) == 0 && st.st_uid == 1000;
	}
	return child;
}

CASE(ia32_calls)
{
	struct sockaddr_un un;
	socklen_t len = unix_name(&un, "/tmp/ia32-socket");
	int fd, child;

	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	need(low != MAP_FAILED, "mmap");
	fd = call(IA32_OPEN, at(0, "/tmp/ia32-file", 15), O_CREAT | O_WRONLY, 0640);
	need(fd >= 0 && write(fd, "four", 4) == 4, "open");
	fact_file("file", fd);
	close(fd);
	need(call(IA32_MKDIR, at(0, "/tmp/ia32-dir", 14), 0700, 0) == 0, "mkdir");
	need(call(IA32_RENAME, at(0, "/tmp/ia32-dir", 14), at(64, "/tmp/ia32-new", 14), 0) == 0, "rename");
	need(call(IA32_SETHOSTNAME, at(0, "(none)", 7), 6, 0) == 0, "sethostname");
	unix_bound("/tmp/ia32-socket", SOCK_DGRAM);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	need(call(IA32_CONNECT, fd, at(0, &un, len), (long)len) == 0, "connect");
	fact_socket("client", fd);
	need(await_child(execute()) == 0, "execve");
	child = sleeper();
	fact_number("target", child);
	need(call(IA32_KILL, child, SIGKILL, 0) == 0, "kill");
	await_child(child);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: modules, and what changes the kernel's settings.

#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "events.h"

#define MODULE            "/opt/rwevent.ko"
#define MODULE_COMPRESSED "/opt/rwevent.ko.xz"
#define COMPRESSED_FILE   4 /* MODULE_INIT_COMPRESSED_FILE of finit_module(2) */

static char content[1 << 20];

static size_t read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t size = fd < 0 ? -1 : read(fd, content, sizeof(content));

	need(size > 0, path);
	close(fd);
	return (size_t)size;
}

static void unload(void)
{
	need(syscall(SYS_delete_module, "rwevent", 0) == 0, "delete_module");
}

CASE(kernel_module_file)
{
	int fd = open(MODULE, O_RDONLY);

	need(fd >= 0, MODULE);
	fact_file("module", fd);
	need(syscall(SYS_finit_module, fd, "fail=no", 0) == 0, "finit_module");
	unload();
}

CASE(kernel_module_memory)
{
	size_t size = read_file(MODULE);

	need(syscall(SYS_init_module, content, size, "") == 0, "init_module");
	unload();
}

CASE(kernel_module_compressed)
{
	int fd = open(MODULE_COMPRESSED, O_RDONLY);

	need(fd >= 0, MODULE_COMPRESSED);
	fact_number("result", syscall(SYS_finit_module, fd, "", COMPRESSED_FILE));
	syscall(SYS_delete_module, "rwevent", 0);
}

CASE(kernel_module_refused)
{
	memset(content, 'x', 100);
	fact_number("result", syscall(SYS_init_module, content, 100, ""));
}

CASE(kernel_module_fails)
{
	int fd = open(MODULE, O_RDONLY);

	need(fd >= 0, MODULE);
	fact_number("result", syscall(SYS_finit_module, fd, "fail=load", 0));
}

CASE(kernel_module_request)
{
	fact_number("result", socket(AF_APPLETALK, SOCK_DGRAM, 0));
}

static void put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	need(fd >= 0, path);
	need(write(fd, value, strlen(value)) == (ssize_t)strlen(value), path);
	close(fd);
}

CASE(kernel_sysctl)
{
	struct iovec parts[] = { { (char[]){ "1" }, 1 } };
	int fd, from;

	put("/proc/sys/kernel/kptr_restrict", "2\n");
	put("/proc/sys/kernel/dmesg_restrict", "0");
	fd = open("/proc/sys/kernel/kptr_restrict", O_WRONLY);
	need(fd >= 0 && writev(fd, parts, 1) == 1, "writev");
	close(fd);
	/* By the kernel, from a file: no system call has the value. */
	from = open("/tmp/value", O_RDWR | O_CREAT, 0600);
	fd = open("/proc/sys/kernel/kptr_restrict", O_WRONLY);
	need(from >= 0 && fd >= 0 && write(from, "0\n", 2) == 2 && lseek(from, 0, SEEK_SET) == 0, "value");
	need(sendfile(fd, from, NULL, 2) == 2, "sendfile");
	close(fd);
	close(from);
	/* What weakens nothing. */
	put("/proc/sys/vm/swappiness", "60");
}

CASE(kernel_sysctl_elsewhere)
{
	mkdir("/tmp/proc", 0700);
	need(mount("proc", "/tmp/proc", "proc", 0, NULL) == 0, "mount");
	put("/tmp/proc/sys/fs/suid_dumpable", "0");
	umount("/tmp/proc");
}

CASE(kernel_sysfs)
{
	put("/sys/module/printk/parameters/time", "Y");
	put("/sys/module/printk/uevent", "add");
}

CASE(kernel_sysrq)
{
	put("/proc/sysrq-trigger", "h");
}

CASE(kernel_tracefs)
{
	const char *filter = "/tmp/tracing/set_ftrace_filter";
	int fd;

	mkdir("/tmp/tracing", 0700);
	need(mount("tracefs", "/tmp/tracing", "tracefs", 0, NULL) == 0, "mount");
	fd = open(filter, O_WRONLY | O_TRUNC);
	need(fd >= 0, filter);
	close(fd);
	put("/tmp/tracing/kprobe_events", "p:rwtest/one vfs_fsync\n");
	put("/tmp/tracing/kprobe_events", "-:rwtest/one\n");
	put("/tmp/tracing/trace_marker", "a line of a program\n");
	umount("/tmp/tracing");
}

/* The number of a keyring of the kernel. */
static long keyring(const char *name)
{
	char line[512], found[64];
	FILE *keys = fopen("/proc/keys", "r");
	unsigned int serial = 0;

	need(keys != NULL, "/proc/keys");
	while (!serial && fgets(line, sizeof(line), keys)) {
		if (sscanf(line, "%x %*s %*s %*s %*s %*s %*s %*s %63[^:]", &serial, found) != 2 ||
		    strcmp(found, name))
			serial = 0;
	}
	fclose(keys);
	return serial;
}

CASE(kernel_keyring)
{
	long ring = keyring(".secondary_trusted_keys");

	fact_number("keyring", ring);
	fact_number("result", syscall(SYS_add_key, "asymmetric", "rwtest", "junk", 4, ring));
	/* A keyring of one's own. */
	syscall(SYS_add_key, "user", "rwtest", "x", 1, KEY_SPEC_PROCESS_KEYRING);
}

CASE(kernel_clock)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	need(clock_settime(CLOCK_REALTIME, &now) == 0, "clock_settime");
	fact_number("clock_ns", now.tv_sec * 1000000000ll + now.tv_nsec);
}

CASE(kernel_log)
{
	need(klogctl(8, NULL, 4) == 0, "klogctl"); /* console level: the one it has */
	need(klogctl(10, NULL, 0) > 0, "klogctl"); /* size of the buffer */
	need(klogctl(5, NULL, 0) == 0, "klogctl"); /* clear */
}

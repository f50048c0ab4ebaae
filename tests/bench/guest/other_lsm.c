// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Puts AppArmor or SELinux in force in the guest, for the policy table, with a policy that lies beside /init.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define SECURITYFS "/sys/kernel/security"
#define SELINUXFS  "/sys/fs/selinux"

static void mount_sys(void)
{
	if (mkdir("/sys", 0755) && errno != EEXIST)
		die("/sys");
	check(mount("sys", "/sys", "sysfs", 0, NULL), "mounting /sys");
}

/* Both want a policy in one write. */
static void load(const char *from, const char *to)
{
	int in = (int)check(open(from, O_RDONLY), from), out = (int)check(open(to, O_WRONLY), to);
	struct stat st;
	void *at;

	check(fstat(in, &st), from);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, in, 0);
	if (at == MAP_FAILED)
		die(from);
	if (check(write(out, at, (size_t)st.st_size), to) != st.st_size) {
		errno = EIO;
		die(to);
	}
	munmap(at, (size_t)st.st_size);
	close(in);
	close(out);
}

static void tell(const char *path, const char *text)
{
	int fd = (int)check(open(path, O_WRONLY), path);

	check(write(fd, text, strlen(text)), path);
	close(fd);
}

void apparmor_start(void)
{
	mount_sys();
	check(mount("security", SECURITYFS, "securityfs", 0, NULL), "mounting securityfs");
	load("/apparmor.bin", SECURITYFS "/apparmor/.load");
}

void apparmor_confine(void)
{
	tell("/proc/self/attr/apparmor/current", "changeprofile bench");
}

void selinux_start(void)
{
	mount_sys();
	check(mount("selinux", SELINUXFS, "selinuxfs", 0, NULL), "mounting selinuxfs");
	load("/selinux.bin", SELINUXFS "/load");
	tell(SELINUXFS "/enforce", "1");
}

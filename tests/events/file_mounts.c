// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: mounts and roots change, memory becomes executable, ports are opened.
#define _GNU_SOURCE

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"
#include "files.h"

CASE(mounts)
{
	need(mkdir("/tmp/mounts", 0755) == 0 && mkdir("/tmp/mounts/a", 0755) == 0, "mkdir");
	need(mkdir("/tmp/mounts/b", 0755) == 0, "mkdir");
	need(mount("a name", "/tmp/mounts/a", "tmpfs", MS_NOSUID, "size=1m") == 0, "mount");
	need(mount("/tmp/mounts/a", "/tmp/mounts/b", NULL, MS_BIND, NULL) == 0, "bind");
	need(mount(NULL, "/tmp/mounts/a", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0, "remount");
	need(umount2("/tmp/mounts/b", MNT_DETACH) == 0, "umount");
	need(umount("/tmp/mounts/a") == 0, "umount");
}

CASE(mounts_new)
{
	int fs, tree;

	need(mkdir("/tmp/mounts-new", 0755) == 0, "mkdir");
	fs = (int)syscall(SYS_fsopen, "tmpfs", 0);
	need(fs >= 0, "fsopen");
	need(syscall(SYS_fsconfig, fs, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0) == 0, "fsconfig create");
	tree = (int)syscall(SYS_fsmount, fs, 0, 8 /* MOUNT_ATTR_NOEXEC */);
	need(tree >= 0, "fsmount");
	need(syscall(SYS_move_mount, tree, "", AT_FDCWD, "/tmp/mounts-new", 4 /* F_EMPTY_PATH */) == 0,
	     "move_mount");
	need(syscall(SYS_fsconfig, fs, 7 /* FSCONFIG_CMD_RECONFIGURE */, NULL, NULL, 0) == 0, "fsconfig");
	close(tree);
	close(fs);
	need(umount("/tmp/mounts-new") == 0, "umount");
}

CASE(roots)
{
	need(unshare(CLONE_NEWNS) == 0, "unshare");
	need(mkdir("/tmp/roots", 0755) == 0, "mkdir");
	need(mount("none", "/tmp/roots", "tmpfs", 0, NULL) == 0, "mount");
	need(chroot("/tmp/roots") == 0 && chdir("/") == 0, "chroot");
	need(mkdir("/a", 0755) == 0 && mkdir("/a/b", 0755) == 0, "mkdir in root");
	need(mount("none", "/a", "tmpfs", 0, NULL) == 0 && mkdir("/a/old", 0755) == 0, "mount in root");
	need(syscall(SYS_pivot_root, "/a", "/a/old") == 0, "pivot_root");
}

CASE(memory)
{
	size_t page = 4096;
	int fd = file_make("/tmp/memory", (int)page);
	char *at = mmap(NULL, page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *file = mmap(NULL, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	fact_file("file", fd);
	need(at != MAP_FAILED && file != MAP_FAILED, "mmap");
	need(mprotect(at, page, PROT_READ | PROT_EXEC) == 0, "mprotect");
	need(mprotect(at, page, PROT_READ | PROT_WRITE) == 0, "mprotect");
	need(mprotect(at, page, PROT_READ | PROT_EXEC) == 0, "mprotect");
	fact_number("at", (long long)(uintptr_t)at);
	need(mprotect(file, page, PROT_READ) == 0, "mprotect of the file");
	need(mprotect(file, page, PROT_READ | PROT_WRITE | PROT_EXEC) == 0, "mprotect of the file");
	fact_number("file_at", (long long)(uintptr_t)file);
}

CASE(ports)
{
	need(ioperm(0x378, 3, 1) == 0, "ioperm");
	need(ioperm(0x378, 3, 0) == 0, "ioperm off");
	need(iopl(3) == 0, "iopl");
}

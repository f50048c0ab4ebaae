// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: what is special about a program's file, its terminal, or how it is found.
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "events.h"
#include "files.h"

#define TINY "/opt/tiny"

static char *const no_strings[] = { NULL };

static void program(const char *path)
{
	int from = open(TINY, O_RDONLY), to = open(path, O_CREAT | O_EXCL | O_WRONLY, 0755);
	ssize_t n = read(from, file_data, FILE_DATA);

	need(n > 0 && to >= 0 && write(to, file_data, (size_t)n) == n, path);
	close(from);
	close(to);
}

static int started(const char *path, unsigned int uid)
{
	int child = fork();

	if (child == 0) {
		need(uid == 0 || syscall(SYS_setresuid, uid, uid, uid) == 0, "setresuid");
		execve(path, (char *[]){ "tiny", NULL }, no_strings);
		_exit(errno);
	}
	return await_child(child) >> 8;
}

CASE(exec_capabilities)
{
	struct vfs_cap_data may = { .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE };

	file_folder("/tmp/exec-caps");
	program("/tmp/exec-caps/ping");
	may.data[0].permitted = 1u << CAP_NET_RAW;
	need(setxattr("/tmp/exec-caps/ping", "security.capability", &may, XATTR_CAPS_SZ_2, 0) == 0,
	     "setxattr");
	need(started("/tmp/exec-caps/ping", 1000) == 0, "exec");
}

CASE(exec_terminal)
{
	int zero = 0, number = -1, master, slave, child;
	char path[32];

	need(mkdir("/tmp/exec-pts", 0755) == 0 &&
		     mount("devpts", "/tmp/exec-pts", "devpts", 0, "newinstance,ptmxmode=0600") == 0,
	     "devpts");
	master = open("/tmp/exec-pts/ptmx", O_RDWR | O_NOCTTY);
	need(master >= 0 && ioctl(master, TIOCSPTLCK, &zero) == 0 && ioctl(master, TIOCGPTN, &number) == 0,
	     "ptmx");
	fact_number("number", number);
	child = fork();
	if (child == 0) {
		snprintf(path, sizeof(path), "/tmp/exec-pts/%d", number);
		slave = open(path, O_RDWR | O_NOCTTY);
		need(slave >= 0 && setsid() > 0 && ioctl(slave, TIOCSCTTY, 0) == 0, "terminal");
		execve(TINY, (char *[]){ "tiny", NULL }, no_strings);
		_exit(1);
	}
	need(await_child(child) == 0, "exec");
}

CASE(exec_overlay)
{
	int fd;

	file_layers("/tmp/exec-layers", "/tmp/exec-merged");
	program("/tmp/exec-layers/lower/tiny");
	file_overlay("/tmp/exec-layers", "/tmp/exec-merged", MS_NOSUID);
	fd = open("/tmp/exec-merged/tiny", O_RDONLY);
	need(fd >= 0, "open");
	fact_file("program", fd);
	close(fd);
	need(started("/tmp/exec-merged/tiny", 0) == 0, "exec");
}

/* Refused by the kernel, so no program was started. */
CASE(exec_noexec)
{
	file_folder("/tmp/exec-noexec");
	program("/tmp/exec-noexec/tiny");
	need(mount(NULL, "/tmp/exec-noexec", NULL, MS_REMOUNT | MS_NOEXEC, NULL) == 0, "remount");
	need(started("/tmp/exec-noexec/tiny", 0) == EACCES, "no refusal");
}

/* A format that binfmt_misc gives to an interpreter. */
CASE(exec_format)
{
	static const char format[] = ":rwtest:M::RWMAGIC::/opt/tiny:", text[] = "RWMAGIC and more\n";
	int fd;

	file_load_module("/opt/binfmt_misc.ko");
	need(mkdir("/tmp/exec-formats", 0755) == 0 &&
		     mount("none", "/tmp/exec-formats", "binfmt_misc", 0, NULL) == 0,
	     "binfmt_misc");
	fd = open("/tmp/exec-formats/register", O_WRONLY);
	need(fd >= 0 && write(fd, format, sizeof(format) - 1) == sizeof(format) - 1, "register");
	close(fd);
	fd = open("/tmp/exec-format", O_CREAT | O_EXCL | O_WRONLY, 0755);
	need(fd >= 0 && write(fd, text, sizeof(text) - 1) == sizeof(text) - 1, "write");
	fact_file("program", fd);
	close(fd);
	need(started("/tmp/exec-format", 0) == 0, "exec");
	need(umount("/tmp/exec-formats") == 0, "umount");
}

/* By a folder's descriptor and a name, and by a symbolic link. */
CASE(exec_at)
{
	int folder = open("/opt", O_PATH | O_DIRECTORY), child = fork();

	if (child == 0) {
		syscall(SYS_execveat, folder, "tiny", (char *[]){ "at", NULL }, no_strings, 0);
		_exit(1);
	}
	need(folder >= 0 && await_child(child) == 0, "execveat");
	need(symlink(TINY, "/tmp/exec-link") == 0 && started("/tmp/exec-link", 0) == 0, "exec");
}

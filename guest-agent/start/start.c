// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// ringward-start: the first program of an initramfs; loads the agent, locks, and becomes the real init.
//
// Runs as rdinit=/ringward/start, or as /init, with /ringward/ringward.ko beside it. RINGWARD_INIT in the
// environment (a kernel parameter of that form) names the real init; without it that is /ringward/init if
// there is one, else /init. If anything fails, it powers the machine off, unless RINGWARD_ON_ERROR=continue.
// If it is not process 1, it does none of this: it would power off a working machine. What it needs from /dev
// and /proc it makes under /ringward and removes again; it does not assume that anything is mounted.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "uapi.h"
#include "rw_version.h"

#define MODULE     "/ringward/ringward.ko"
#define MOVED_INIT "/ringward/init" /* where this program itself is /init */
#define PROC       "/ringward/.proc"
#define KMSG       "/ringward/.kmsg"
#define CONTROL    "/ringward/.control"
#define KMSG_DEV   makedev(1, 11)
#define MISC_MAJOR 10u

static const char help[] =
	"usage: rdinit=/ringward/start on the kernel's command line\n"
	"\n"
	"Loads /ringward/ringward.ko, locks, and becomes the real init with its own arguments.\n"
	"\n"
	"  RINGWARD_INIT=PATH           the real init (/ringward/init if there is one, else /init)\n"
	"  RINGWARD_ON_ERROR=continue   boots without protection when that fails, instead of powering off\n"
	"\n"
	"  -h, --help, --version        print help or the version, unless run as process 1\n";

/* One line for the kernel's log, and one for the console where there is one. */
__attribute__((format(printf, 1, 2))) static void report(const char *format, ...)
{
	char line[512];
	va_list ap;
	int n, fd;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line) - 1, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	n = (int)strnlen(line, sizeof(line) - 2);
	line[n++] = '\n';
	unlink(KMSG);
	if (mknod(KMSG, S_IFCHR | 0600, KMSG_DEV) == 0) {
		fd = open(KMSG, O_WRONLY | O_CLOEXEC);
		if (fd >= 0) {
			/* If even this fails, there is nowhere left to say so. */
			if (write(fd, line, (size_t)n) != n)
				errno = 0;
			close(fd);
		}
		unlink(KMSG);
	}
	if (fcntl(STDERR_FILENO, F_GETFL) != -1 && write(STDERR_FILENO, line, (size_t)n) != n)
		errno = 0;
}

/* Opens with a descriptor above the standard ones: the kernel may not have opened those. */
static int open_high(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	int high;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(fd);
	return high;
}

static int load_module(void)
{
	int fd = open_high(MODULE, O_RDONLY);
	int ret = -1;

	if (fd < 0) {
		report("ringward-start: cannot open %s: %s", MODULE, strerror(errno));
		return -1;
	}
	if (syscall(SYS_finit_module, fd, "", 0) == 0 || errno == EEXIST)
		ret = 0;
	else if (errno == ENODEV)
		report("ringward-start: this machine does not run under Ringward: the agent is not loaded");
	else
		report("ringward-start: cannot load %s: %s", MODULE, strerror(errno));
	close(fd);
	return ret;
}

/* Return: the minor number that the kernel gave the agent's device, or -1. */
static int find_minor(void)
{
	char line[80], *name;
	int minor = -1;
	FILE *misc;

	if ((mkdir(PROC, 0700) != 0 && errno != EEXIST) ||
	    mount("proc", PROC, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) {
		report("ringward-start: cannot mount proc at " PROC ": %s", strerror(errno));
		rmdir(PROC);
		return -1;
	}
	misc = fopen(PROC "/misc", "re");
	while (misc && minor < 0 && fgets(line, sizeof(line), misc)) {
		long number = strtol(line, &name, 10);

		if (strcmp(name, " " RW_DEVICE_NAME "\n") == 0)
			minor = (int)number;
	}
	if (misc)
		fclose(misc);
	if (minor < 0)
		report("ringward-start: the module is loaded, but /proc/misc does not list its device");
	if (umount2(PROC, 0) != 0)
		report("ringward-start: cannot unmount " PROC ": %s", strerror(errno));
	rmdir(PROC);
	return minor;
}

static int lock(void)
{
	int minor = find_minor();
	int fd, ret = -1;

	if (minor < 0)
		return -1;
	unlink(CONTROL);
	if (mknod(CONTROL, S_IFCHR | 0600, makedev(MISC_MAJOR, (unsigned int)minor)) != 0) {
		report("ringward-start: cannot make " CONTROL ": %s", strerror(errno));
		return -1;
	}
	fd = open_high(CONTROL, O_RDWR);
	if (fd < 0) {
		report("ringward-start: cannot open the agent's device: %s", strerror(errno));
	} else {
		ret = ioctl(fd, RW_IOC_LOCK);
		if (ret != 0)
			report("ringward-start: the lock failed: %s (see the kernel log)", strerror(errno));
		close(fd);
	}
	unlink(CONTROL);
	return ret;
}

__attribute__((noreturn)) static void power_off(void)
{
	report("ringward-start: powering off, because this machine is not protected"
	       " (RINGWARD_ON_ERROR=continue boots all the same)");
	sync();
	reboot(RB_POWER_OFF);
	_exit(1); /* reboot() is not allowed: as PID 1, exit is a kernel panic, which stops too */
}

/* Not run as the first program of an initramfs, but from a shell. Return: the exit status. */
static int by_hand(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (strcmp(word, "--version") == 0)
		printf("ringward-start %s (Ringward)\n", RW_VERSION);
	else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		fputs(help, stdout);
	else {
		fputs("ringward-start: runs as process 1 only, as rdinit=/ringward/start; to lock a machine that "
		      "runs: rwctl lock\n",
		      stderr);
		return 2;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (getpid() != 1)
		return by_hand(argc, argv);

	const char *on_error = getenv("RINGWARD_ON_ERROR");
	const char *named = getenv("RINGWARD_INIT");
	const char *init = named && *named ? named : access(MOVED_INIT, X_OK) == 0 ? MOVED_INIT : "/init";
	bool go_on = on_error && strcmp(on_error, "continue") == 0;
	char *no_args[] = { NULL, NULL };
	char **args = argc > 0 ? argv : no_args;

	if (on_error && !go_on && strcmp(on_error, "poweroff") != 0)
		report("ringward-start: RINGWARD_ON_ERROR=%s is neither continue nor poweroff: poweroff is assumed",
		       on_error);
	if (load_module() != 0 || lock() != 0) {
		if (!go_on)
			power_off();
		report("ringward-start: continuing WITHOUT protection");
	}
	args[0] = strdup(init);
	unsetenv("RINGWARD_INIT");
	unsetenv("RINGWARD_ON_ERROR");
	if (args[0])
		execv(args[0], args);
	report("ringward-start: cannot run %s: %s", init, strerror(errno));
	power_off();
}

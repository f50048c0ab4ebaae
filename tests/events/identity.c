// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: tasks change what they may do.
#define _GNU_SOURCE

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"

CASE(identity_ids)
{
	need(setgroups(3, (gid_t[]){ 5, 6, 7 }) == 0, "setgroups");
	need(setgroups(3, (gid_t[]){ 5, 6, 7 }) == 0, "setgroups"); /* changes nothing */
	need(syscall(SYS_setresgid, 10, 11, 12) == 0, "setresgid");
	need(syscall(SYS_setuid, 0) == 0, "setuid"); /* nor does this */
	need(syscall(SYS_setresuid, 1000, 1001, 1002) == 0, "setresuid");
	need(syscall(SYS_setfsuid, 1000) == 1001, "setfsuid");
}

CASE(identity_capset)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	need(syscall(SYS_capget, &header, data) == 0, "capget");
	data[0].effective = 1u << CAP_NET_RAW;
	data[1].effective = 0;
	need(syscall(SYS_capset, &header, data) == 0, "capset");
}

CASE(identity_prctl)
{
	need(prctl(PR_SET_NAME, "kworker/0:1") == 0, "PR_SET_NAME");
	need(prctl(PR_SET_DUMPABLE, 0) == 0, "PR_SET_DUMPABLE");
	need(prctl(PR_SET_KEEPCAPS, 1) == 0, "PR_SET_KEEPCAPS");
	need(prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0) == 0, "PR_CAPBSET_DROP");
	need(prctl(PR_GET_NAME, (char[16]){ 0 }) == 0, "PR_GET_NAME"); /* no record */
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
}

static struct sock_filter allow_all[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
static const struct sock_fprog program = { 1, allow_all };

CASE(identity_seccomp_prctl)
{
	need(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, "PR_SET_SECCOMP");
}

CASE(identity_seccomp_call)
{
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
	need(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0, "seccomp");
}

static void tell(int fd, const char *command)
{
	need(write(fd, command, strlen(command)) == (ssize_t)strlen(command), command);
}

/* A child that is user 1000, and becomes root by a command to a hostile module, after @before if given. */
static int raised_by(const char *before, const char *command)
{
	int fd = open("/proc/rwattack", O_WRONLY), pid = fork();

	if (pid == 0) {
		need(fd >= 0 && syscall(SYS_setresuid, 1000, 1000, 1000) == 0, "setresuid");
		if (before)
			tell(fd, before);
		tell(fd, command);
		need(geteuid() == 0 && open("/dev/null", O_RDONLY) >= 0, "open");
		_exit(0);
	}
	need(await_child(pid) == 0, "the child");
	close(fd);
	return pid;
}

CASE(identity_attacked_kernel)
{
	int fd = open("/opt/rwattack.ko", O_RDONLY);

	need(fd >= 0 && syscall(SYS_finit_module, fd, "", 0) == 0, "finit_module");
	close(fd);
	fact_number("overwritten", raised_by(NULL, "cred overwrite"));
	fact_number("committed", raised_by(NULL, "cred commit"));
	fact_number("announced", raised_by("cred announce", "cred overwrite"));
	need(syscall(SYS_delete_module, "rwattack", 0) == 0, "delete_module");
}

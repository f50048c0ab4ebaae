// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to get what is for a trusted program alone, and to make such a program do something else.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "victim.h"

#define VAULT    "/protect/vault"   /* TRUSTED alone may read it */
#define TRUSTED  "/opt/trusted"     /* a link to the trusted program */
#define SCRIPT   "/protect/script"  /* a trusted script, whose interpreter it is */
#define INTRUDER "/opt/intruder.so" /* a library that nobody trusts */
#define LIBRARY  "/usr/lib/x86_64-linux-gnu/libc.so.6"
#define LINKER   "/lib64/ld-linux-x86-64.so.2"
#define MARK     "/tmp/intruded" /* what the library leaves when it runs */

static int trusted(char *command, char *argument)
{
	char *const argv[] = { TRUSTED, command, argument, NULL };

	return victim_run(argv);
}

static struct victim start(void)
{
	static char *const argv[] = { TRUSTED, "wait", "x", NULL };

	return victim_start(argv, -1);
}

static int intruded(void)
{
	int ret = access(MARK, F_OK) == 0 ? 0 : EACCES;

	unlink(MARK);
	return ret;
}

CASE(trust_read)
{
	return trusted("read", VAULT);
}

CASE(trust_read_in_child)
{
	return trusted("fork", VAULT);
}

CASE(trust_read_from_outside)
{
	return read_path(VAULT);
}

CASE(trust_read_after_exec)
{
	return trusted("cat", VAULT) ? EACCES : 0;
}

CASE(trust_read_by_linker)
{
	char *const argv[] = { LINKER, TRUSTED, "read", VAULT, NULL };

	return victim_run(argv);
}

CASE(trust_read_of_copy)
{
	char *const argv[] = { "/tmp/copy", "read", VAULT, NULL };

	must(system("cp " TRUSTED " /tmp/copy") == 0, "copy");
	return victim_run(argv);
}

/* The kernel frees a process, and what it holds, shortly after it is gone. */
static int open_when_free(const char *path)
{
	int fd, tries = 0;

	while ((fd = open(path, O_WRONLY | O_APPEND)) < 0 && errno == ETXTBSY && tries++ < 200)
		usleep(10000);
	return fd;
}

CASE(trust_changed)
{
	struct stat st;
	int fd = open_when_free(TRUSTED), ret;

	must(fd >= 0 && fstat(fd, &st) == 0 && write(fd, "x", 1) == 1 && close(fd) == 0, "change");
	ret = trusted("read", VAULT);
	must(truncate(TRUSTED, st.st_size) == 0, "change back");
	return ret;
}

/* As it was again, it is trusted again. */
CASE(trust_changed_back)
{
	return trusted("read", VAULT);
}

CASE(trust_preload)
{
	must(setenv("LD_PRELOAD", INTRUDER, 1) == 0, "setenv");
	trusted("read", "/etc/source");
	return intruded();
}

CASE(trust_audit)
{
	must(setenv("LD_AUDIT", INTRUDER, 1) == 0, "setenv");
	trusted("read", "/etc/source");
	return intruded();
}

CASE(trust_library_path)
{
	must(mkdir("/tmp/lib", 0700) == 0 || errno == EEXIST, "mkdir");
	unlink("/tmp/lib/libc.so.6");
	must(symlink(INTRUDER, "/tmp/lib/libc.so.6") == 0, "symlink");
	must(setenv("LD_LIBRARY_PATH", "/tmp/lib", 1) == 0, "setenv");
	return trusted("read", "/etc/source") == 0 ? EACCES : 0;
}

/* Names libraries for all programs. */
CASE(trust_preload_file)
{
	int fd = open("/etc/ld.so.preload", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	must(dprintf(fd, INTRUDER "\n") > 0 && close(fd) == 0, "preload file");
	trusted("read", "/etc/source");
	unlink("/etc/ld.so.preload");
	return intruded();
}

CASE(trust_load)
{
	int ret = trusted("load", INTRUDER);

	unlink(MARK);
	return ret;
}

CASE(trust_map)
{
	return trusted("map", INTRUDER);
}

CASE(trust_map_data)
{
	return trusted("map_data", INTRUDER);
}

CASE(trust_anonymous)
{
	return trusted("anonymous", "5"); /* PROT_READ | PROT_EXEC */
}

CASE(trust_writable)
{
	return trusted("anonymous", "7");
}

CASE(trust_anonymous_later)
{
	return trusted("anonymous_later", "5");
}

CASE(trust_stack)
{
	return trusted("stack", "7");
}

CASE(trust_written)
{
	return trusted("written", "5");
}

CASE(trust_own_memory)
{
	return trusted("memory", "x");
}

CASE(trust_attach)
{
	pid_t pid = start().pid;
	int ret = result(ptrace(PTRACE_ATTACH, pid, NULL, NULL)), status;

	/* Else it stays, stopped, and keeps its file from being changed. */
	must(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid, "end");
	return ret;
}

CASE(trust_memory)
{
	struct victim v = start();
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/mem", v.pid);
	fd = open(name, O_RDWR);
	return fd < 0 ? errno : result(pwrite(fd, "C", 1, (off_t)(unsigned long)v.at));
}

CASE(trust_library_opened)
{
	start();
	return result(open(LIBRARY, O_WRONLY));
}

CASE(trust_library_truncated)
{
	struct stat st;

	start();
	must(stat(LIBRARY, &st) == 0, "stat");
	return result(truncate(LIBRARY, st.st_size));
}

/* Others may get a new library by its name: the old one stays as it is. */
CASE(trust_library_replaced)
{
	start();
	must(system("cp " LIBRARY " " LIBRARY ".new") == 0, "copy");
	return result(rename(LIBRARY ".new", LIBRARY));
}

/* Traced from its start. */
CASE(trust_traced)
{
	int status, pid = fork();

	if (pid == 0) {
		must(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, "traceme");
		execl(TRUSTED, TRUSTED, "read", VAULT, (char *)NULL);
		_exit(errno);
	}
	while (must(waitpid(pid, &status, 0) == pid, "waitpid"), WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, NULL, NULL);
	return WEXITSTATUS(status);
}

/* With a filter that could make its system calls fail, or lie. */
CASE(trust_filtered)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { 1, code };

	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0, "seccomp");
	return trusted("read", VAULT);
}

CASE(trust_script)
{
	char *const argv[] = { SCRIPT, NULL };

	return victim_run(argv);
}

/* By a name that may lead to another script when the interpreter opens it. */
CASE(trust_script_by_link)
{
	char *const argv[] = { "/tmp/script-link", NULL };

	unlink(argv[0]);
	must(symlink(SCRIPT, argv[0]) == 0, "symlink");
	return victim_run(argv);
}

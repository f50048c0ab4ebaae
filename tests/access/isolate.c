// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to reach into an isolated process from outside, as root.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/kcmp.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "victim.h"

static char *const victim_argv[] = { VICTIM, NULL };

static struct victim start(void)
{
	return victim_start(victim_argv, -1);
}

CASE(isolate_attach)
{
	return result(ptrace(PTRACE_ATTACH, start().pid, NULL, NULL));
}

CASE(isolate_seize)
{
	return result(ptrace(PTRACE_SEIZE, start().pid, NULL, NULL));
}

CASE(isolate_traced_exec)
{
	int status, pid = fork();

	if (pid == 0) {
		must(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, "traceme");
		execv(VICTIM, victim_argv);
		_exit(errno);
	}
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	kill(pid, SIGKILL);
	return 0;
}

CASE(isolate_traceme)
{
	char *const argv[] = { VICTIM, "traceme", NULL };

	return victim_run(argv);
}

static int vm_call(long call)
{
	struct victim v = start();
	char mine[8] = "";
	struct iovec here = { mine, sizeof(mine) }, there = { v.at, sizeof(mine) };

	return result(syscall(call, v.pid, &here, 1, &there, 1, 0));
}

CASE(isolate_vm_read)
{
	return vm_call(SYS_process_vm_readv);
}

CASE(isolate_vm_write)
{
	return vm_call(SYS_process_vm_writev);
}

CASE(isolate_getfd)
{
	return result(syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, start().pid, 0), 0, 0));
}

CASE(isolate_kcmp)
{
	return result(syscall(SYS_kcmp, getpid(), start().pid, KCMP_VM, 0, 0));
}

CASE(isolate_kill)
{
	return result(kill(start().pid, SIGTERM));
}

CASE(isolate_tgkill)
{
	pid_t pid = start().pid;

	return result(syscall(SYS_tgkill, pid, pid, SIGSTOP));
}

CASE(isolate_sigqueue)
{
	return result(sigqueue(start().pid, SIGUSR1, (union sigval){ .sival_int = 1 }));
}

CASE(isolate_pidfd_signal)
{
	return result(
		syscall(SYS_pidfd_send_signal, syscall(SYS_pidfd_open, start().pid, 0), SIGKILL, NULL, 0));
}

/* The kernel sends the signal, and anybody says to whom. */
CASE(isolate_owner)
{
	struct victim v = start();
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
	must(fcntl(pair[0], F_SETOWN, v.pid) == 0 && fcntl(pair[0], F_SETSIG, SIGKILL) == 0 &&
		     fcntl(pair[0], F_SETFL, O_ASYNC) == 0,
	     "fcntl");
	must(write(pair[1], "x", 1) == 1, "write");
	return victim_dies(&v) ? 0 : EACCES;
}

/* Opens a file of the victim's folder in /proc, and reads or writes it. */
static int use_proc(const char *file, int flags, const char *text)
{
	char name[64], bytes[8]; /* as many as pagemap has in an entry */
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/%s", start().pid, file);
	fd = open(name, flags);
	if (fd < 0)
		return errno;
	return result(text ? write(fd, text, strlen(text)) : read(fd, bytes, sizeof(bytes)));
}

#define READ_CASE(NAME) \
	CASE(isolate_read_##NAME) \
	{ \
		return use_proc(#NAME, O_RDONLY, NULL); \
	}
#define WRITE_CASE(NAME, TEXT) \
	CASE(isolate_write_##NAME) \
	{ \
		return use_proc(#NAME, O_WRONLY, TEXT); \
	}

READ_CASE(maps)
READ_CASE(smaps)
READ_CASE(smaps_rollup)
READ_CASE(environ)
READ_CASE(auxv)
READ_CASE(pagemap)
READ_CASE(stack)
READ_CASE(syscall)
READ_CASE(personality)
READ_CASE(io)
WRITE_CASE(oom_score_adj, "1000")
WRITE_CASE(coredump_filter, "0")
WRITE_CASE(clear_refs, "1")

static int use_memory(int flags)
{
	struct victim v = start();
	char name[64], byte = 'x';
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/mem", v.pid);
	fd = open(name, flags);
	if (fd < 0)
		return errno;
	return result(flags == O_RDONLY ? pread(fd, &byte, 1, (off_t)(unsigned long)v.at) :
					  pwrite(fd, &byte, 1, (off_t)(unsigned long)v.at));
}

CASE(isolate_read_mem)
{
	return use_memory(O_RDONLY);
}

CASE(isolate_write_mem)
{
	return use_memory(O_WRONLY);
}

static int follow_proc(const char *link)
{
	char name[64], to[256];

	snprintf(name, sizeof(name), "/proc/%d/%s", start().pid, link);
	return result(readlink(name, to, sizeof(to)));
}

CASE(isolate_link_exe)
{
	return follow_proc("exe");
}

CASE(isolate_link_cwd)
{
	return follow_proc("cwd");
}

CASE(isolate_link_root)
{
	return follow_proc("root");
}

CASE(isolate_link_fd)
{
	return follow_proc("fd/0");
}

CASE(isolate_link_namespace)
{
	return follow_proc("ns/mnt");
}

CASE(isolate_task_maps)
{
	char name[64];
	pid_t pid = start().pid;

	snprintf(name, sizeof(name), "/proc/%d/task/%d/maps", pid, pid);
	return read_path(name);
}

CASE(isolate_prlimit)
{
	static const struct rlimit none = { 0, 0 };

	return result(prlimit(start().pid, RLIMIT_NOFILE, &none, NULL));
}

CASE(isolate_setpriority)
{
	return result(setpriority(PRIO_PROCESS, start().pid, 5));
}

CASE(isolate_affinity)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	return result(sched_setaffinity(start().pid, sizeof(cpus), &cpus));
}

CASE(isolate_scheduler)
{
	static const struct sched_param param = { 0 };

	return result(sched_setscheduler(start().pid, SCHED_IDLE, &param));
}

CASE(isolate_ioprio)
{
	return result(syscall(SYS_ioprio_set, 1, start().pid, 2 << 13 | 4));
}

CASE(isolate_move_pages)
{
	struct victim v = start();
	void *page = (void *)((unsigned long)v.at & ~4095ul);
	int status;

	return result(syscall(SYS_move_pages, v.pid, 1, &page, NULL, &status, 0));
}

static int perf_open(struct perf_event_attr attr, pid_t pid, int cpu)
{
	attr.type = PERF_TYPE_SOFTWARE;
	attr.size = sizeof(attr);
	return (int)syscall(SYS_perf_event_open, &attr, pid, cpu, -1, 0);
}

CASE(isolate_perf)
{
	return result(
		perf_open((struct perf_event_attr){ .config = PERF_COUNT_SW_TASK_CLOCK }, start().pid, -1));
}

/* Samples the stacks of all processes of a CPU. */
CASE(isolate_perf_cpu)
{
	struct perf_event_attr attr = { .config = PERF_COUNT_SW_CPU_CLOCK,
					.sample_period = 1000000,
					.sample_type = PERF_SAMPLE_STACK_USER,
					.sample_stack_user = 4096 };

	start();
	return result(perf_open(attr, -1, 0));
}

/* An event from before the execve: still counted afterwards? */
CASE(isolate_perf_before)
{
	struct perf_event_attr attr = { .config = PERF_COUNT_SW_PAGE_FAULTS,
					.disabled = 1,
					.enable_on_exec = 1 };
	unsigned long faults = 0;
	struct victim v;
	int hold[2], fd;

	must(pipe(hold) == 0, "pipe");
	v = victim_start(victim_argv, hold[0]);
	fd = perf_open(attr, v.pid, -1);
	must(fd >= 0 && write(hold[1], "", 1) == 1, "perf_event_open");
	victim_ready(&v);
	must(read(fd, &faults, sizeof(faults)) == sizeof(faults), "read of the event");
	return faults > 3 ? 0 : EACCES;
}

/* Makes the current process ask a listener about getppid(). Return: the listener. */
static int listen_to_getppid(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Answers a system call of the isolated program, in the kernel's stead. */
CASE(isolate_seccomp_answer)
{
	char *const argv[] = { VICTIM, "getppid", NULL };
	struct seccomp_notif asked = { 0 };
	struct seccomp_notif_resp answer = { 0 };
	int *listener = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), pid, ret,
	    status;

	*listener = -1;
	/* With the table of files shared, the listener is there as well; execve gives the child its own. */
	pid = (int)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		*listener = listen_to_getppid();
		execv(VICTIM, argv);
		_exit(errno);
	}
	while (*(volatile int *)listener < 0)
		sched_yield();
	must(ioctl(*listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0, "receive");
	answer.id = asked.id;
	answer.val = VICTIM_ANSWER;
	ret = result(ioctl(*listener, SECCOMP_IOCTL_NOTIF_SEND, &answer));
	close(*listener); /* the call fails then, if it has no answer */
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	return ret;
}

/* What the policy allows: a shell continues a job of its session. */
CASE(isolate_continue)
{
	must(setsid() > 0, "setsid");
	return result(kill(start().pid, SIGCONT));
}

/* Another process of the same program is not outside. */
CASE(isolate_peer)
{
	char pid[16];
	char *const argv[] = { VICTIM, "signal", pid, NULL };

	snprintf(pid, sizeof(pid), "%d", start().pid);
	return victim_run(argv);
}

/* Whether there is such a process anybody may ask. */
CASE(isolate_exists)
{
	return result(kill(start().pid, 0));
}

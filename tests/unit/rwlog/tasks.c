/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A small log of known tasks, for tests of what is chosen and summed up. */
#include "tests/unit/rwlog/tasks.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static const struct rw_task shell = { .pid = 11,
				      .tgid = 11,
				      .ppid = 10,
				      .uid = 1000,
				      .euid = 1000,
				      .comm = "bash",
				      .loginuid = 1000,
				      .cgroup = 7 };
static const struct rw_task thread = { .pid = 21,
				       .tgid = 20,
				       .ppid = 1,
				       .uid = 0,
				       .euid = 33,
				       .comm = "nginx",
				       .loginuid = RW_TASK_UNSET,
				       .cgroup = 8 };
static const struct rw_task child = { .pid = 12,
				      .tgid = 12,
				      .ppid = 11,
				      .uid = 1000,
				      .euid = 0,
				      .comm = "sudo",
				      .loginuid = 1000,
				      .cgroup = 7 };

static struct rec_writer *start(struct build *b, uint8_t type, uint8_t verdict, const struct rw_task *task)
{
	struct rec_writer *w = build_record(b, type, verdict);

	rec_bytes(w, RW_F_TASK, task, RW_TASK_MIN);
	return w;
}

static void add_cgroup(struct build *b, uint64_t id, const char *path)
{
	struct rec_writer *w = start(b, RW_REC_CGROUP, RW_VERDICT_ALLOW, &shell);

	rec_u32(w, RW_F_CGROUP_STEP, 1);
	rec_u64(w, RW_F_CGROUP, id);
	rec_bytes(w, RW_F_PATH, path, (uint16_t)strlen(path));
	build_end(b);
}

static void add_file(struct build *b, uint8_t type, uint8_t verdict, const struct rw_task *task,
		     const char *path)
{
	static const struct rw_file file = { 1, 2, 3 };
	struct rec_writer *w = start(b, type, verdict, task);

	rec_bytes(w, RW_F_PATH, path, (uint16_t)strlen(path));
	rec_bytes(w, RW_F_FILE, &file, sizeof(file));
	rec_u32(w, RW_F_OPEN_FLAGS, 0);
	build_end(b);
}

static void add_fork(struct build *b, const struct rw_task *task, uint32_t tgid)
{
	struct rec_writer *w = start(b, RW_REC_FORK, RW_VERDICT_ALLOW, task);

	rec_u32(w, RW_F_CHILD_PID, tgid);
	rec_u32(w, RW_F_CHILD_TGID, tgid);
	rec_u32(w, RW_F_THREAD, 0);
	build_end(b);
}

static void add_connect(struct build *b, const struct rw_task *task, const void *address, size_t n)
{
	struct rec_writer *w = start(b, RW_REC_CONNECT, RW_VERDICT_ALLOW, task);

	rec_u32(w, RW_F_FAMILY, 2);
	rec_u32(w, RW_F_SOCKET_TYPE, 1);
	rec_u32(w, RW_F_PROTOCOL, 6);
	rec_u64(w, RW_F_SOCKET, 1);
	rec_u32(w, RW_F_NET_NS, 1);
	rec_bytes(w, RW_F_ADDRESS, address, (uint16_t)n);
	build_end(b);
}

void tasks_fill(struct build *b)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(443),
				  .sin_addr.s_addr = htonl(0x0a010203) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/docker.sock" };

	inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
	build_start(b, BUILD_FEW, 1);
	add_cgroup(b, 7, "/system.slice/ssh.service");
	add_cgroup(b, 8, "/system.slice/docker-" TASKS_CONTAINER ".scope");
	add_file(b, RW_REC_EXEC, RW_VERDICT_ALLOW, &shell, "/usr/bin/bash");
	add_file(b, RW_REC_FILE_OPEN, RW_VERDICT_ALLOW, &shell, "/etc/passwd");
	add_connect(b, &shell, &in, sizeof(in));
	add_connect(b, &thread, &in6, sizeof(in6));
	add_connect(b, &thread, &un, offsetof(struct sockaddr_un, sun_path) + strlen(un.sun_path) + 1);
	add_file(b, RW_REC_FILE_OPEN, RW_VERDICT_DENY, &thread, "/etc/shadow");
	add_fork(b, &shell, 12);
	add_file(b, RW_REC_FILE_OPEN, RW_VERDICT_ALLOW, &child, "/tmp/x*y");
	add_file(b, RW_REC_EXEC, RW_VERDICT_ALLOW, &child, "/usr/bin/sudo");
	build_violation(b, RW_REC_VIOLATION, RW_TARGET_KERNEL_TEXT, RW_ACCESS_WRITE);
}

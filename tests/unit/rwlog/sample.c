/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Records of a program's life, for the tests of formats and reports. */
#include "tests/unit/rwlog/sample.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static void task(struct rec_writer *w, uint32_t pid, const char *comm)
{
	struct rw_task t = { .pid = pid + 1,
			     .tgid = pid,
			     .ppid = 100,
			     .uid = 1000,
			     .euid = 0,
			     .gid = 1000,
			     .loginuid = 1000,
			     .session = 7,
			     .cgroup = 1,
			     .pid_ns = 2,
			     .mnt_ns = 3,
			     .fsuid = 0 };

	memcpy(t.comm, comm, strnlen(comm, sizeof(t.comm)));
	rec_bytes(w, RW_F_TASK, &t, RW_TASK_MIN);
}

static void text(struct rec_writer *w, enum rw_field_id id, const char *s)
{
	rec_bytes(w, id, s, (uint16_t)strlen(s));
}

static void file(struct rec_writer *w)
{
	static const struct rw_file f = { 0x801, 131, 4 };

	rec_bytes(w, RW_F_FILE, &f, sizeof(f));
}

static void address(struct rec_writer *w, enum rw_field_id id, const char *host, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, host, &in.sin_addr);
	rec_bytes(w, id, &in, sizeof(in));
}

static void socket_fields(struct rec_writer *w)
{
	rec_u32(w, RW_F_FAMILY, AF_INET);
	rec_u32(w, RW_F_SOCKET_TYPE, 1);
	rec_u32(w, RW_F_PROTOCOL, IPPROTO_TCP);
	rec_u64(w, RW_F_SOCKET, 4711);
	rec_u32(w, RW_F_NET_NS, 5);
}

/* A program's life, with what each format has a place of its own for. */
static void build_program(struct build *b)
{
	static const char arguments[] = "sh\0-c\0echo \"a b\"";
	struct rec_writer *w = build_record(b, RW_REC_EXEC, RW_VERDICT_ALLOW);

	task(w, 200, "sh");
	text(w, RW_F_PATH, "/bin/sh");
	file(w);
	rec_u32(w, RW_F_OPEN_FLAGS, 0x8020);
	rec_bytes(w, RW_F_ARGUMENTS, arguments, sizeof(arguments));
	rec_u32(w, RW_F_ARGC, 3);
	rec_bytes(w, RW_F_ENVIRONMENT, "LD_PRELOAD=/tmp/x.so", 21);
	text(w, RW_F_CWD, "/home/a b");
	text(w, RW_F_TTY, "pts0");
	build_end(b);
	w = build_record(b, RW_REC_FILE_OPEN, RW_VERDICT_DENY);
	task(w, 200, "sh</script>");
	text(w, RW_F_PATH, SAMPLE_HOSTILE);
	file(w);
	rec_u32(w, RW_F_OPEN_FLAGS, 0x241);
	rec_u32(w, RW_F_RESULT, (uint32_t)-13);
	build_end(b);
	w = build_record(b, RW_REC_SYMLINK, RW_VERDICT_ALLOW);
	task(w, 200, "sh");
	text(w, RW_F_PATH, "/tmp/l");
	text(w, RW_F_LINK_TEXT, "/etc/shadow");
	build_end(b);
	w = build_record(b, RW_REC_FILE_CHOWN, RW_VERDICT_ALLOW);
	task(w, 200, "sh");
	text(w, RW_F_PATH, "/tmp/o");
	file(w);
	rec_u32(w, RW_F_OWNER, 0);
	rec_u32(w, RW_F_OWNER_GROUP, 5);
	build_end(b);
	w = build_record(b, RW_REC_FILE_TIMES, RW_VERDICT_ALLOW);
	task(w, 200, "sh");
	text(w, RW_F_PATH, "/tmp/o");
	file(w);
	rec_u64(w, RW_F_ATIME, 1700000000123456789u);
	rec_u64(w, RW_F_MTIME, 951782400000000000u); /* a leap day */
	build_end(b);
}

static void build_network(struct build *b)
{
	struct rec_writer *w = build_record(b, RW_REC_CONNECT, RW_VERDICT_ALLOW);

	task(w, 200, "sh");
	socket_fields(w);
	address(w, RW_F_ADDRESS, "192.0.2.7", 443);
	build_end(b);
	w = build_record(b, RW_REC_ACCEPT, RW_VERDICT_ALLOW);
	task(w, 200, "sh");
	socket_fields(w);
	address(w, RW_F_ADDRESS, "198.51.100.2", 40000);
	address(w, RW_F_LOCAL_ADDRESS, "192.0.2.1", 22);
	build_end(b);
	w = build_record(b, RW_REC_LISTEN, RW_VERDICT_ALLOW);
	task(w, 200, "sh");
	socket_fields(w);
	rec_u32(w, RW_F_BACKLOG, 8);
	address(w, RW_F_LOCAL_ADDRESS, "0.0.0.0", 8080);
	build_end(b);
}

static void build_others(struct build *b)
{
	static const struct rw_cred root = { 0 }, user = { 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000 };
	struct rec_writer *w = build_record(b, RW_REC_SYSLOG, RW_VERDICT_NONE);

	task(w, 201, "logger");
	rec_u32(w, RW_F_LOG_INPUT, RW_LOG_SYSLOG);
	rec_u32(w, RW_F_DELIVERY, RW_DELIVERY_QUEUED);
	rec_u32(w, RW_F_FACILITY, 4);
	rec_u32(w, RW_F_SEVERITY, 3);
	text(w, RW_F_MESSAGE, "<35>su: failed 'root' login");
	build_end(b);
	w = build_record(b, RW_REC_SETUID, RW_VERDICT_ALLOW);
	task(w, 201, "su");
	rec_bytes(w, RW_F_CRED, &root, sizeof(root));
	rec_bytes(w, RW_F_OLD_CRED, &user, sizeof(user));
	build_end(b);
	w = build_record(b, RW_REC_ACCESS, RW_VERDICT_DENY);
	task(w, 200, "sh");
	text(w, RW_F_OPERATION, "open");
	text(w, RW_F_ASKED, "r");
	rec_u32(w, RW_F_RULE_LINE, 12);
	text(w, RW_F_RULE, "deny all /etc/shadow");
	text(w, RW_F_PATH, "/etc/shadow");
	file(w);
	build_end(b);
	w = build_record(b, RW_REC_EXIT, RW_VERDICT_ALLOW);
	task(w, 200, "sh");
	rec_u32(w, RW_F_EXIT_STATUS, 0x80 | 11);
	rec_u32(w, RW_F_LAST_THREAD, 1);
	build_end(b);
}

void sample_story(struct build *b)
{
	build_program(b);
	build_network(b);
	build_others(b);
}

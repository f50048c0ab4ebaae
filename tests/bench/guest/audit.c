// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Turns on the kernel's audit subsystem for the system calls of the events table, as auditd and auditctl do.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define BACKLOG 8192u /* as Debian's audit.rules has it */

#define MESSAGE_BYTES 16384u /* more than the longest message has */

/* What the events of ops_events.c come from. */
static const unsigned int calls[] = {
	SYS_open,     SYS_openat,    SYS_read,  SYS_close,   SYS_unlink,    SYS_rename,
	SYS_mkdir,    SYS_rmdir,     SYS_link,  SYS_symlink, SYS_chmod,     SYS_chown,
	SYS_truncate, SYS_utimensat, SYS_prctl, SYS_socket,  SYS_bind,      SYS_connect,
	SYS_fork,     SYS_clone,     SYS_exit,  SYS_setuid,  SYS_setresuid, SYS_exit_group,
};

static int audit;

/* Sends a request to the kernel and waits for its answer. */
static void request(uint16_t type, const void *data, uint32_t size)
{
	struct {
		struct nlmsghdr hdr;
		uint8_t data[sizeof(struct audit_rule_data) + sizeof(int)];
	} message = { .hdr = { .nlmsg_len = NLMSG_LENGTH(size),
			       .nlmsg_type = type,
			       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK } };
	struct {
		struct nlmsghdr hdr;
		struct nlmsgerr error;
		uint8_t rest[sizeof(message)];
	} answer;

	memcpy(message.data, data, size);
	check(send(audit, &message, message.hdr.nlmsg_len, 0), "asking the audit subsystem");
	do
		check(recv(audit, &answer, sizeof(answer), 0), "the audit subsystem's answer");
	while (answer.hdr.nlmsg_type != NLMSG_ERROR);
	errno = -answer.error.error;
	if (errno)
		die("the audit subsystem refuses a request");
}

/* The rule: each of the calls, by whomever. */
static void add_rule(void)
{
	struct audit_rule_data rule = { .flags = AUDIT_FILTER_EXIT,
					.action = AUDIT_ALWAYS,
					.field_count = 1 };
	unsigned int i;

	rule.fields[0] = AUDIT_ARCH;
	rule.values[0] = AUDIT_ARCH_X86_64;
	rule.fieldflags[0] = AUDIT_EQUAL;
	for (i = 0; i < COUNT(calls); i++)
		rule.mask[AUDIT_WORD(calls[i])] |= AUDIT_BIT(calls[i]);
	request(AUDIT_ADD_RULE, &rule, sizeof(rule));
}

/* The daemon's part: takes each message and drops it. */
static void __attribute__((noreturn)) receive(void)
{
	uint8_t message[MESSAGE_BYTES];

	for (;;)
		if (recv(audit, message, sizeof(message), 0) < 0 && errno != ENOBUFS)
			die("receiving from the audit subsystem");
}

void audit_start(void)
{
	struct audit_status status = { .mask = AUDIT_STATUS_PID | AUDIT_STATUS_BACKLOG_LIMIT,
				       .backlog_limit = BACKLOG };
	int ready[2], pid;
	char byte;

	check(pipe(ready), "pipe");
	pid = (int)check(fork(), "fork");
	if (pid == 0) {
		audit = (int)check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT),
				   "the audit socket");
		status.pid = (uint32_t)getpid();
		request(AUDIT_SET, &status, sizeof(status));
		add_rule();
		status = (struct audit_status){ .mask = AUDIT_STATUS_ENABLED, .enabled = 1 };
		request(AUDIT_SET, &status, sizeof(status));
		check(write(ready[1], "", 1), "pipe");
		receive();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("the audit subsystem did not start");
	close(ready[0]);
}

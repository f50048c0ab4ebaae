/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the options that choose records: each with a small log of known tasks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "options.h"
#include "select.h"
#include "tests/unit/rwlog/build.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

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

/* Records 1 to 12. */
static void fill(struct build *b)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(443),
				  .sin_addr.s_addr = htonl(0x0a010203) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/docker.sock" };

	assert_int_equal(inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr), 1);
	build_start(b, BUILD_FEW, 1);
	add_cgroup(b, 7, "/system.slice/ssh.service");
	add_cgroup(b, 8, "/system.slice/docker-" ID ".scope");
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

/* Options, and the numbers of the records that they choose. */
static const struct {
	const char *options, *seqs;
} cases[] = {
	{ "", " 1 2 3 4 5 6 7 8 9 10 11 12" },
	{ "--uid 0", " 6 7 8" },
	{ "--uid !0", " 1 2 3 4 5 9 10 11 12" },
	{ "--uid 0,1000", " 1 2 3 4 5 6 7 8 9 10 11" },
	{ "--euid 33", " 6 7 8" },
	{ "--euid 33 --euid 0", " 6 7 8 10 11" },
	{ "--loginuid 1000 --type exec", " 3 11" },
	{ "--loginuid 4294967295", " 6 7 8" },
	{ "--pid 20", " 6 7 8" },
	{ "--pid 21", " 6 7 8" },
	{ "--pid 77", " 12" },
	{ "--pid !11,77", " 6 7 8 10 11" },
	{ "--ppid 11", " 10 11" },
	{ "--comm ngin?", " 6 7 8" },
	{ "--comm bash --comm sudo --type !cgroup", " 3 4 5 9 10 11" },
	{ "--comm !*s*", " 6 7 8" },
	{ "--exe bash", " 3 4 5 9 10" },
	{ "--exe */sudo", " 11" },
	{ "--exe !bash --uid 1000", " 1 2 11" },
	{ "--cgroup 8", " 6 7 8" },
	{ "--cgroup docker", " 6 7 8" },
	{ "--unit ssh.service --class net", " 5" },
	{ "--unit docker*", " 6 7 8" },
	{ "--unit ssh", "" },
	{ "--container 0123456789ab", " 6 7 8" },
	{ "--container 0123456789ac", "" },
	{ "--path /etc/*", " 4 8" },
	{ "--path /etc/", " 4 8" },
	{ "--path passwd --path shadow", " 4 8" },
	{ "--path /et?", "" },
	{ "--path !/etc/* --class file", " 10" },
	{ "--path /tmp/x[*]y", " 10" },
	{ "--port 443", " 5" },
	{ "--port 443,80", " 5 6" },
	{ "--address 10.0.0.0/8", " 5" },
	{ "--address 10.1.2.2/31", " 5" },
	{ "--address 10.1.2.4/31", "" },
	{ "--address 10.1.2.3", " 5" },
	{ "--address fe80::/10", " 6" },
	{ "--address /run/*", " 7" },
	{ "--address !10.1.2.3 --class net", " 6 7" },
	{ "--class net,guard", " 5 6 7 12" },
	{ "--class !net,task,kernel", " 3 4 8 10 11 12" },
	{ "--type !exec,cgroup --class exec,kernel", "" },
	{ "--verdict deny,skip", " 8 12" },
	{ "--verdict !allow", " 8 12" },
	{ "--seq 3-5", " 3 4 5" },
};

static void chosen(const struct build *b, const char *line, char *seqs, size_t size)
{
	char words[256], *argv[16] = { "rwlog", "show", "file" }, *save = NULL;
	struct selection s;
	struct options o;
	struct input in;
	struct rec r;
	int argc = 3;

	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	assert_int_equal(options_parse(&o, argc, argv), -1);
	assert_int_equal(build_parse(&in, b->p, b->len), 0);
	assert_int_equal(in.problems.count, 0);
	assert_int_equal(filter_is_all(&o.filter), !*line);
	selection_open(&s, &in.boot[0], &o.filter);
	*seqs = '\0';
	while (selection_next(&s, &r)) {
		size_t used = strlen(seqs);

		snprintf(seqs + used, size - used, " %u", (unsigned int)r.hdr.seq);
	}
	selection_close(&s);
	filter_free(&o.filter);
	input_free(&in);
}

static void choices(void **state)
{
	char seqs[256];
	struct build b;

	(void)state;
	fill(&b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		chosen(&b, cases[i].options, seqs, sizeof(seqs));
		if (strcmp(seqs, cases[i].seqs) != 0)
			fail_msg("%s: records%s, not%s", cases[i].options, seqs, cases[i].seqs);
	}
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// What strains a kernel that others watch, too: strain bomb|bpf|files|hog|landlock ARGUMENT.
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* Bytes of a type's description after its struct btf_type. */
static size_t more_bytes(const struct btf_type *t)
{
	size_t n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	default:
		return 0;
	}
}

/* The number of a function of the kernel, in its own description of its types. */
static uint32_t function_id(const char *name)
{
	struct stat st;
	int fd = open(KERNEL_BTF, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		err(1, KERNEL_BTF);

	char *all = calloc(1, (size_t)st.st_size + 1);

	for (off_t at = 0; at < st.st_size;) {
		ssize_t n = read(fd, all + at, (size_t)(st.st_size - at));

		if (n <= 0)
			err(1, KERNEL_BTF);
		at += n;
	}

	const struct btf_header *head = (const void *)all;
	const char *types = all + head->hdr_len + head->type_off;
	const char *strings = all + head->hdr_len + head->str_off;
	const struct btf_type *t;

	uint32_t id = 1;
	for (size_t at = 0; at < head->type_len; at += sizeof(*t) + more_bytes(t), id++) {
		t = (const void *)(types + at);
		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC && strcmp(strings + t->name_off, name) == 0)
			return id;
	}
	errx(1, "%s: no function %s", KERNEL_BTF, name);
}

/* Attaches a BPF program to an LSM hook; it allows everything, and stays while this process is there. */
static void bpf_lsm(const char *hook)
{
	static const struct bpf_insn allow[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_LSM,
		.expected_attach_type = BPF_LSM_MAC,
		.attach_btf_id = function_id(hook),
		.insns = (uintptr_t)allow,
		.insn_cnt = 2,
		.license = (uintptr_t) "GPL",
	};
	int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (program < 0)
		err(1, "BPF_PROG_LOAD %s", hook);
	attr = (union bpf_attr){ .raw_tracepoint = { .prog_fd = (uint32_t)program } };
	if (syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr)) < 0)
		err(1, "attaching to %s", hook);
	printf("RWTEST: attached %s\n", hook);
	fflush(stdout);
	pause();
}

/* Opens many files at the same time, writes a byte to each, and closes them. */
static void many_files(const char *argument)
{
	rlim_t count = (rlim_t)strtol(argument, NULL, 10);
	struct rlimit limit = { count + 16, count + 16 };
	int *fds = calloc(count, sizeof(*fds));
	char name[64];

	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "setrlimit");
	for (rlim_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "/tmp/open/%lu", (unsigned long)i);
		fds[i] = open(name, O_CREAT | O_RDWR, 0600);
		if (fds[i] < 0 || write(fds[i], "x", 1) != 1)
			err(1, "%s", name);
	}
	for (rlim_t i = 0; i < count; i++)
		close(fds[i]);
	free(fds);
	printf("RWTEST: opened %lu\n", (unsigned long)count);
}

/* Takes memory, in pieces of a MiB, until the kernel ends this process. */
static void hog(const char *argument)
{
	(void)argument;
	for (;;) {
		void *piece = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (piece != MAP_FAILED)
			memset(piece, 1, 1 << 20);
	}
}

/* Makes processes that make processes, until somebody ends them all. */
static void bomb(const char *argument)
{
	(void)argument;
	for (;;)
		fork();
}

/* A process that forbids itself all files but those below a folder. */
static void landlock(const char *folder)
{
	const struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE };
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
		.parent_fd = open(folder, O_PATH),
	};

	if (rules < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) ||
	    syscall(SYS_landlock_restrict_self, rules, 0))
		err(1, "landlock");
	for (int i = 0; i < 1000; i++) {
		int fd = open("/proc/version", O_RDONLY);

		if (fd >= 0 || errno != EACCES)
			errx(1, "landlock: /proc/version can be read");
	}

	char name[256];

	snprintf(name, sizeof(name), "%s/allowed", folder);
	if (open(name, O_RDONLY) < 0)
		err(1, "%s", name);
	printf("RWTEST: sandboxed\n");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const char *argument);
	} kinds[] = {
		{ "bomb", bomb }, { "bpf", bpf_lsm },       { "files", many_files },
		{ "hog", hog },   { "landlock", landlock },
	};

	for (size_t i = 0; argc == 3 && i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(argv[1], kinds[i].name) == 0) {
			kinds[i].run(argv[2]);
			return 0;
		}
	}
	errx(2, "usage: strain bomb 0 | bpf HOOK | files COUNT | hog 0 | landlock FOLDER");
}

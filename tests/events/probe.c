// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: BPF programs and maps, perf events, and probes.

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"

#define UPROBE_FILE "/tmp/uprobe"

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* r0 = 0; exit, or, without its first instruction, a program that the verifier refuses. */
static int load(uint32_t type, const char *name, bool good)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uintptr_t)(good ? insns : insns + 1),
		.insn_cnt = good ? 2 : 1,
		.license = (uintptr_t) "GPL",
	};

	if (type == BPF_PROG_TYPE_CGROUP_SKB)
		attr.expected_attach_type = BPF_CGROUP_INET_EGRESS;
	strcpy(attr.prog_name, name);
	return bpf(BPF_PROG_LOAD, &attr);
}

static uint32_t info_id(int fd, bool map)
{
	struct bpf_prog_info prog = { 0 };
	struct bpf_map_info of_map = { 0 };
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)fd,
					  .info_len = map ? sizeof(of_map) : sizeof(prog),
					  .info = map ? (uintptr_t)&of_map : (uintptr_t)&prog } };
	char tag[2 * BPF_TAG_SIZE + 1];

	need(bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0, "bpf info");
	if (map)
		return of_map.id;
	for (int i = 0; i < BPF_TAG_SIZE; i++)
		sprintf(tag + 2 * i, "%02x", prog.tag[i]);
	fact("tag", tag);
	return prog.id;
}

CASE(bpf_map)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 2
	};
	uint32_t key = 0;
	uint64_t value = 1;
	int fd;

	strcpy(attr.map_name, "rw_map");
	fd = bpf(BPF_MAP_CREATE, &attr);
	need(fd >= 0, "bpf map");
	fact_number("id", info_id(fd, true));
	attr = (union bpf_attr){ .map_fd = (uint32_t)fd, .key = (uintptr_t)&key, .value = (uintptr_t)&value };
	need(bpf(BPF_MAP_UPDATE_ELEM, &attr) == 0, "bpf update");
}

CASE(bpf_prog)
{
	int fd = load(BPF_PROG_TYPE_SOCKET_FILTER, "rw_prog", true);
	union bpf_attr attr = { 0 };

	need(fd >= 0, "bpf load");
	attr.prog_id = info_id(fd, false);
	fact_number("id", attr.prog_id);
	need(bpf(BPF_PROG_GET_FD_BY_ID, &attr) >= 0, "bpf by id");
}

CASE(bpf_refused)
{
	fact_number("result", load(BPF_PROG_TYPE_SOCKET_FILTER, "rw_bad", false));
}

CASE(bpf_attach)
{
	int fd = load(BPF_PROG_TYPE_CGROUP_SKB, "rw_cgroup", true), cgroup;
	union bpf_attr attr = { .attach_bpf_fd = (uint32_t)fd, .attach_type = BPF_CGROUP_INET_EGRESS };

	need(fd >= 0, "bpf load");
	fact_number("id", info_id(fd, false));
	mkdir("/tmp/bpf_cgroup", 0700);
	need(mount("cgroup2", "/tmp/bpf_cgroup", "cgroup2", 0, NULL) == 0, "mount");
	cgroup = open("/tmp/bpf_cgroup", O_RDONLY | O_DIRECTORY);
	attr.target_fd = (uint32_t)cgroup;
	need(bpf(BPF_PROG_ATTACH, &attr) == 0, "bpf attach");
	need(bpf(BPF_PROG_DETACH, &attr) == 0, "bpf detach");
	close(cgroup);
	umount("/tmp/bpf_cgroup");
}

static int perf(struct perf_event_attr *attr, int pid, int cpu)
{
	int fd;

	attr->size = sizeof(*attr);
	attr->disabled = 1;
	fd = (int)syscall(SYS_perf_event_open, attr, pid, cpu, -1, 0);
	need(fd >= 0, "perf_event_open");
	return fd;
}

CASE(perf_counter)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.config = PERF_COUNT_SW_PAGE_FAULTS,
					.inherit = 1 };
	int fd = perf(&attr, 0, -1), pid = fork(); /* the child inherits it */

	if (pid == 0)
		_exit(0);
	await_child(pid);
	close(fd);
}

/* The type of a unit of perf, which is a number that the kernel gives out. */
static uint32_t unit_type(const char *name)
{
	char path[128], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	fd = open(path, O_RDONLY);
	need(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, path);
	close(fd);
	fact_number("type", atoi(text));
	return (uint32_t)atoi(text);
}

CASE(perf_kprobe)
{
	struct perf_event_attr attr = { .type = unit_type("kprobe"), .kprobe_func = (uintptr_t) "vfs_fsync" };
	int event = perf(&attr, -1, 0), prog = load(BPF_PROG_TYPE_KPROBE, "rw_kprobe", true);

	need(prog >= 0, "bpf load");
	fact_number("id", info_id(prog, false));
	need(ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) == 0, "PERF_EVENT_IOC_SET_BPF");
}

CASE(perf_uprobe)
{
	struct perf_event_attr attr = { .type = unit_type("uprobe"),
					.uprobe_path = (uintptr_t)UPROBE_FILE,
					.probe_offset = 0x40 };
	int fd = open(UPROBE_FILE, O_RDWR | O_CREAT, 0700);

	need(fd >= 0 && ftruncate(fd, 4096) == 0, UPROBE_FILE);
	perf(&attr, 0, -1);
}

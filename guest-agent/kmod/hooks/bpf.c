// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records BPF: what a task asks for, the programs and maps that it gets, and where programs are attached.

#include <linux/bpf.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/perf_event.h>
#include <linux/string.h>

#include "event.h"
#include "hooks/hooks.h"
#include "kernel/names.h"

/* The members of union bpf_attr that an event has, by command; 0 or NULL: the command has no such member. */
struct asked {
	u32 type;
	u32 fd; /* of a program */
	const char *name;
	bool has_type, has_fd;
};

/* Return: whether the command makes, attaches or detaches something. Reading and filling of maps do not. */
static bool look_at(int cmd, const union bpf_attr *attr, struct asked *asked)
{
	switch (cmd) {
	case BPF_MAP_CREATE:
		*asked = (struct asked){ .type = attr->map_type, .has_type = true, .name = attr->map_name };
		return true;
	case BPF_PROG_LOAD:
		*asked = (struct asked){ .type = attr->prog_type, .has_type = true, .name = attr->prog_name };
		return true;
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
		*asked = (struct asked){ attr->attach_type, attr->attach_bpf_fd, NULL, true, true };
		return true;
	case BPF_LINK_CREATE:
		*asked = (struct asked){ attr->link_create.attach_type, attr->link_create.prog_fd, NULL, true,
					 true };
		return true;
	case BPF_RAW_TRACEPOINT_OPEN:
		*asked = (struct asked){ .fd = attr->raw_tracepoint.prog_fd, .has_fd = true };
		return true;
	case BPF_LINK_UPDATE:
		*asked = (struct asked){ .fd = attr->link_update.new_prog_fd, .has_fd = true };
		return true;
	case BPF_OBJ_PIN:
	case BPF_LINK_DETACH:
	case BPF_ITER_CREATE:
	case BPF_BTF_LOAD:
		*asked = (struct asked){ .type = 0 };
		return true;
	default:
		return false;
	}
}

static void add_name(struct event *ev, const char *name)
{
	event_tail(ev, RW_F_OBJECT_NAME, name, strnlen(name, BPF_OBJ_NAME_LEN));
}

/* Another thread may give @fd to another file before the kernel looks at it itself. */
static void add_prog_of(struct event *ev, int fd)
{
	struct file *file = fget(fd);
	const struct bpf_prog *prog = file ? compat_bpf_prog(file) : NULL;

	if (prog)
		event_u32(ev, RW_F_BPF_ID, prog->aux->id);
	if (file)
		fput(file);
}

/* The kernel has copied @attr, and zeroed what the caller left out. */
int hook_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	struct asked asked;
	struct event ev;

	if (!look_at(cmd, attr, &asked))
		return 0;
	if (!event_begin(&ev, RW_REC_BPF, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_BPF_COMMAND, cmd);
	if (asked.has_type)
		event_u32(&ev, RW_F_BPF_TYPE, asked.type);
	if (asked.has_fd)
		add_prog_of(&ev, asked.fd);
	if (asked.name)
		add_name(&ev, asked.name);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/* Called for each descriptor of a program, after the verifier. */
int hook_bpf_prog(struct bpf_prog *prog)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_BPF_PROG, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_BPF_ID, prog->aux->id);
	event_u32(&ev, RW_F_BPF_TYPE, prog->type);
	event_tail(&ev, RW_F_BPF_TAG, prog->tag, sizeof(prog->tag));
	add_name(&ev, prog->aux->name);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/* Called for each descriptor of a map. */
int hook_bpf_map(struct bpf_map *map, fmode_t mode)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_BPF_MAP, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_BPF_ID, map->id);
	event_u32(&ev, RW_F_BPF_TYPE, map->map_type);
	add_name(&ev, map->name);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/* Attachment of a program to a tracepoint, kprobe or uprobe that is a perf event. */
int hook_file_ioctl(struct file *unused, unsigned int cmd, unsigned long arg)
{
	const struct bpf_prog *prog;
	struct event ev;
	struct file *file;

	if (likely(cmd != PERF_EVENT_IOC_SET_BPF))
		return 0;
	file = fget(arg);
	prog = file ? compat_bpf_prog(file) : NULL;
	if (prog && event_begin(&ev, RW_REC_PERF_BPF, RW_VERDICT_ALLOW)) {
		event_u32(&ev, RW_F_BPF_ID, prog->aux->id);
		add_name(&ev, prog->aux->name);
		event_submit(&ev, PRODUCER_BATCH);
	}
	if (file)
		fput(file);
	return 0;
}

int hook_file_ioctl_compat(struct file *file, unsigned int cmd, unsigned long arg)
{
	return hook_file_ioctl(file, cmd, arg);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The doors of the access policy about which the kernel asks its LSMs, and their records.

#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/hardirq.h>
#include <linux/kernel_read_file.h>
#include <linux/security.h>
#include <linux/string.h>

#include "access/check.h"
#include "access/doors.h"
#include "access/hooks.h"
#include "access/label.h"
#include "event.h"
#include "kernel/names.h"
#include "kernel/syscalls.h"

static const char *const door_name[RW_DOORS] = {
	[RW_DOOR_DEVMEM] = "door devmem",   [RW_DOOR_PORTS] = "door ports",
	[RW_DOOR_MSR] = "door msr",         [RW_DOOR_PCI] = "door pci",
	[RW_DOOR_KEXEC] = "door kexec",     [RW_DOOR_HIBERNATION] = "door hibernation",
	[RW_DOOR_MODULES] = "door modules", [RW_DOOR_BLOCKDEV] = "door blockdev",
	[RW_DOOR_BPF] = "door bpf",         [RW_DOOR_KPROBES] = "door kprobes",
	[RW_DOOR_HELPERS] = "door helpers", [RW_DOOR_RESULTS] = "door results",
};

static void record(enum rw_door door, const char *what, const struct file *file, int result)
{
	struct event ev;

	if (in_nmi() || !event_begin(&ev, RW_REC_ACCESS, result ? RW_VERDICT_DENY : RW_VERDICT_ALLOW))
		return;
	event_tail(&ev, RW_F_OPERATION, door_name[door], strlen(door_name[door]));
	event_tail(&ev, RW_F_ASKED, what, strlen(what));
	check_add_rule(&ev, label_policy.hdr->door[door].rule);
	event_result(&ev, result);
	if (file) {
		event_file(&ev, file_inode(file));
		event_path(&ev, RW_F_PATH, &file->f_path);
	}
	event_submit(&ev, PRODUCER_SYNC);
}

int doors_pass(enum rw_door door, const char *what, const struct file *file)
{
	enum rw_door_state state = access_door(&label_policy, door);
	int result = state == RW_DOOR_SHUT ? -EPERM : 0;

	if (state != RW_DOOR_OPEN)
		record(door, what, file, result);
	return result;
}

/* Who reads /sys/power/state or disk learns what is possible; nothing happens. */
static int hibernate(void)
{
	bool only_asks = compat_in_call(CALL(read)) || compat_in_call(CALL(readv)) ||
			 compat_in_call(CALL(pread64)) || compat_in_call(CALL(preadv));

	if (only_asks)
		return access_door(&label_policy, RW_DOOR_HIBERNATION) == RW_DOOR_SHUT ? -EPERM : 0;
	return doors_pass(RW_DOOR_HIBERNATION, compat_lockdown_use(LOCKDOWN_HIBERNATION), NULL);
}

int guard_locked_down(enum lockdown_reason what)
{
	enum rw_door door;

	switch (what) {
	case LOCKDOWN_DEV_MEM: /* of /dev/port, too */
	case LOCKDOWN_EFI_TEST:
	case LOCKDOWN_ACPI_TABLES:
	case LOCKDOWN_MMIOTRACE:
	case LOCKDOWN_DEBUGFS: /* files with which drivers' memory and registers are written */
	case LOCKDOWN_DBG_WRITE_KERNEL:
	case LOCKDOWN_KCORE: /* the contents of all files in the kernel's cache */
		door = RW_DOOR_DEVMEM;
		break;
	case LOCKDOWN_IOPORT:
	case LOCKDOWN_TIOCSSERIAL: /* ports of a serial line */
		door = RW_DOOR_PORTS;
		break;
	case LOCKDOWN_MSR:
		door = RW_DOOR_MSR;
		break;
	case LOCKDOWN_PCI_ACCESS:
	case LOCKDOWN_PCMCIA_CIS:
		door = RW_DOOR_PCI;
		break;
	case LOCKDOWN_KEXEC:
		door = RW_DOOR_KEXEC;
		break;
	case LOCKDOWN_HIBERNATION:
		return hibernate();
	case LOCKDOWN_MODULE_SIGNATURE:
	case LOCKDOWN_MODULE_PARAMETERS: /* those that name ports and memory */
		door = RW_DOOR_MODULES;
		break;
	case LOCKDOWN_BPF_WRITE_USER:
		door = RW_DOOR_BPF;
		break;
	case LOCKDOWN_KPROBES:
		door = RW_DOOR_KPROBES;
		break;
	default:
		return 0;
	}
	return doors_pass(door, compat_lockdown_use(what), NULL);
}

/* The kernel does not ask lockdown about a signed image. */
int guard_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents)
{
	return id == READING_KEXEC_IMAGE ? doors_pass(RW_DOOR_KEXEC, "kexec_file_load", file) : 0;
}

/*
 * The verifier has seen the program. Some take the place of a function of the kernel, an LSM's hook among
 * them; about those that write to a process's memory the kernel asks lockdown.
 */
int guard_bpf_prog(struct bpf_prog *prog)
{
	bool replaces = prog->kprobe_override || prog->expected_attach_type == BPF_MODIFY_RETURN;

	return replaces ? doors_pass(RW_DOOR_BPF, "BPF program in place of a function of the kernel", NULL) :
			  0;
}

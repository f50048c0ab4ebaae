// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The doors of the access policy: what lets root go round an LSM. The kernel itself asks about most.

#include <linux/blkdev.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/hardirq.h>
#include <linux/kdev_t.h>
#include <linux/kernel_read_file.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/security.h>
#include <linux/string.h>

#include "access/doors.h"
#include "access/hooks.h"
#include "access/label.h"
#include "event.h"
#include "kernel/names.h"

#define PORT_MINOR 4 /* /dev/port, of MEM_MAJOR */
#define NAME_BYTES 64
#define DEVICES    256u

/* Block devices with a mounted file system, and the disks of those that are partitions. */
static dev_t device[DEVICES];
static unsigned int devices;

static const char *const door_name[RW_DOORS] = {
	[RW_DOOR_DEVMEM] = "door devmem",   [RW_DOOR_PORTS] = "door ports",
	[RW_DOOR_MSR] = "door msr",         [RW_DOOR_PCI] = "door pci",
	[RW_DOOR_KEXEC] = "door kexec",     [RW_DOOR_HIBERNATION] = "door hibernation",
	[RW_DOOR_MODULES] = "door modules", [RW_DOOR_BLOCKDEV] = "door blockdev",
	[RW_DOOR_BPF] = "door bpf",         [RW_DOOR_KPROBES] = "door kprobes",
	[RW_DOOR_HELPERS] = "door helpers",
};

static void record(enum rw_door door, const char *what, const struct file *file, int result)
{
	u16 number = label_policy.hdr->door[door].rule;
	const struct rw_access_rule *rule;
	struct event ev;

	if (in_nmi() || !event_begin(&ev, RW_REC_ACCESS, result ? RW_VERDICT_DENY : RW_VERDICT_ALLOW))
		return;
	event_tail(&ev, RW_F_OPERATION, door_name[door], strlen(door_name[door]));
	event_tail(&ev, RW_F_ASKED, what, strlen(what));
	if (number != RW_ACCESS_NO_RULE) {
		rule = &label_policy.rule[number];
		event_u32(&ev, RW_F_RULE_LINE, rule->line);
		event_tail(&ev, RW_F_RULE, label_policy.text + rule->text, rule->len);
	}
	event_result(&ev, result);
	if (file) {
		event_file(&ev, file_inode(file));
		event_path(&ev, RW_F_PATH, &file->f_path);
	}
	event_submit(&ev, PRODUCER_SYNC);
}

/* @file: may be NULL. */
static int pass(enum rw_door door, const char *what, const struct file *file)
{
	enum rw_door_state state = access_door(&label_policy, door);
	int result = state == RW_DOOR_SHUT ? -EPERM : 0;

	if (state != RW_DOOR_OPEN)
		record(door, what, file, result);
	return result;
}

int guard_locked_down(enum lockdown_reason what)
{
	enum rw_door door;

	switch (what) {
	case LOCKDOWN_DEV_MEM:
	case LOCKDOWN_EFI_TEST:
	case LOCKDOWN_ACPI_TABLES:
	case LOCKDOWN_MMIOTRACE:
	case LOCKDOWN_DBG_WRITE_KERNEL:
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
		door = RW_DOOR_HIBERNATION;
		break;
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
	return pass(door, compat_lockdown_use(what), NULL);
}

/* The kernel does not ask lockdown about a signed image. */
int guard_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents)
{
	return id == READING_KEXEC_IMAGE ? pass(RW_DOOR_KEXEC, "kexec_file_load", file) : 0;
}

static void add_device(dev_t dev)
{
	unsigned int i;

	for (i = 0; i < devices; i++)
		if (device[i] == dev)
			return;
	if (devices < DEVICES) {
		device[devices] = dev;
		smp_store_release(&devices, devices + 1);
	}
}

void doors_mounted(const struct super_block *sb)
{
	if (!sb->s_bdev)
		return;
	add_device(sb->s_bdev->bd_dev);
	add_device(disk_devt(sb->s_bdev->bd_disk));
}

static bool is_mounted(dev_t dev)
{
	unsigned int count = smp_load_acquire(&devices), i;

	for (i = 0; i < count; i++)
		if (device[i] == dev)
			return true;
	return count == DEVICES;
}

/* Settings by which the kernel runs a program. */
static bool is_helper(const struct file *file)
{
	static const char *const names[] = { "/sys/kernel/modprobe", "/sys/kernel/core_pattern",
					     "/sys/kernel/poweroff_cmd", "/sys/kernel/hotplug" };
	char buf[NAME_BYTES], *name;
	unsigned int i;

	if (file_inode(file)->i_sb->s_magic == BINFMTFS_MAGIC)
		return true;
	if (file_inode(file)->i_sb->s_magic != PROC_SUPER_MAGIC)
		return false;
	name = dentry_path_raw(file->f_path.dentry, buf, sizeof(buf));
	for (i = 0; i < ARRAY_SIZE(names) && !IS_ERR(name); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

int doors_open(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (S_ISCHR(inode->i_mode))
		return inode->i_rdev == MKDEV(MEM_MAJOR, PORT_MINOR) ?
			       pass(RW_DOOR_PORTS, "/dev/port", file) :
			       0;
	if (!(file->f_mode & FMODE_WRITE))
		return 0;
	if (S_ISBLK(inode->i_mode))
		return is_mounted(inode->i_rdev) ? pass(RW_DOOR_BLOCKDEV, "open for writing", file) : 0;
	if (S_ISREG(inode->i_mode) && is_helper(file))
		return pass(RW_DOOR_HELPERS, "open for writing", file);
	return 0;
}

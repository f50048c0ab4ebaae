// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The doors of the access policy that are files: devices, block devices in use, settings that run programs.

#include <linux/cdrom.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/module.h>
#include <linux/nvme_ioctl.h>
#include <linux/string.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>

#include "access/doors.h"
#include "kernel/blockdev.h"

#define PORT_MINOR 4 /* /dev/port, of MEM_MAJOR */
#define NAME_BYTES 64
#define VFIO_IOC   ';' /* of the requests of VFIO and iommufd: Linux' ioctl-number.rst */

/* Settings by which the kernel runs a program, by the name inside their file system. */
static const struct helper {
	unsigned long magic;
	const char *name;
} helpers[] = {
	{ PROC_SUPER_MAGIC, "/sys/kernel/modprobe" },
	{ PROC_SUPER_MAGIC, "/sys/kernel/core_pattern" },
	{ PROC_SUPER_MAGIC, "/sys/kernel/poweroff_cmd" },
	{ PROC_SUPER_MAGIC, "/sys/kernel/hotplug" },
	{ PROC_SUPER_MAGIC, "/sys/fs/ocfs2/nm/hb_ctl_path" },
	{ SYSFS_MAGIC, "/kernel/uevent_helper" },
	{ SYSFS_MAGIC, "/module/drbd/parameters/usermode_helper" },
	{ SYSFS_MAGIC, "/module/nfs/parameters/cache_getent" },
	{ SYSFS_MAGIC, "/module/nfsd/parameters/cltrack_prog" },
};

static bool is_named(const struct file *file)
{
	unsigned long magic = file_inode(file)->i_sb->s_magic;
	char buf[NAME_BYTES], *name;
	unsigned int i;

	name = dentry_path_raw(file->f_path.dentry, buf, sizeof(buf));
	for (i = 0; i < ARRAY_SIZE(helpers) && !IS_ERR(name); i++)
		if (helpers[i].magic == magic && strcmp(name, helpers[i].name) == 0)
			return true;
	return false;
}

/* In the root of a hierarchy of cgroup version 1, and per CPU below the devices of machine checks. */
static bool is_helper(const struct file *file)
{
	const char *name = file->f_path.dentry->d_name.name;

	switch (file_inode(file)->i_sb->s_magic) {
	case BINFMTFS_MAGIC:
		return true;
	case CGROUP_SUPER_MAGIC:
		return strcmp(name, "release_agent") == 0;
	case SYSFS_MAGIC:
		return strcmp(name, "trigger") == 0 ?
			       str_has_prefix(file->f_path.dentry->d_parent->d_name.name, "machinecheck") :
			       is_named(file);
	case PROC_SUPER_MAGIC:
		return is_named(file);
	default:
		return false;
	}
}

int doors_open_special(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (S_ISCHR(inode->i_mode) && inode->i_rdev == MKDEV(MEM_MAJOR, PORT_MINOR))
		return doors_pass(RW_DOOR_PORTS, "/dev/port", file);
	if (!(file->f_mode & FMODE_WRITE))
		return 0;
	if (S_ISBLK(inode->i_mode) && compat_blockdev_number_in_use(inode->i_rdev))
		return doors_pass(RW_DOOR_BLOCKDEV, "open for writing", file);
	if (S_ISCHR(inode->i_mode) && MAJOR(inode->i_rdev) == SCSI_GENERIC_MAJOR)
		return doors_pass(RW_DOOR_BLOCKDEV, "raw commands to a disk", file);
	if (S_ISREG(inode->i_mode) && is_helper(file))
		return doors_pass(RW_DOOR_HELPERS, "open for writing", file);
	return 0;
}

int doors_map(const struct file *file)
{
	const struct module *driver = file->f_op->owner;

	if (!S_ISCHR(file_inode(file)->i_mode) || !driver || strcmp(driver->name, "uio") != 0)
		return 0;
	return doors_pass(RW_DOOR_PCI, "mmap of UIO", file);
}

int doors_write_device(const struct file *file, const char *what)
{
	return compat_blockdev_in_use(file) ? doors_pass(RW_DOOR_BLOCKDEV, what, file) : 0;
}

/* Requests that hand commands to a disk, past the kernel's block layer. */
static bool is_raw_command(unsigned int cmd)
{
	switch (cmd) {
	case SG_IO:
	case CDROM_SEND_PACKET:
	case HDIO_DRIVE_TASKFILE:
	case HDIO_DRIVE_TASK:
	case HDIO_DRIVE_CMD:
	case NVME_IOCTL_ADMIN_CMD:
	case NVME_IOCTL_SUBMIT_IO:
	case NVME_IOCTL_IO_CMD:
	case NVME_IOCTL_ADMIN64_CMD:
	case NVME_IOCTL_IO64_CMD:
	case NVME_IOCTL_IO64_CMD_VEC:
	case NVME_URING_CMD_IO:
	case NVME_URING_CMD_IO_VEC:
	case NVME_URING_CMD_ADMIN:
	case NVME_URING_CMD_ADMIN_VEC:
		return true;
	default:
		return false;
	}
}

/*
 * Which disk a character device leads to is not known here. BLKDISCARD and BLKZEROOUT need a claim of their
 * own, and get none of a device in use.
 */
int doors_ioctl(const struct file *file, unsigned int cmd)
{
	umode_t mode = file_inode(file)->i_mode;

	if (unlikely(_IOC_TYPE(cmd) == VFIO_IOC))
		return doors_pass(RW_DOOR_PCI, "VFIO", file);
	if (S_ISBLK(mode) && (cmd == SCSI_IOCTL_SEND_COMMAND || is_raw_command(cmd)))
		return doors_write(file, "ioctl");
	if (S_ISCHR(mode) && is_raw_command(cmd))
		return doors_pass(RW_DOOR_BLOCKDEV, "raw commands to a disk", file);
	return 0;
}

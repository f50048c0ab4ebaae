// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Enforces the access policy where files are opened, read, written, mapped and run.

#include <linux/fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsmap.h>
#include <linux/fsverity.h>
#include <linux/ioctl.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <asm/syscall.h>

#include "access/check.h"
#include "access/doors.h"
#include "access/hooks.h"
#include "access/isolate.h"
#include "access/level.h"
#include "access/program.h"
#include "access/trust.h"
#include "kernel/syscalls.h"

#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND 0x20 /* of Linux 6.9 and later */
#endif

/* Whether the current system call can write only at the end of a file opened with O_APPEND. */
static noinline bool is_append_call(void)
{
	unsigned long args[6];

	if (compat_in_call(CALL(write)) || compat_in_call(CALL(writev)) || compat_in_call(CALL(pwrite64)) ||
	    compat_in_call(CALL(pwritev)))
		return true;
	if (!compat_in_call(CALL(pwritev2)))
		return false;
	syscall_get_arguments(current, task_pt_regs(current), args);
	return !(args[5] & RWF_NOAPPEND);
}

static u32 write_kind(const struct file *file, bool append)
{
	return file->f_flags & O_APPEND && append ? CHECK_APPEND : CHECK_WRITE;
}

/* Whether writing to the file may reach into a process that runs a program which lines name. */
static bool is_of_process(const struct file *file)
{
	return unlikely(program_any) && file_inode(file)->i_sb->s_magic == PROC_SUPER_MAGIC;
}

int guard_file_open(struct file *file)
{
	int ret = doors_open(file);
	u32 kinds = 0;

	if (ret == 0 && file->f_mode & FMODE_WRITE)
		ret = trust_open(file);
	if (ret == 0 && file->f_mode & FMODE_WRITE && is_of_process(file))
		ret = isolate_proc(file);
	if (ret)
		return ret;
	if (file->f_flags & __FMODE_EXEC)
		return check_open_file(file, CHECK_EXECUTE, "exec");
	if (file->f_mode & FMODE_READ)
		kinds |= CHECK_READ;
	if (file->f_mode & FMODE_WRITE)
		kinds |= write_kind(file, !(file->f_flags & O_TRUNC));
	return check_open_file(file, kinds, "open");
}

static int check_write(const struct file *file)
{
	int ret = doors_write(file, "write");

	if (ret == 0 && is_of_process(file)) {
		ret = trust_write(file);
		if (ret == 0)
			ret = isolate_proc(file);
	}
	if (ret)
		return ret;
	return check_open_file(file,
			       file->f_flags & O_APPEND ? write_kind(file, is_append_call()) : CHECK_WRITE,
			       "write");
}

/*
 * Each read and write, so also through a file that was opened earlier, or by another process. What execve
 * reads of a program is part of running it.
 */
int guard_file_permission(struct file *file, int mask)
{
	if (mask & MAY_WRITE)
		return check_write(file);
	return check_open_file(file, file->f_flags & __FMODE_EXEC ? CHECK_EXECUTE : CHECK_READ, "read");
}

/*
 * Who may only append keeps O_APPEND: else another thread could clear it after a write was allowed, and
 * before the kernel looks where to write.
 */
int guard_file_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd != F_SETFL || arg & O_APPEND || !(file->f_flags & O_APPEND) || !(file->f_mode & FMODE_WRITE))
		return 0;
	return check_open_file(file, CHECK_WRITE, "fcntl");
}

/* Of linux/ext4.h, which 6.1 keeps private. */
#define EXT4_MOVE_EXTENTS _IOC(_IOC_READ | _IOC_WRITE, 'f', 15, 40)
#define EXT4_SWAP_BOOT    _IO('f', 17)
#define F2FS_IOC          0xf5

/* Requests that pass something in, and only ask. */
static bool only_asks(unsigned int cmd)
{
	switch (cmd) {
	case FS_IOC_FIEMAP:
	case FS_IOC_GETFSMAP:
	case FS_IOC_GET_ENCRYPTION_POLICY_EX:
	case FS_IOC_GET_ENCRYPTION_KEY_STATUS:
	case FS_IOC_MEASURE_VERITY:
	case FS_IOC_READ_VERITY_METADATA:
		return true;
	default:
		return false;
	}
}

/* Requests that change a file or its attributes through any descriptor: those that pass something in. */
static bool changes_file(unsigned int cmd)
{
	switch (_IOC_TYPE(cmd)) {
	case 'f': /* ext4, fscrypt, fs-verity, FS_IOC_SETFLAGS */
		return cmd == EXT4_SWAP_BOOT || (_IOC_DIR(cmd) & _IOC_WRITE && !only_asks(cmd));
	case F2FS_IOC:
		return _IOC_DIR(cmd) != _IOC_READ;
	case 'v':  /* FS_IOC_SETVERSION */
	case 'X':  /* XFS, FS_IOC_FSSETXATTR */
	case 0x94: /* btrfs, FICLONE */
		return _IOC_DIR(cmd) & _IOC_WRITE && !only_asks(cmd);
	default:
		return false;
	}
}

int guard_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int ret = doors_ioctl(file, cmd);

	if (ret == 0)
		ret = isolate_ioctl(file, cmd);
	if (ret || likely(!changes_file(cmd)))
		return ret;
	if (cmd == EXT4_MOVE_EXTENTS) /* changes another file as well, named in memory that can change */
		ret = check_other_file(file, CHECK_WRITE, "ioctl");
	return ret ? ret : check_open_file(file, CHECK_WRITE, "ioctl");
}

int guard_file_ioctl_compat(struct file *file, unsigned int cmd, unsigned long arg)
{
	return guard_file_ioctl(file, cmd, arg);
}

/*
 * What a mapping allows to do to the file. Whatever its protection, /proc/PID/mem and ptrace(2) read through
 * it. While execve maps the program, that is running it.
 */
static u32 map_kinds(unsigned long prot, bool shared)
{
	u32 kinds = 0;

	if (!current->in_execve)
		kinds |= CHECK_READ;
	if (prot & PROT_WRITE && shared)
		kinds |= CHECK_WRITE;
	if (prot & PROT_EXEC)
		kinds |= CHECK_EXECUTE;
	return kinds;
}

static int check_map(const struct file *file, u32 kinds, const char *what)
{
	int ret = doors_map(file);

	if (ret == 0 && kinds & CHECK_WRITE)
		ret = doors_write(file, what);
	return ret ? ret : check_open_file(file, kinds, what);
}

int guard_mmap_file(struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags)
{
	int ret = trust_mmap(file, prot, flags);

	if (ret || !file)
		return ret;
	return check_map(file, map_kinds(prot, (flags & MAP_TYPE) != MAP_PRIVATE), "mmap");
}

int guard_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot)
{
	int ret = trust_mprotect(vma, prot);

	if (ret || !vma->vm_file)
		return ret;
	return check_map(vma->vm_file, map_kinds(prot, vma->vm_flags & VM_SHARED), "mprotect");
}

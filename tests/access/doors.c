// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Doors below the policy: what lets root go round an LSM. The e2e test loads the modules that some need.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/bpf.h>
#include <linux/loop.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "access.h"

#define TSC_AUX 0xc0000103 /* an MSR that holds what the kernel likes */

static int writes(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	return fd < 0 ? errno : result(write(fd, text, strlen(text)));
}

static void mount_at(const char *where, const char *type, const char *options)
{
	mkdir(where, 0700);
	must(mount("none", where, type, 0, options) == 0 || errno == EBUSY, where);
}

CASE(devmem)
{
	return open_path("/dev/mem", O_RDWR);
}

/* A node of any name is the device. */
CASE(devmem_other_node)
{
	unlink("/tmp/other-mem");
	must(mknod("/tmp/other-mem", S_IFCHR | 0600, 0x101) == 0, "mknod");
	return open_path("/tmp/other-mem", O_RDWR);
}

CASE(devmem_kcore)
{
	return open_path("/proc/kcore", O_RDONLY);
}

CASE(devmem_debugfs)
{
	mount_at("/tmp/debug", "debugfs", NULL);
	return open_path("/tmp/debug/clear_warn_once", O_WRONLY);
}

CASE(ports_iopl)
{
	return result(iopl(3));
}

CASE(ports_ioperm)
{
	return result(ioperm(0x80, 1, 1));
}

CASE(msr)
{
	int fd = open("/dev/cpu/0/msr", O_RDWR);
	uint64_t value;

	must(fd >= 0 && pread(fd, &value, sizeof(value), TSC_AUX) == sizeof(value), "read of an MSR");
	return result(pwrite(fd, &value, sizeof(value), TSC_AUX));
}

CASE(pci_config)
{
	int fd = open("/sys/bus/pci/devices/0000:00:00.0/config", O_RDWR);
	char line_size;

	must(fd >= 0 && pread(fd, &line_size, 1, 12) == 1, "read of the configuration space");
	return result(pwrite(fd, &line_size, 1, 12));
}

/* The first device that has memory of its own. */
CASE(pci_memory)
{
	int ret = ENOENT;
	glob_t found;

	must(glob("/sys/bus/pci/devices/*/resource[0-5]", 0, NULL, &found) == 0, "glob");
	for (size_t i = 0; i < found.gl_pathc && ret != 0 && ret != EPERM; i++) {
		int fd = open(found.gl_pathv[i], O_RDWR);
		void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		ret = at == MAP_FAILED ? errno : 0;
	}
	return ret;
}

CASE(pci_vfio)
{
	int fd = open("/dev/vfio/vfio", O_RDWR);

	must(fd >= 0, "open of VFIO");
	return result(ioctl(fd, VFIO_GET_API_VERSION));
}

/* Without a segment it unloads what is loaded, after the same checks. */
CASE(kexec)
{
	return result(syscall(SYS_kexec_load, 0, 0, NULL, 0));
}

/* The file is no kernel: ENOEXEC, once it was read. */
CASE(kexec_file)
{
	return result(syscall(SYS_kexec_file_load, open("/etc/source", O_RDONLY), -1, 1UL, "", 4UL));
}

CASE(hibernation)
{
	return open_path("/dev/snapshot", O_RDONLY);
}

CASE(modules_unsigned)
{
	return result(syscall(SYS_finit_module, open("/opt/unsigned.ko", O_RDONLY), "", 0));
}

CASE(blockdev_partition)
{
	return writes(PARTITION, "x");
}

CASE(blockdev_disk)
{
	return writes(DISK, "x");
}

CASE(blockdev_other_node)
{
	struct stat st;

	unlink("/tmp/other-disk");
	must(stat(PARTITION, &st) == 0 && mknod("/tmp/other-disk", S_IFBLK | 0600, st.st_rdev) == 0, "mknod");
	return writes("/tmp/other-disk", "x");
}

CASE(blockdev_loop)
{
	int loop = open("/dev/loop0", O_RDWR), fd = open(PARTITION, O_RDWR), ret;

	if (fd < 0)
		return errno;
	must(loop >= 0 && ioctl(loop, LOOP_SET_FD, fd) == 0, "loop device");
	ret = write(loop, "x", 1) == 1 ? result(fsync(loop)) : errno;
	must(ioctl(loop, LOOP_CLR_FD) == 0, "end of the loop device");
	return ret;
}

static int opened_before_mount(void)
{
	int fd;

	must(umount(DISK_MOUNT) == 0, "umount");
	fd = open(PARTITION, O_RDWR);
	must(fd >= 0, "open");
	must(mount(PARTITION, DISK_MOUNT, "ext2", 0, NULL) == 0, "mount");
	return fd;
}

CASE(blockdev_opened_before)
{
	return result(pwrite(opened_before_mount(), "x", 1, 0));
}

CASE(blockdev_mapped)
{
	return mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, opened_before_mount(), 0) == MAP_FAILED ? errno : 0;
}

CASE(blockdev_mapped_later)
{
	void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, opened_before_mount(), 0);

	must(at != MAP_FAILED, "mmap");
	return result(mprotect(at, 4096, PROT_READ | PROT_WRITE));
}

CASE(blockdev_io_uring)
{
	return uring_rw(opened_before_mount(), true);
}

/* What the policy allows: a device that is not in use, claimed by the program itself. */
CASE(blockdev_unused)
{
	int fd, ret;

	must(umount(DISK_MOUNT) == 0, "umount");
	fd = open(PARTITION, O_RDWR | O_EXCL);
	must(fd >= 0, "open");
	ret = result(pwrite(fd, "x", 1, 0));
	close(fd);
	must(mount(PARTITION, DISK_MOUNT, "ext2", 0, NULL) == 0, "mount");
	return ret;
}

static int load_bpf(union bpf_attr *attr, const struct bpf_insn *code, size_t count)
{
	attr->insns = (unsigned long)code;
	attr->insn_cnt = (unsigned int)count;
	attr->license = (unsigned long)"GPL";
	return result(syscall(SYS_bpf, BPF_PROG_LOAD, attr, sizeof(*attr)));
}

/* The verifier says EINVAL: it does not know the function. */
CASE(bpf_write_user)
{
	static const struct bpf_insn code[] = {
		{ BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 0x1000 },
		{ BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0 },
		{ BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -8 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 8 },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_probe_write_user },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_KPROBE };

	return load_bpf(&attr, code, sizeof(code) / sizeof(*code));
}

CASE(kprobes)
{
	mount_at("/tmp/tracing", "tracefs", NULL);
	return writes("/tmp/tracing/kprobe_events", "p:rw vfs_read");
}

CASE(helpers_modprobe)
{
	return writes("/proc/sys/kernel/modprobe", "/tmp/mine");
}

CASE(helpers_core_pattern)
{
	return writes("/proc/sys/kernel/core_pattern", "|/tmp/mine");
}

CASE(helpers_poweroff)
{
	return writes("/proc/sys/kernel/poweroff_cmd", "/tmp/mine");
}

CASE(helpers_other_proc)
{
	mount_at("/tmp/proc", "proc", NULL);
	return writes("/tmp/proc/sys/kernel/modprobe", "/tmp/mine");
}

CASE(helpers_binfmt)
{
	mount_at("/tmp/binfmt", "binfmt_misc", NULL);
	return writes("/tmp/binfmt/register", ":rw:M::zz::/tmp/mine:");
}

CASE(helpers_cgroup)
{
	mount_at("/tmp/cgroup", "cgroup", "none,name=rw");
	return writes("/tmp/cgroup/release_agent", "/tmp/mine");
}

/* Ringward's own files. */
CASE(results_export)
{
	return open_path("/var/lib/ringward/export", O_WRONLY | O_APPEND);
}

CASE(results_new)
{
	int ret = result(mkdir("/var/lib/ringward/new", 0700));

	rmdir("/var/lib/ringward/new");
	return ret;
}

CASE(results_program)
{
	must(symlink("/tmp/mine", "/tmp/rwctl") == 0, "symlink");
	return result(rename("/tmp/rwctl", "/usr/sbin/rwctl"));
}

CASE(results_configuration)
{
	return result(unlink("/boot/efi/EFI/ringward/policy.conf"));
}

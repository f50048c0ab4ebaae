/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of the bits of Linux's flags on x86-64, as its user space headers have them. */
#include "flags.h"

#include "util.h"

/* clang-format off */
#define BIT(v, name) { v, v, name }

static const struct flag_name open_flags[] = {
	BIT(0x20, "FMODE_EXEC"), /* of the kernel's own: to be executed */
	{ 3, 0, "O_RDONLY" }, { 3, 1, "O_WRONLY" }, { 3, 2, "O_RDWR" }, { 3, 3, "O_ACCMODE" },
	BIT(0x40, "O_CREAT"), BIT(0x80, "O_EXCL"), BIT(0x100, "O_NOCTTY"), BIT(0x200, "O_TRUNC"),
	BIT(0x400, "O_APPEND"), BIT(0x800, "O_NONBLOCK"), BIT(0x101000, "O_SYNC"), BIT(0x1000, "O_DSYNC"),
	BIT(0x2000, "O_ASYNC"), BIT(0x4000, "O_DIRECT"), BIT(0x8000, "O_LARGEFILE"),
	BIT(0x410000, "O_TMPFILE"), BIT(0x10000, "O_DIRECTORY"), BIT(0x20000, "O_NOFOLLOW"),
	BIT(0x40000, "O_NOATIME"), BIT(0x80000, "O_CLOEXEC"), BIT(0x200000, "O_PATH"), { 0, 0, NULL },
};
static const struct flag_name rename_flags[] = {
	BIT(1, "RENAME_NOREPLACE"), BIT(2, "RENAME_EXCHANGE"), BIT(4, "RENAME_WHITEOUT"), { 0, 0, NULL },
};
static const struct flag_name prot[] = {
	BIT(1, "PROT_READ"), BIT(2, "PROT_WRITE"), BIT(4, "PROT_EXEC"), { 0, 0, NULL },
};
static const struct flag_name map_flags[] = {
	{ 15, 1, "MAP_SHARED" }, { 15, 2, "MAP_PRIVATE" }, { 15, 3, "MAP_SHARED_VALIDATE" },
	BIT(0x10, "MAP_FIXED"), BIT(0x20, "MAP_ANONYMOUS"), BIT(0x40, "MAP_32BIT"),
	BIT(0x100, "MAP_GROWSDOWN"), BIT(0x800, "MAP_DENYWRITE"), BIT(0x1000, "MAP_EXECUTABLE"),
	BIT(0x2000, "MAP_LOCKED"), BIT(0x4000, "MAP_NORESERVE"), BIT(0x8000, "MAP_POPULATE"),
	BIT(0x10000, "MAP_NONBLOCK"), BIT(0x20000, "MAP_STACK"), BIT(0x40000, "MAP_HUGETLB"),
	BIT(0x80000, "MAP_SYNC"), BIT(0x100000, "MAP_FIXED_NOREPLACE"), { 0, 0, NULL },
};
static const struct flag_name mount_flags[] = {
	BIT(1, "MS_RDONLY"), BIT(2, "MS_NOSUID"), BIT(4, "MS_NODEV"), BIT(8, "MS_NOEXEC"),
	BIT(0x10, "MS_SYNCHRONOUS"), BIT(0x20, "MS_REMOUNT"), BIT(0x40, "MS_MANDLOCK"),
	BIT(0x80, "MS_DIRSYNC"), BIT(0x100, "MS_NOSYMFOLLOW"), BIT(0x400, "MS_NOATIME"),
	BIT(0x800, "MS_NODIRATIME"), BIT(0x1000, "MS_BIND"), BIT(0x2000, "MS_MOVE"), BIT(0x4000, "MS_REC"),
	BIT(0x8000, "MS_SILENT"), BIT(0x10000, "MS_POSIXACL"), BIT(0x20000, "MS_UNBINDABLE"),
	BIT(0x40000, "MS_PRIVATE"), BIT(0x80000, "MS_SLAVE"), BIT(0x100000, "MS_SHARED"),
	BIT(0x200000, "MS_RELATIME"), BIT(0x1000000, "MS_STRICTATIME"), BIT(0x2000000, "MS_LAZYTIME"),
	{ 0, 0, NULL },
};
static const struct flag_name umount_flags[] = {
	BIT(1, "MNT_FORCE"), BIT(2, "MNT_DETACH"), BIT(4, "MNT_EXPIRE"), BIT(8, "UMOUNT_NOFOLLOW"),
	{ 0, 0, NULL },
};
static const struct flag_name clone_flags[] = {
	{ 0x7f, 17, "SIGCHLD" }, /* the lowest bits: what the parent gets when the child ends */
	BIT(0x80, "CLONE_NEWTIME"), BIT(0x100, "CLONE_VM"), BIT(0x200, "CLONE_FS"), BIT(0x400, "CLONE_FILES"),
	BIT(0x800, "CLONE_SIGHAND"), BIT(0x1000, "CLONE_PIDFD"), BIT(0x2000, "CLONE_PTRACE"),
	BIT(0x4000, "CLONE_VFORK"), BIT(0x8000, "CLONE_PARENT"), BIT(0x10000, "CLONE_THREAD"),
	BIT(0x20000, "CLONE_NEWNS"), BIT(0x40000, "CLONE_SYSVSEM"), BIT(0x80000, "CLONE_SETTLS"),
	BIT(0x100000, "CLONE_PARENT_SETTID"), BIT(0x200000, "CLONE_CHILD_CLEARTID"),
	BIT(0x400000, "CLONE_DETACHED"), BIT(0x800000, "CLONE_UNTRACED"),
	BIT(0x1000000, "CLONE_CHILD_SETTID"), BIT(0x2000000, "CLONE_NEWCGROUP"),
	BIT(0x4000000, "CLONE_NEWUTS"), BIT(0x8000000, "CLONE_NEWIPC"), BIT(0x10000000, "CLONE_NEWUSER"),
	BIT(0x20000000, "CLONE_NEWPID"), BIT(0x40000000, "CLONE_NEWNET"), BIT(0x80000000, "CLONE_IO"),
	BIT(0x100000000, "CLONE_CLEAR_SIGHAND"), BIT(0x200000000, "CLONE_INTO_CGROUP"), { 0, 0, NULL },
};
static const struct flag_name module_flags[] = {
	BIT(1, "MODULE_INIT_IGNORE_MODVERSIONS"), BIT(2, "MODULE_INIT_IGNORE_VERMAGIC"),
	BIT(4, "MODULE_INIT_COMPRESSED_FILE"), { 0, 0, NULL },
};
static const struct flag_name exec_flags[] = {
	BIT(RW_EXECF_DELETED, "deleted"), BIT(RW_EXECF_MEMFD, "memfd"), BIT(RW_EXECF_NOEXEC, "noexec"),
	BIT(RW_EXECF_NOSUID, "nosuid"), BIT(RW_EXECF_OVERLAY, "overlay"), BIT(RW_EXECF_SETUID, "setuid"),
	BIT(RW_EXECF_SETGID, "setgid"), BIT(RW_EXECF_DESCRIPTOR, "by_descriptor"), BIT(RW_EXECF_SECURE, "secure"),
	{ 0, 0, NULL },
};
/* clang-format on */

const struct flag_name *flags_of(unsigned int type, unsigned int field)
{
	const struct field_desc *desc = field_desc(field);

	if (field == RW_F_MAP_FLAGS)
		return map_flags;
	if (field == RW_F_MODULE_FLAGS)
		return module_flags;
	if (field == RW_F_MOUNT_FLAGS)
		return type == RW_REC_UMOUNT ? umount_flags : mount_flags;
	switch (desc ? desc->kind : RW_KIND_NONE) {
	case RW_KIND_OPEN_FLAGS:
		return open_flags;
	case RW_KIND_RENAME_FLAGS:
		return rename_flags;
	case RW_KIND_PROT:
		return prot;
	case RW_KIND_CLONE_FLAGS:
		return clone_flags;
	case RW_KIND_EXEC_FLAGS:
		return exec_flags;
	default:
		return NULL;
	}
}

const char *flags_next(const struct flag_name **list, uint64_t v, uint64_t *left)
{
	for (const struct flag_name *f = *list; f->name; f++) {
		/* Of two names for a bit, the longer mask comes first and takes it. */
		if ((v & f->mask) != f->value || (f->value & *left) != f->value)
			continue;
		*left &= ~f->mask;
		*list = f + 1;
		return f->name;
	}
	return NULL;
}

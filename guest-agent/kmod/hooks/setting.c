// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records writes to the files through which the kernel is controlled: sysctls, parameters, tracers, LSMs.

#include <linux/atomic.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "caller.h"
#include "event.h"
#include "hooks/hooks.h"
#include "hooks/setting.h"

#define VALUE_BYTES 256u /* of what is written */
#define NAME_BYTES  256u /* of the name inside its file system; no longer name is in the table */

/* What counts, by the name inside its file system, wherever that is mounted: the first match decides. */
static const struct setting {
	unsigned long magic;
	const char *prefix;
	bool ignored;
} settings[] = {
	{ PROC_SUPER_MAGIC, "/sys/kernel/", false },
	{ PROC_SUPER_MAGIC, "/sys/fs/protected_", false },
	{ PROC_SUPER_MAGIC, "/sys/fs/suid_dumpable", false },
	{ PROC_SUPER_MAGIC, "/sys/vm/mmap_min_addr", false },
	{ PROC_SUPER_MAGIC, "/sys/vm/unprivileged_userfaultfd", false },
	{ PROC_SUPER_MAGIC, "/sys/net/core/bpf_jit_", false },
	{ PROC_SUPER_MAGIC, "/sys/dev/tty/", false },
	{ PROC_SUPER_MAGIC, "/sys/debug/", false },
	{ PROC_SUPER_MAGIC, "/sysrq-trigger", false },
	{ SYSFS_MAGIC, "/kernel/", false },
	{ SYSFS_MAGIC, "/module/", false },
	{ SYSFS_MAGIC, "/bus/", false },
	{ SYSFS_MAGIC, "/power/", false },
	{ SYSFS_MAGIC, "/devices/system/cpu/", false },
	{ TRACEFS_MAGIC, "/trace_marker", true },
	{ TRACEFS_MAGIC, "/", false },
	{ DEBUGFS_MAGIC, "/", false },
	{ SECURITYFS_MAGIC, "/", false },
	{ AAFS_MAGIC, "/", false },
	{ SELINUX_MAGIC, "/enforce", false },
	{ SELINUX_MAGIC, "/load", false },
	{ SELINUX_MAGIC, "/disable", false },
	{ SELINUX_MAGIC, "/booleans/", false },
	{ SELINUX_MAGIC, "/checkreqprot", false },
	{ BINFMTFS_MAGIC, "/", false },
	{ EFIVARFS_MAGIC, "/", false },
};

/* Cheap, because it is asked about every write. */
static bool may_be_setting(const struct file *file)
{
	switch (file_inode(file)->i_sb->s_magic) {
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
	case TRACEFS_MAGIC:
	case DEBUGFS_MAGIC:
	case SECURITYFS_MAGIC:
	case AAFS_MAGIC:
	case SELINUX_MAGIC:
	case BINFMTFS_MAGIC:
	case EFIVARFS_MAGIC:
		return S_ISREG(file_inode(file)->i_mode);
	default:
		return false;
	}
}

static bool is_setting(const struct file *file)
{
	unsigned long magic = file_inode(file)->i_sb->s_magic;
	char buf[NAME_BYTES], *name = dentry_path_raw(file->f_path.dentry, buf, sizeof(buf));
	unsigned int i;

	/* udev writes to "uevent" of all devices: that only repeats an announcement. */
	if (IS_ERR(name) || strcmp(kbasename(name), "uevent") == 0)
		return false;
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (settings[i].magic == magic && str_has_prefix(name, settings[i].prefix))
			return !settings[i].ignored;
	return false;
}

static void record(struct file *file, const char *value, size_t len)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_KERNEL_SETTING, RW_VERDICT_ALLOW))
		return;
	event_path(&ev, RW_F_PATH, &file->f_path);
	event_file(&ev, file_inode(file));
	event_open_flags(&ev, file->f_flags);
	if (len)
		event_tail(&ev, RW_F_VALUE, value, len);
	event_submit(&ev, PRODUCER_SYNC);
}

/*
 * Who last wrote without a value that can be seen, through which open file: sendfile(2) and splice(2) ask
 * about one write up to three times. 0: nobody, or a setting was opened since.
 */
static unsigned long last_unseen;

static bool seen_before(const struct file *file)
{
	unsigned long now = (unsigned long)file ^ (unsigned long)current;

	return xchg(&last_unseen, now) == now;
}

void setting_opened(struct file *file)
{
	if (!may_be_setting(file))
		return;
	WRITE_ONCE(last_unseen, 0);
	if (file_inode(file)->i_sb->s_magic == TRACEFS_MAGIC && file->f_flags & O_TRUNC &&
	    file->f_mode & FMODE_WRITE && is_setting(file))
		record(file, NULL, 0);
}

void setting_written(struct file *file)
{
	char value[VALUE_BYTES];
	size_t len;

	if (!may_be_setting(file) || !is_setting(file))
		return;
	len = caller_written(value, sizeof(value));
	while (len && (value[len - 1] == '\n' || value[len - 1] == '\0'))
		len--;
	if (len || !seen_before(file))
		record(file, value, len);
}
